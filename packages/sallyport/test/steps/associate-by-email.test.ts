import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { pipeline } from "../../src/pipeline.ts";
import { associateByEmail } from "../../src/steps/associate-by-email.ts";
import { associateUser } from "../../src/steps/associate-user.ts";
import { createUser } from "../../src/steps/create-user.ts";
import { getUsername } from "../../src/steps/get-username.ts";
import { socialDetails } from "../../src/steps/social-details.ts";
import { socialUid } from "../../src/steps/social-uid.ts";
import { socialUser } from "../../src/steps/social-user.ts";
import { memoryStorage } from "../../src/storage/memory.ts";
import { sqliteStorage } from "../../src/storage/sqlite.ts";
import type { Storage } from "../../src/storage.ts";
import {
  codeOf,
  ExampleOAuth2,
  SecondOAuth2,
  settingsFor,
  startSite,
  temporaryFile,
} from "../site.ts";

/** An account whose provider says whether its address is verified. */
class Example extends ExampleOAuth2 {
  override getUserDetails(person: Parameters<ExampleOAuth2["getUserDetails"]>[0]) {
    const emailVerified = "verified" in person && person.verified === true;
    return { ...super.getUserDetails(person), emailVerified };
  }
}

function steps(...authoritative: string[]) {
  return pipeline(
    socialDetails,
    socialUid,
    socialUser,
    associateByEmail({ authoritative }),
    getUsername(),
    createUser(),
    associateUser,
  );
}

interface Local {
  readonly email: string;
  readonly emailVerified: boolean;
  readonly isActive: boolean;
  /** More users with the same address. */
  readonly more: number;
}

interface Given {
  readonly local?: Partial<Local>;
  readonly profile?: Readonly<Record<string, unknown>>;
  readonly authoritative?: readonly string[];
  readonly storage?: Storage;
}

async function start(t: TestContext, given: Given) {
  const {
    local = {},
    profile = {},
    authoritative = ["example"],
    storage = memoryStorage(),
  } = given;
  const { email = "ada@example.net", emailVerified = true, isActive = true, more = 0 } = local;
  const site = await startSite(t, {
    backends: (provider) => [
      new Example(settingsFor(provider)),
      new SecondOAuth2(settingsFor(provider)),
    ],
    pipeline: steps(...authoritative),
    storage,
  });
  const { users } = site.storage;
  const people = [];
  for (let at = 0; at <= more; at++) {
    const wanted = { username: `owner${at}`, creator: "test", email, emailVerified };
    people.push(await users.add(wanted, site.clock.now));
  }
  const [owner] = people;
  assert.ok(owner);
  if (!isActive) await users.update(owner.id, { isActive }, site.clock.now);
  site.provider.profile = {
    id: 7,
    login: "ada",
    email: "ada@example.net",
    verified: true,
    ...profile,
  };
  return { ...site, owner };
}

test("an account of a listed provider joins the user with its verified address", async (t) => {
  const { browser, storage, owner } = await start(t, {});
  assert.equal((await browser().signIn("example")).status, 303);
  assert.equal((await storage.associations.find("example", "7"))?.userId, owner.id);
});

test("capitals make no other address", async (t) => {
  const { browser, storage, owner } = await start(t, { profile: { email: "ADA@Example.NET" } });
  await browser().signIn("example");
  assert.equal((await storage.associations.find("example", "7"))?.userId, owner.id);
});

const kept: Readonly<Record<string, Given>> = {
  "the user's own address is not verified": { local: { emailVerified: false } },
  "the provider does not call it verified": { profile: { verified: false } },
  "the provider says nothing about it": { profile: { verified: undefined } },
  "the provider is not listed": { authoritative: ["second"] },
  "two users have the address": { local: { more: 1 } },
  "the account has no address": { profile: { email: undefined } },
  "the account's address is empty": { profile: { email: "" } },
  "its letters are full-width": { profile: { email: "ａda@example.net" } },
  "its host is full-width": { profile: { email: "ada@ｅxample.net" } },
  "one of its letters is Cyrillic": { profile: { email: "аda@example.net" } },
  "the user's has the Cyrillic letter": { local: { email: "аda@example.net" } },
  "both have the Cyrillic letter": {
    local: { email: "аda@example.net" },
    profile: { email: "аda@example.net" },
  },
  "it has a dotless i, as capitals have": {
    local: { email: "mike@example.net" },
    profile: { email: "mıke@example.net" },
  },
  "it has a Kelvin sign for a k": {
    local: { email: "mike@example.net" },
    profile: { email: "mi\u212Ae@example.net" },
  },
  "it has a plus part": { profile: { email: "ada+sallyport@example.net" } },
  "the user's has a plus part": { local: { email: "ada+sallyport@example.net" } },
  "it has a dot more": { profile: { email: "a.da@example.net" } },
  "it has a space in it": { profile: { email: "ada @example.net" } },
  "it has a letter that nobody sees": { profile: { email: "ada\u200b@example.net" } },
};
for (const [what, given] of Object.entries(kept)) {
  test(`nobody is joined where ${what}`, async (t) => {
    const { browser, storage, owner } = await start(t, given);
    assert.equal((await browser().signIn("example")).status, 303);
    const association = await storage.associations.find("example", "7");
    assert.ok(association);
    assert.notEqual(association.userId, owner.id);
    assert.deepEqual(await storage.associations.ofUser(owner.id), []);
  });
}

test("a disabled user is not joined, and signs in by no other account", async (t) => {
  const { browser, storage, owner } = await start(t, { local: { isActive: false } });
  await browser().signIn("example");
  assert.deepEqual(await storage.associations.ofUser(owner.id), []);
});

test("who connects an account while signed in connects it to themselves", async (t) => {
  const { browser, storage, owner, provider } = await start(t, {});
  const person = browser();
  provider.profile = { id: 8, login: "eve", email: "eve@example.net", verified: true };
  await person.signIn("example");
  const eve = (await storage.associations.find("example", "8"))?.userId;
  provider.profile = { id: 7, login: "ada", email: "ada@example.net", verified: true };
  const answer = await person.signIn("second");
  assert.equal(await codeOf(answer), undefined);
  assert.equal((await storage.associations.find("second", "7"))?.userId, eve);
  assert.notEqual(eve, owner.id);
});

for (const [what, open] of Object.entries({ memory: memoryStorage, SQLite: sqliteStorage })) {
  test(`eight first logins at once join one user by one association (${what})`, async (t) => {
    const storage = open(temporaryFile(t));
    const { browser, auth, owner } = await start(t, { storage });
    const people = Array.from({ length: 8 }, browser);
    const backs = await Promise.all(people.map((person) => person.leaveFor("example")));
    await Promise.all(people.map((person, at) => person.send("GET", backs[at] ?? "")));
    const users = await Promise.all(
      people.map((person) => auth.user({ headers: { cookie: person.cookieHeader() } })),
    );
    assert.deepEqual(
      users.map((user) => user?.id),
      Array(8).fill(owner.id),
    );
    assert.equal((await storage.associations.ofUser(owner.id)).length, 1);
  });

  test(`two listed providers at once make one user of one address (${what})`, async (t) => {
    const storage = open(temporaryFile(t));
    const { browser, provider, auth } = await start(t, {
      storage,
      authoritative: ["example", "second"],
    });
    provider.profile = { id: 9, login: "new", email: "new@example.net", verified: true };
    const people = [browser(), browser()];
    const names = ["example", "second"];
    const backs = await Promise.all(people.map((person, at) => person.leaveFor(names[at] ?? "")));
    await Promise.all(people.map((person, at) => person.send("GET", backs[at] ?? "")));
    const users = await Promise.all(
      people.map((person) => auth.user({ headers: { cookie: person.cookieHeader() } })),
    );
    assert.ok(users[0]);
    assert.equal(users[0].id, users[1]?.id);
    assert.equal((await storage.users.findByEmail("new@example.net")).length, 1);
    assert.equal((await storage.associations.ofUser(users[0].id)).length, 2);
  });
}
