import { mysqlDialect } from "../../src/sql/dialects/mysql.ts";
import { postgresDialect } from "../../src/sql/dialects/postgres.ts";
import { mysqlStorage } from "../../src/storage/mysql.ts";
import { postgresStorage } from "../../src/storage/postgres.ts";
import { mysqlDatabase, postgresDatabase } from "../storage/databases.ts";
import { runImportDjango } from "./import-django-cases.ts";

runImportDjango("PostgreSQL", {
  dialect: postgresDialect,
  makeDatabase: postgresDatabase,
  open: postgresStorage,
});
runImportDjango("MariaDB", {
  dialect: mysqlDialect,
  makeDatabase: mysqlDatabase,
  open: mysqlStorage,
});
