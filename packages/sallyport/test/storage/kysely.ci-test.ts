import assert from "node:assert/strict";
import { test } from "node:test";
import Database from "better-sqlite3";
import { Kysely, MysqlDialect, PostgresDialect, SqliteDialect } from "kysely";
import mysql from "mysql2";
import pg from "pg";
import { kyselyStorage } from "../../src/storage/kysely.ts";
import type { Storage } from "../../src/storage.ts";
import { mysqlDatabase, postgresDatabase, runContract, sqliteDatabase } from "./databases.ts";

/** A storage that ends its Kysely with itself, as an application would. */
function ended(db: Kysely<unknown>, dialect: "sqlite" | "postgres" | "mysql"): Storage {
  return { ...kyselyStorage(db, { dialect }), close: () => db.destroy() };
}

const onPostgres = (connectionString: string) => {
  const pool = new pg.Pool({ connectionString });
  // What every application with a pool does.
  pool.on("error", () => {});
  return ended(new Kysely({ dialect: new PostgresDialect({ pool }) }), "postgres");
};
const onMysql = (uri: string, timezone = "Z") =>
  ended(
    new Kysely({ dialect: new MysqlDialect({ pool: mysql.createPool({ uri, timezone }) }) }),
    "mysql",
  );
const onSqlite = (file: string) =>
  ended(new Kysely({ dialect: new SqliteDialect({ database: new Database(file) }) }), "sqlite");

runContract("Kysely on PostgreSQL", postgresDatabase, onPostgres);
runContract("Kysely on MariaDB", mysqlDatabase, (address) => onMysql(address));
runContract("Kysely on SQLite", sqliteDatabase, onSqlite);

test("a driver that reads times in its own zone is refused", async (t) => {
  const database = await mysqlDatabase();
  t.after(() => database.close());
  const storage = onMysql(database.address, "+05:00");
  await assert.rejects(storage.users.find(1), /the driver's timezone must be "Z"/);
  await storage.close();
});
