import { postgresDialect } from "../../src/sql/dialects/postgres.ts";
import { postgresStorage } from "../../src/storage/postgres.ts";
import { postgresDatabase } from "./databases.ts";
import { runMigrations } from "./migrations.ts";

runMigrations("PostgreSQL", {
  dialect: postgresDialect,
  makeDatabase: postgresDatabase,
  open: postgresStorage,
});
