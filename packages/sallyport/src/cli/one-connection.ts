import { existsSync } from "node:fs";
import { type Query, sqlOver, toStorageError, wordsOf } from "../sql/connection.ts";
import type { Dialect } from "../sql/dialect.ts";
import { mysqlDialect } from "../sql/dialects/mysql.ts";
import { postgresDialect } from "../sql/dialects/postgres.ts";
import { sqliteDialect } from "../sql/dialects/sqlite.ts";
import { preparedOnce } from "../sql/prepared-once.ts";
import type { Sql } from "../storage.ts";
import { untilWon } from "../transaction.ts";
import type { Place } from "./place.ts";

// A command does one thing after another, so one connection is enough, and it may wait.

/** A connection to a database that is there already, whatever tables it has. */
export interface OneConnection {
  readonly dialect: Dialect;
  /** In the driver's own spelling. */
  readonly query: Query;
  readonly sql: Sql;
  close(): Promise<void>;
}

/** Which way a connection is used. `read`: the database itself refuses to change anything. */
export type Use = "read" | "write";

/** Connects. The database's package is loaded now, and may be missing. */
export async function connect(place: Place, use: Use): Promise<OneConnection> {
  const [dialect, { query, close }] = await open(place, use);
  const watched: Query = async (text, values) => {
    try {
      return await query(text, values);
    } catch (error) {
      throw toStorageError(dialect, error);
    }
  };
  const { query: trial, complaint } = dialect.trial ?? {};
  const [row] = trial === undefined || use === "read" ? [] : (await watched(trial, [])).rows;
  const wrong = row && complaint?.(row);
  if (wrong) throw new Error(wrong);
  return { dialect, query: watched, sql: sqlOver(dialect, watched), close };
}

/** All of the work or nothing, started over where it lost a race. */
export function inTransaction<T>(
  { dialect, query }: OneConnection,
  work: () => Promise<T>,
): Promise<T> {
  return untilWon(async () => {
    for (const text of dialect.begin) await query(text, []);
    try {
      const result = await work();
      await query("commit", []);
      return result;
    } catch (error) {
      await query("rollback", []).catch(() => {});
      throw error;
    }
  });
}

interface Driver {
  readonly query: Query;
  close(): Promise<void>;
}

async function open(place: Place, use: Use): Promise<readonly [Dialect, Driver]> {
  switch (place.kind) {
    case "sqlite":
      return [sqliteDialect, await openSqlite(place.path, use)];
    case "postgres":
      return [postgresDialect, await openPostgres(place.url, use)];
    case "mysql":
      return [mysqlDialect, await openMysql(place.url, use)];
  }
}

async function openSqlite(path: string, use: Use): Promise<Driver> {
  const { default: Database } = await import("better-sqlite3");
  if (!existsSync(path)) throw new Error(`${path}: there is no such file`);
  const database = new Database(path, { readonly: use === "read", timeout: 30_000 });
  try {
    database.pragma("foreign_keys = on");
    database.pragma("schema_version");
  } catch (error) {
    throw new Error(`${path}: ${wordsOf(error)}`, { cause: error });
  }
  const prepare = preparedOnce((text) => database.prepare(text));
  return {
    async query(text, values) {
      const statement = prepare(text);
      // A row is an object unless asked for otherwise.
      if (statement.reader) {
        return { rows: statement.all(...values) as Record<string, unknown>[], changes: 0 };
      }
      const { changes, lastInsertRowid } = statement.run(...values);
      return { rows: [], changes, id: Number(lastInsertRowid) };
    },
    close: async () => void database.close(),
  };
}

async function openPostgres(connectionString: string, use: Use): Promise<Driver> {
  const { default: pg } = await import("pg");
  const client = new pg.Client({
    connectionString,
    connectionTimeoutMillis: 5000,
    types: {
      // A time without a zone is in UTC, and not in the zone of this machine.
      getTypeParser: (type: number, format?: "text" | "binary") =>
        type === pg.types.builtins.TIMESTAMP
          ? (text: string) => text
          : // It is declared once for each format.
            pg.types.getTypeParser(type, format as "text"),
    },
  });
  // The next statement fails anyway.
  client.on("error", () => {});
  await client.connect();
  if (use === "read") await client.query("set default_transaction_read_only = on");
  return {
    async query(text, values) {
      const { rows, rowCount } = await client.query(text, [...values]);
      return { rows, changes: rowCount ?? 0 };
    },
    close: () => client.end(),
  };
}

async function openMysql(uri: string, use: Use): Promise<Driver> {
  const { createConnection } = await import("mysql2/promise");
  const connection = await createConnection({ uri, connectTimeout: 5000, timezone: "Z" });
  if (use === "read") await connection.query("set session transaction read only");
  return {
    async query(text, values) {
      // Few statements without values can be prepared: not the start of a transaction, say.
      const [answer] = values.length
        ? // As `toDriver` of the dialect made them.
          await connection.execute(text, [...values] as (string | number | null)[])
        : await connection.query(text);
      // Rows, each an object unless asked for otherwise; or what became of them.
      if (Array.isArray(answer)) {
        return { rows: answer as Record<string, unknown>[], changes: 0 };
      }
      return { rows: [], changes: answer.affectedRows, id: answer.insertId };
    },
    close: () => connection.end(),
  };
}
