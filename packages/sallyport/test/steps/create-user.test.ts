import assert from "node:assert/strict";
import { test } from "node:test";
import type { UserDetails } from "../../src/identity.ts";
import { type CreateUserOptions, createUser } from "../../src/steps/create-user.ts";
import { memoryStorage } from "../../src/storage/memory.ts";
import type { User } from "../../src/storage.ts";
import { now } from "../backend.ts";
import { ExampleOAuth2 } from "../site.ts";

/** The user that is made of somebody with these details. */
async function made(details: Partial<UserDetails>, options?: CreateUserOptions, user?: User) {
  const tables = memoryStorage();
  const facts = {
    identity: { provider: "example" },
    details: { emailVerified: true, ...details },
    username: "ada",
    user,
  };
  const may = { backend: new ExampleOAuth2(), tables, now };
  // The step looks at these facts and the users only.
  const given = await createUser(options).run(facts as never, may as never);
  return { given: (given as { readonly user: User }).user, stored: await tables.users.find(1) };
}

test("somebody new becomes a user, active and without rights", async () => {
  const { given, stored } = await made({
    email: "ada@example.net",
    firstName: "Ada",
    lastName: "King",
    fullName: "Ada King",
  });
  assert.deepEqual(stored, given);
  assert.deepEqual(given, {
    id: 1,
    username: "ada",
    email: "ada@example.net",
    emailVerified: true,
    firstName: "Ada",
    lastName: "King",
    fullName: "Ada King",
    isActive: true,
    isAdmin: false,
    creator: "example",
    createdAt: now,
    updatedAt: now,
    lastLoginAt: null,
  });
});

test("the application may say who made the user", async () => {
  assert.equal((await made({}, { creator: "OAuth" })).given.creator, "OAuth");
});

test("an address that the provider has not verified is kept as such", async () => {
  const { given } = await made({ email: "ada@example.net", emailVerified: false });
  assert.deepEqual([given.email, given.emailVerified], ["ada@example.net", false]);
});

for (const email of [undefined, ""]) {
  test(`an address of ${JSON.stringify(email)} is none, and none is not verified`, async () => {
    const { given } = await made({ email });
    assert.deepEqual([given.email, given.emailVerified], [null, false]);
  });
}

test("somebody known is not made again", async () => {
  const { given: user } = await made({});
  const { given, stored } = await made({}, {}, user);
  assert.equal(given, user);
  assert.equal(stored, undefined);
});
