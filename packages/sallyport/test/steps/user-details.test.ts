import assert from "node:assert/strict";
import { test } from "node:test";
import type { UserDetails } from "../../src/identity.ts";
import { type UserDetailsOptions, userDetails } from "../../src/steps/user-details.ts";
import { memoryStorage } from "../../src/storage/memory.ts";
import type { User } from "../../src/storage.ts";
import { now } from "../backend.ts";
import { ExampleOAuth2 } from "../site.ts";

const before = new Date("2026-01-01T00:00:00Z");

/** What a login that brings these details makes of a user: given back, and stored. */
async function after(
  details: Partial<UserDetails>,
  options?: UserDetailsOptions,
  { isNew = false }: { readonly isNew?: boolean } = {},
) {
  const tables = memoryStorage();
  const user = await tables.users.add(
    {
      username: "ada",
      creator: "test",
      email: "ada@example.net",
      emailVerified: true,
      fullName: "Ada",
    },
    before,
  );
  const facts = { details: { emailVerified: true, ...details }, user, isNew };
  const may = { backend: new ExampleOAuth2(), tables, now };
  // The step looks at these facts and the users only.
  const given = await userDetails(options).run(facts as never, may as never);
  const stored = await tables.users.find(user.id);
  const { user: told } = given as { readonly user: User };
  assert.deepEqual({ ...told, updatedAt: stored?.updatedAt }, stored);
  return { ...stored, written: stored?.updatedAt !== before };
}

test("names that changed at the provider change here", async () => {
  const user = await after({ fullName: "Ada King", firstName: "Ada", lastName: "King" });
  assert.deepEqual([user.fullName, user.firstName, user.lastName], ["Ada King", "Ada", "King"]);
});

test("the address stays unless an application says otherwise", async () => {
  const details = { email: "new@example.net" };
  assert.equal((await after(details)).email, "ada@example.net");
  const open = await after(details, { protectedFields: [] });
  assert.deepEqual([open.email, open.emailVerified], ["new@example.net", true]);
});

test("a new address is as verified as the provider says, never as the old one was", async () => {
  const details = { email: "new@example.net", emailVerified: false };
  const user = await after(details, { protectedFields: [] });
  assert.deepEqual([user.email, user.emailVerified], ["new@example.net", false]);
});

test("an address that lost its verification at the provider loses it here", async () => {
  const details = { email: "ada@example.net", emailVerified: false };
  assert.equal((await after(details, { protectedFields: [] })).emailVerified, false);
});

test("a protected field keeps what it has", async () => {
  const user = await after(
    { fullName: "Ada King", firstName: "A" },
    { protectedFields: ["fullName"] },
  );
  assert.deepEqual([user.fullName, user.firstName], ["Ada", "A"]);
});

test("what the provider does not say stays", async () => {
  const user = await after({ fullName: undefined, email: undefined }, { protectedFields: [] });
  assert.deepEqual([user.fullName, user.email], ["Ada", "ada@example.net"]);
});

test("the username never changes", async () => {
  assert.equal((await after({ username: "other", fullName: "x" })).username, "ada");
});

test("where nothing changed nothing is written", async () => {
  const same = { fullName: "Ada", email: "ada@example.net" };
  assert.equal((await after(same, { protectedFields: [] })).written, false);
});

test("a user who was made a moment ago is left alone", async () => {
  assert.equal((await after({ fullName: "other" }, {}, { isNew: true })).fullName, "Ada");
});
