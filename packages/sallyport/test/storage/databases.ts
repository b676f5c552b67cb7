import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import Database from "better-sqlite3";
import mysql from "mysql2/promise";
import pg from "pg";
import type { SqlRow, Storage } from "../../src/storage.ts";
import { type OpenedStorage, storageContract } from "../../src/testing/index.ts";

// Empty databases of the kinds that we run on, each with a connection behind the storage's back.

/** An empty database, until it is closed. */
export interface TestDatabase {
  /** As `postgresStorage` or `mysqlStorage` take it; for SQLite the file. */
  readonly address: string;
  /** Runs a statement with the database's own driver, values in the driver's own spelling. */
  ask(query: string, values?: readonly unknown[]): Promise<readonly SqlRow[]>;
  close(): Promise<void>;
}

const servers = {
  postgres: process.env.TEST_POSTGRES ?? "postgres://postgres@127.0.0.1:5432",
  mysql: process.env.TEST_MYSQL ?? "mysql://root@127.0.0.1:3306",
};

/** A new database on the PostgreSQL server. */
export async function postgresDatabase(): Promise<TestDatabase> {
  const name = newName();
  await onPostgres(`create database ${name}`);
  const address = `${servers.postgres}/${name}`;
  const client = new pg.Client({ connectionString: address });
  await client.connect();
  return {
    address,
    ask: async (query, values = []) => (await client.query(query, [...values])).rows,
    async close() {
      await client.end();
      await onPostgres(`drop database ${name} with (force)`);
    },
  };
}

/** A new database on the MariaDB or MySQL server. */
export async function mysqlDatabase(): Promise<TestDatabase> {
  const name = newName();
  const connection = await mysql.createConnection({ uri: servers.mysql, timezone: "Z" });
  await connection.query(`create database ${name}`);
  await connection.query(`use ${name}`);
  return {
    address: `${servers.mysql}/${name}`,
    async ask(query, values = []) {
      const [rows] = await connection.query(query, [...values]);
      return Array.isArray(rows) ? (rows as SqlRow[]) : [];
    },
    async close() {
      await connection.query(`drop database ${name}`);
      await connection.end();
    },
  };
}

/** A new SQLite file. */
export async function sqliteDatabase(): Promise<TestDatabase> {
  const folder = mkdtempSync(join(tmpdir(), "sallyport-"));
  const address = join(folder, "test.db");
  let database: Database.Database | undefined;
  return {
    address,
    async ask(query, values = []) {
      database ??= new Database(address);
      const statement = database.prepare(query);
      if (statement.reader) return statement.all(...values) as SqlRow[];
      statement.run(...values);
      return [];
    },
    async close() {
      database?.close();
      rmSync(folder, { recursive: true });
    },
  };
}

/** What a test runs on: a storage, and the database beneath it. */
export interface OnDatabase extends OpenedStorage {
  readonly database: TestDatabase;
}

/** A storage on a new database; both end together. */
export async function opened(
  makeDatabase: () => Promise<TestDatabase>,
  open: (address: string) => Storage,
): Promise<OnDatabase> {
  const database = await makeDatabase();
  const storage = open(database.address);
  return {
    database,
    storage,
    async close() {
      await storage.close();
      await database.close();
    },
  };
}

/** Runs the storage contract, each case named after the kind of storage. */
export function runContract(
  kind: string,
  makeDatabase: () => Promise<TestDatabase>,
  open: (address: string) => Storage,
): void {
  const cases = storageContract(
    () => opened(makeDatabase, open),
    ({ database }, query) => database.ask(query),
  );
  for (const { name, run } of cases) test(`${name} (${kind})`, run);
}

async function onPostgres(text: string): Promise<void> {
  const client = new pg.Client({ connectionString: `${servers.postgres}/postgres` });
  await client.connect();
  await client.query(text).finally(() => client.end());
}

function newName(): string {
  return `sallyport_${randomBytes(6).toString("hex")}`;
}
