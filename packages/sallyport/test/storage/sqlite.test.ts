import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { type TestContext, test } from "node:test";
import Database from "better-sqlite3";
import { sqliteStorage } from "../../src/storage/sqlite.ts";
import { StorageUnavailable } from "../../src/storage.ts";
import { storageContract } from "../../src/testing/index.ts";
import { ada, now } from "../../src/testing/storage-cases/samples.ts";
import { startSite, temporaryFile } from "../site.ts";
import { runContract, sqliteDatabase } from "./databases.ts";

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

runContract("SQLite file", sqliteDatabase, sqliteStorage);

const inMemory = async () => {
  const storage = sqliteStorage(":memory:");
  return { storage, close: () => storage.close() };
};
for (const { name, run } of storageContract(inMemory)) test(`${name} (SQLite in memory)`, run);

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
