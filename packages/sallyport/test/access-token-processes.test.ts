import { test } from "node:test";
import { sqliteStorage } from "../src/storage/sqlite.ts";
import { askFromTwoProcesses } from "./access-token-processes.ts";
import { temporaryFile } from "./site.ts";

test("two processes that need the same new token make one refresh (SQLite)", async (t) => {
  const file = temporaryFile(t);
  await askFromTwoProcesses(t, "sqlite", file, sqliteStorage(file));
});
