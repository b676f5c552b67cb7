import { test } from "node:test";
import { postgresStorage } from "../src/storage/postgres.ts";
import { askFromTwoProcesses } from "./access-token-processes.ts";
import { postgresDatabase } from "./storage/databases.ts";

test("two processes that need the same new token make one refresh (PostgreSQL)", async (t) => {
  const database = await postgresDatabase();
  t.after(() => database.close());
  const { address } = database;
  await askFromTwoProcesses(t, "postgres", address, postgresStorage(address));
});
