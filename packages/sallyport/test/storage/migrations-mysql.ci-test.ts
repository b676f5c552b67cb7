import { mysqlDialect } from "../../src/sql/dialects/mysql.ts";
import { mysqlStorage } from "../../src/storage/mysql.ts";
import { mysqlDatabase } from "./databases.ts";
import { runMigrations } from "./migrations.ts";

runMigrations("MariaDB", {
  dialect: mysqlDialect,
  makeDatabase: mysqlDatabase,
  open: mysqlStorage,
});
