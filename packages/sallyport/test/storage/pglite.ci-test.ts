import assert from "node:assert/strict";
import { after, test } from "node:test";
import { PGlite } from "@electric-sql/pglite";
import { postgresStorage } from "../../src/storage/postgres.ts";
import type { SqlRow } from "../../src/storage.ts";
import { storageContract } from "../../src/testing/index.ts";

const database = await PGlite.create();
after(() => database.close());

/** PostgreSQL in the process takes seconds to start, so the cases share one and empty it. */
async function open() {
  await database.exec("drop schema public cascade; create schema public");
  const storage = postgresStorage(database);
  return { storage, close: () => storage.close() };
}

const ask = async (_: unknown, query: string) => (await database.query<SqlRow>(query)).rows;
for (const { name, run } of storageContract(open, ask)) test(`${name} (PGlite)`, run);

test("a storage does not end what the application made", async () => {
  const { close } = await open();
  await close();
  assert.equal(database.closed, false);
});
