import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { nodeSqliteStorage } from "../../src/storage/node-sqlite.ts";
import { type SqlRow, StorageUnavailable } from "../../src/storage.ts";
import { storageContract } from "../../src/testing/index.ts";
import { ada, ben, now } from "../../src/testing/storage-cases/samples.ts";

// Run by node-sqlite.ci-test.ts, in a Node.js that has `node:sqlite`. The npm package
// better-sqlite3 is compiled for another one, so what looks behind is `node:sqlite` too.

interface Database {
  prepare(text: string): { all(): SqlRow[] };
  exec(text: string): void;
  close(): void;
}
const { DatabaseSync } = process.getBuiltinModule("node:sqlite") as unknown as {
  DatabaseSync: new (path: string) => Database;
};

async function open() {
  const folder = mkdtempSync(join(tmpdir(), "sallyport-"));
  const file = join(folder, "test.db");
  const storage = nodeSqliteStorage(file, { busyTimeout: 200 });
  const close = async () => {
    await storage.close();
    rmSync(folder, { recursive: true });
  };
  return { storage, file, close };
}

async function ask({ file }: { readonly file: string }, query: string) {
  const database = new DatabaseSync(file);
  try {
    return database.prepare(query).all();
  } finally {
    database.close();
  }
}

async function inMemory() {
  const storage = nodeSqliteStorage(":memory:");
  return { storage, close: () => storage.close() };
}

for (const { name, run } of storageContract(open, ask)) test(`${name} (node:sqlite)`, run);
for (const { name, run } of storageContract(inMemory)) test(`${name} (in memory)`, run);

test("a file that another process keeps locked is unavailable after the time-out", async () => {
  const { storage, file, close } = await open();
  await storage.users.add(ada, now);
  const other = new DatabaseSync(file);
  other.exec("begin immediate");
  await assert.rejects(storage.users.add(ben, now), StorageUnavailable);
  assert.equal((await storage.users.findByUsername("ada"))?.username, "ada");
  other.exec("rollback");
  await storage.users.add(ben, now);
  other.close();
  await close();
});

test("a file in a folder that is not there is unavailable", () => {
  assert.throws(() => nodeSqliteStorage("/nowhere/at/all.db"), StorageUnavailable);
});
