import Database from "better-sqlite3";
import mysql, { type PoolConnection } from "mysql2/promise";
import pg, { type PoolClient } from "pg";
import { mysqlStorage } from "../../src/storage/mysql.ts";
import { postgresStorage } from "../../src/storage/postgres.ts";
import { sqliteStorage } from "../../src/storage/sqlite.ts";
import { mysqlDatabase, postgresDatabase, sqliteDatabase } from "./databases.ts";
import { askMysql, askPostgres, askSqlite, detachedPeople, peopleStore } from "./own-users.ts";
import type { OwnUsersKind } from "./own-users-cases.ts";

export const sqliteUsers: OwnUsersKind = {
  kind: "SQLite",
  scheme: "/",
  makeDatabase: sqliteDatabase,
  joined: (address, ids) => sqliteStorage(address, { users: peopleStore(askSqlite, ids) }),
  open: (address, users) => sqliteStorage(address, { users }),
  detached(address, ids) {
    const database = new Database(address);
    return { store: detachedPeople(askSqlite, ids, database), end: () => database.close() };
  },
};

export const postgresUsers: OwnUsersKind = {
  kind: "PostgreSQL",
  scheme: "postgres:",
  makeDatabase: postgresDatabase,
  joined: (address, ids) =>
    postgresStorage(address, { users: peopleStore<PoolClient>(askPostgres, ids) }),
  open: (address, users) => postgresStorage(address, { users }),
  detached(address, ids) {
    const pool = new pg.Pool({ connectionString: address });
    pool.on("error", () => {});
    return { store: detachedPeople(askPostgres, ids, pool), end: () => pool.end() };
  },
};

export const mysqlUsers: OwnUsersKind = {
  kind: "MariaDB",
  scheme: "mysql:",
  makeDatabase: mysqlDatabase,
  joined: (address, ids) =>
    mysqlStorage(address, { users: peopleStore<PoolConnection>(askMysql, ids) }),
  open: (address, users) => mysqlStorage(address, { users }),
  detached(address, ids) {
    const pool = mysql.createPool({ uri: address });
    return { store: detachedPeople(askMysql, ids, pool), end: () => pool.end() };
  },
};
