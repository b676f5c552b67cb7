import { sqliteDialect } from "../../src/sql/dialects/sqlite.ts";
import { sqliteStorage } from "../../src/storage/sqlite.ts";
import { sqliteDatabase } from "../storage/databases.ts";
import { runImportDjango } from "./import-django-cases.ts";

runImportDjango("SQLite", {
  dialect: sqliteDialect,
  makeDatabase: sqliteDatabase,
  open: sqliteStorage,
});
