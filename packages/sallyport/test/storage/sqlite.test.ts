import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { type TestContext, test } from "node:test";
import Database from "better-sqlite3";
import { sqliteStorage } from "../../src/storage/sqlite.ts";
import { Conflict, StorageUnavailable } from "../../src/storage.ts";
import { startSite, temporaryFile } from "../site.ts";
import { ada, later, now, sessionOf, tableCases } from "./table-cases.ts";
import { transactionCases } from "./transaction-cases.ts";

function open(t: TestContext, path: string, busyTimeout = 5000) {
  const storage = sqliteStorage(path, { busyTimeout });
  t.after(() => storage.close());
  return storage;
}

/** A connection of the test's own, behind the adapter's back. */
function behind(t: TestContext, file: string) {
  const database = new Database(file);
  t.after(() => database.close());
  return database;
}

tableCases("SQLite file", (t) => open(t, temporaryFile(t)));
transactionCases("SQLite file", (t) => open(t, temporaryFile(t)));
tableCases("SQLite in memory", (t) => open(t, ":memory:"));
transactionCases("SQLite in memory", (t) => open(t, ":memory:"));

test("the tables hold what the contract says, in its types", async (t) => {
  const file = temporaryFile(t);
  const { users, associations, sessions, used } = open(t, file);
  const user = await users.add({ ...ada, username: "ＡDA", email: "Ada@Example.NET" }, now);
  const account = { userId: user.id, provider: "example", uid: "7" };
  const { id } = await associations.add(account, now);
  await associations.setExtraData(id, { login: "ada" }, now);
  await sessions.add(sessionOf(user));
  await used.add("state secret", later, now);

  const database = behind(t, file);
  const row = (table: string) => database.prepare(`select * from ${table}`).get();
  const at = "2026-11-20T12:00:00.000Z";
  assert.deepEqual(row("users"), {
    id: 1,
    username: "ＡDA",
    username_key: "ada",
    email: "Ada@Example.NET",
    email_key: "ada@example.net",
    email_verified: 0,
    first_name: "",
    last_name: "",
    full_name: "",
    is_active: 1,
    is_admin: 0,
    creator: "test",
    created_at: at,
    updated_at: at,
    last_login_at: null,
  });
  assert.deepEqual(row("social_auth"), {
    id: 1,
    user_id: 1,
    provider: "example",
    uid: "7",
    extra_data: '{"login":"ada"}',
    created_at: at,
    updated_at: at,
    leased_until: null,
  });
  assert.deepEqual(row("sessions"), {
    id_hash: "hash",
    user_id: 1,
    created_at: at,
    expires_at: "2026-11-20T13:00:00.000Z",
    last_seen_at: at,
    authenticated_at: at,
    backend: "example",
    association_id: null,
    amr: '["pwd","mfa"]',
  });
  assert.doesNotMatch(JSON.stringify(row("social_used")), /secret/);
});

test("the database itself refuses a second owner, an empty uid and an orphan", async (t) => {
  const file = temporaryFile(t);
  const { users, associations } = open(t, file);
  const user = await users.add(ada, now);
  await associations.add({ userId: user.id, provider: "e", uid: "1" }, now);
  const database = behind(t, file);
  database.pragma("foreign_keys = on");
  const add = (userId: number, uid: string) => () =>
    database
      .prepare("insert into social_auth values (null, ?, 'e', ?, '{}', '', '', null)")
      .run(userId, uid);
  assert.throws(add(1, "1"), { code: "SQLITE_CONSTRAINT_UNIQUE" });
  assert.throws(add(1, ""), { code: "SQLITE_CONSTRAINT_CHECK" });
  assert.throws(add(99, "2"), { code: "SQLITE_CONSTRAINT_FOREIGNKEY" });
});

test("an account of a user who is not there is a conflict", async (t) => {
  const { associations } = open(t, temporaryFile(t));
  await assert.rejects(associations.add({ userId: 99, provider: "e", uid: "1" }, now), Conflict);
});

test("neither a token nor a session's cookie lies in the file", async (t) => {
  const file = temporaryFile(t);
  const { auth, provider, browser } = await startSite(t, { storage: sqliteStorage(file) });
  const person = browser();
  await person.signIn("example");
  const cookie = person.cookies.get("__Host-sallyport-session") ?? assert.fail();
  const user = await auth.user({ headers: { cookie: person.cookieHeader() } });
  const [account] = await auth.associations(user ?? assert.fail());
  assert.match(String(account?.extraData.access_token), /^v1\./);

  const bytes = ["", "-wal"].map((end) => readFileSync(file + end).toString("latin1")).join();
  assert.ok(bytes.includes("access_token"));
  for (const secret of [cookie, ...provider.secrets]) assert.ok(!bytes.includes(secret), secret);
});

test("a migration that breaks off leaves nothing, and is made up for", async (t) => {
  const file = temporaryFile(t);
  const set = (last: string) => ({
    name: "extra",
    migrations: { "001": () => ["create table extra (id integer)", last] },
  });
  const broken = sqliteStorage(file, { migrations: [set("create nonsense")] });
  await assert.rejects(broken.migrate(), /syntax error/);
  await assert.rejects(broken.users.find(1), /syntax error/);
  await broken.close();

  const mended = sqliteStorage(file, { migrations: [set("create table more (id integer)")] });
  t.after(() => mended.close());
  await mended.migrate();
  const database = behind(t, file);
  assert.deepEqual(database.prepare("select * from extra, more").all(), []);
});

test("a file that another process keeps locked is unavailable after the time-out", async (t) => {
  const file = temporaryFile(t);
  const storage = open(t, file, 100);
  await storage.users.add(ada, now);
  const other = behind(t, file);
  other.exec("begin immediate");
  const began = performance.now();
  await assert.rejects(storage.users.add({ ...ada, username: "b" }, now), StorageUnavailable);
  assert.ok(performance.now() - began < 1000);
  assert.equal((await storage.users.findByUsername("ada"))?.id, 1, "reading goes on");
  other.exec("rollback");
  assert.equal((await storage.users.add({ ...ada, username: "b" }, now)).id, 2);
});

test("a file that is no database is unavailable", (t) => {
  const file = temporaryFile(t);
  writeFileSync(file, "this is a letter to my aunt, and a long one, too".repeat(100));
  assert.throws(() => sqliteStorage(file), StorageUnavailable);
});

test("a file in a folder that is not there is unavailable, and named", (t) => {
  const path = `${temporaryFile(t, "no-folder")}/test.db`;
  assert.throws(
    () => sqliteStorage(path),
    (error) => error instanceof StorageUnavailable && error.message.startsWith(`${path}: `),
  );
});

test("what has expired is cleared away in time", async (t) => {
  const file = temporaryFile(t);
  const { users, sessions, used } = open(t, file);
  await sessions.add(sessionOf(await users.add(ada, now)));
  await used.add("old", later, now);
  const muchLater = new Date(later.getTime() + 1);
  const database = behind(t, file);
  const left = () =>
    database
      .prepare(
        "select (select count(*) from sessions) + (select count(*) from social_used where expires_at < ?)",
      )
      .pluck()
      .get(muchLater.toISOString());
  // One call in a hundred clears up: in two thousand none does once in 500 million runs.
  for (let at = 0; left() !== 0 && at < 2000; at++) {
    await used.add(`key ${at}`, new Date(muchLater.getTime() + 1), muchLater);
  }
  assert.equal(left(), 0);
});
