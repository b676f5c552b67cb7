import assert from "node:assert/strict";
import { test } from "node:test";
import type { UserDetails } from "../../src/identity.ts";
import {
  cleanUsername,
  getUsername,
  type UsernameCandidates,
} from "../../src/steps/get-username.ts";
import { memoryStorage } from "../../src/storage/memory.ts";
import type { User } from "../../src/storage.ts";
import { now } from "../backend.ts";
import { ExampleOAuth2 } from "../site.ts";

const backend = new ExampleOAuth2();

/** The username that somebody gets where these are taken. */
async function usernameOf(
  details: Omit<UserDetails, "emailVerified">,
  taken: readonly string[] = [],
  candidates?: UsernameCandidates,
): Promise<string> {
  const tables = memoryStorage();
  for (const username of taken) await tables.users.add({ username, creator: "test" }, now);
  const facts = { details: { ...details, emailVerified: false }, user: undefined };
  // The step looks at these facts, and asks for usernames only.
  const given = await getUsername(candidates).run(facts as never, { backend, tables } as never);
  return (given as { readonly username: string }).username;
}

for (const [details, username] of [
  [{ username: "ada" }, "ada"],
  [{ username: "Ada.Lovelace+1@x_y-z" }, "Ada.Lovelace+1@x_y-z"],
  [{ username: "Ädä Løvé 🦆" }, "AdaLve"],
  [{ username: "ａｄａ" }, "ada"],
  [{ email: "ada@example.net" }, "ada"],
  [{ username: "", email: "bob@example.net" }, "bob"],
  [{ username: "東京" }, "user"],
  [{ username: " <>'\"; " }, "user"],
  [{}, "user"],
] as const) {
  test(`${JSON.stringify(details)} gives "${username}"`, async () => {
    assert.equal(await usernameOf(details), username);
  });
}

for (const taken of ["ada", "ADA"]) {
  test(`where "${taken}" is taken, "ada" gets something behind it`, async () => {
    assert.match(await usernameOf({ username: "ada" }, [taken]), /^ada-[\w-]{8}$/);
  });
}

test("a username has 150 characters at most, also with something behind it", async () => {
  const long = "x".repeat(500);
  const first = await usernameOf({ username: long });
  assert.equal(first.length, 150);
  const second = await usernameOf({ username: long }, [first]);
  assert.equal(second.length, 150);
  assert.notEqual(second, first);
});

test("an application has candidates of its own", async () => {
  const numbered: UsernameCandidates = function* ({ details }) {
    for (let number = 1; ; number++) yield `${details.username}${number === 1 ? "" : number}`;
  };
  assert.equal(await usernameOf({ username: "ada" }, [], numbered), "ada");
  assert.equal(await usernameOf({ username: "ada" }, ["ada", "ada2"], numbered), "ada3");
});

test("where no candidate is free the step says so", async () => {
  const taken = usernameOf({ username: "ada" }, ["ada"], () => ["", "ada"]);
  await assert.rejects(taken, /none of the username candidates is free/);
});

test("somebody known keeps the username that they have", async () => {
  const facts = {
    details: { username: "new", emailVerified: false },
    user: { username: "old" } as User,
  };
  const given = await getUsername().run(facts as never, { tables: memoryStorage() } as never);
  assert.deepEqual(given, { username: "old" });
});

test("cleaning leaves nothing that a path, a query or a page would have to escape", () => {
  const everything = String.fromCodePoint(...Array.from({ length: 0x2000 }, (_, at) => at));
  assert.match(cleanUsername(everything), /^[\w.@+-]+$/);
});
