import { sqliteDialect } from "../../src/sql/dialects/sqlite.ts";
import { sqliteStorage } from "../../src/storage/sqlite.ts";
import { sqliteDatabase } from "./databases.ts";
import { runMigrations } from "./migrations.ts";

runMigrations("SQLite", {
  dialect: sqliteDialect,
  makeDatabase: sqliteDatabase,
  open: sqliteStorage,
});
