import assert from "node:assert/strict";
import { test } from "node:test";
import Database from "better-sqlite3";
import { memoryStorage } from "../src/storage/memory.ts";
import { sqliteStorage } from "../src/storage/sqlite.ts";
import { Conflict, type Storage } from "../src/storage.ts";
import { codeOf, startSite, temporaryFile } from "./site.ts";

const kinds: Readonly<Record<string, (file: string) => Storage>> = {
  memory: memoryStorage,
  file: sqliteStorage,
  "SQLite in memory": () => sqliteStorage(":memory:"),
};

for (const [kind, open] of Object.entries(kinds)) {
  test(`eight simultaneous first logins of one person make one user (${kind})`, async (t) => {
    const { auth, storage, browser } = await startSite(t, { storage: open(temporaryFile(t)) });
    const people = Array.from({ length: 8 }, browser);
    const backs = await Promise.all(people.map((person) => person.leaveFor("example")));

    const answers = await Promise.all(
      people.map((person, at) => person.send("GET", backs[at] ?? "")),
    );

    assert.deepEqual(
      answers.map(({ status }) => status),
      Array(8).fill(303),
    );
    const users = await Promise.all(
      people.map((person) => auth.user({ headers: { cookie: person.cookieHeader() } })),
    );
    const [user] = users;
    assert.ok(user);
    assert.deepEqual(
      users.map((each) => each?.id),
      Array(8).fill(user.id),
    );
    assert.equal((await storage.associations.ofUser(user.id)).length, 1);
  });

  test(`two people with one username who come at once both get in (${kind})`, async (t) => {
    const { auth, provider, browser } = await startSite(t, { storage: open(temporaryFile(t)) });
    const backs = [];
    for (const id of [1, 2]) {
      provider.profile = { id, login: "ada" };
      const person = browser();
      backs.push({ person, back: await person.leaveFor("example") });
    }
    await Promise.all(backs.map(({ person, back }) => person.send("GET", back)));

    const names = await Promise.all(
      backs.map(async ({ person }) => {
        const user = await auth.user({ headers: { cookie: person.cookieHeader() } });
        return user?.username ?? "nobody";
      }),
    );
    assert.notEqual(names[0], names[1]);
    assert.ok(names.includes("ada"));
    assert.ok(names.every((name) => name.startsWith("ada")));
  });
}

test("two processes that share a file make one user of one person", async (t) => {
  const file = temporaryFile(t);
  const here = await startSite(t, { storage: sqliteStorage(file) });
  const there = await startSite(t, { storage: sqliteStorage(file) });
  const people = [here, there, here, there].map((site) => site.browser());
  const answers = await Promise.all(people.map((person) => person.signIn("example")));

  assert.deepEqual(
    answers.map(({ status }) => status),
    Array(4).fill(303),
  );
  const database = new Database(file, { readonly: true });
  t.after(() => database.close());
  const count = (table: string) => database.prepare(`select count(*) from ${table}`).pluck().get();
  assert.deepEqual([count("users"), count("social_auth"), count("sessions")], [1, 1, 4]);
});

/** A storage whose first transactions lose a race, each after its work is done. */
function losing(times: number): { storage: Storage; attempts: () => number } {
  const inner = memoryStorage();
  let attempts = 0;
  const storage: Storage = {
    ...inner,
    transaction: (work) =>
      inner.transaction(async (tables) => {
        const result = await work(tables);
        if (++attempts <= times) throw new Conflict("lost on purpose");
        return result;
      }),
  };
  return { storage, attempts: () => attempts };
}

test("a login that loses a race starts over, and asks the provider only once", async (t) => {
  const { storage, attempts } = losing(2);
  const { provider, browser } = await startSite(t, { storage });
  const answer = await browser().signIn("example");
  assert.equal(answer.status, 303);
  assert.equal(attempts(), 3);
  assert.equal(provider.to("/token").length, 1);
  assert.equal((await storage.users.findByUsername("ada"))?.username, "ada");
});

test("a login that loses every race gives up after six", async (t) => {
  const { storage, attempts } = losing(Number.POSITIVE_INFINITY);
  const { browser } = await startSite(t, { storage });
  const answer = await browser().signIn("example");
  assert.equal(answer.status, 503);
  assert.equal(answer.headers.get("retry-after"), "30");
  assert.equal(await codeOf(answer), "storage_conflict");
  assert.equal(attempts(), 6);
  assert.equal(await storage.users.findByUsername("ada"), undefined);
});
