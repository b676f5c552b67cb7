import { toStorageError, wordsOf } from "../sql/connection.ts";
import { sqliteDialect } from "../sql/dialects/sqlite.ts";
import {
  oneFileStorage,
  type SqliteConnection,
  type SqliteOptions,
} from "../sql/one-file-storage.ts";
import { preparedOnce } from "../sql/prepared-once.ts";
import { type Storage, StorageUnavailable } from "../storage.ts";

/**
 * The embedded database as `sqliteStorage` has it, on Node's own `node:sqlite` instead of
 * better-sqlite3: nothing to compile. Needs Node.js 24.
 *
 * @param path a file, made if need be, or `:memory:`.
 */
export function nodeSqliteStorage(path: string, options: SqliteOptions = {}): Storage {
  return oneFileStorage(path, open, options);
}

/** What is used of `node:sqlite`, of which the types of older Node.js say nothing. */
interface NodeSqlite {
  readonly DatabaseSync: new (path: string) => DatabaseSync;
}

interface DatabaseSync {
  prepare(text: string): StatementSync;
  exec(text: string): void;
  readonly isOpen: boolean;
  close(): void;
}

interface StatementSync {
  columns(): readonly unknown[];
  get(...values: readonly unknown[]): unknown;
  all(...values: readonly unknown[]): Readonly<Record<string, unknown>>[];
  run(...values: readonly unknown[]): {
    readonly changes: number | bigint;
    readonly lastInsertRowid: number | bigint;
  };
}

/** One connection, its statements prepared once each. */
function open(path: string): SqliteConnection {
  const database = openDatabase(path);
  const prepare = preparedOnce((text) => database.prepare(text));

  return {
    handle: database,
    async query(text, values) {
      try {
        const statement = prepare(text);
        if (statement.columns().length > 0) {
          return { rows: statement.all(...values), changes: 0 };
        }
        const { changes, lastInsertRowid } = statement.run(...values);
        return { rows: [], changes: Number(changes), id: Number(lastInsertRowid) };
      } catch (error) {
        throw toStorageError(sqliteDialect, error);
      }
    },
    close: () => {
      if (database.isOpen) database.close();
    },
  };
}

function openDatabase(path: string): DatabaseSync {
  // As documented: https://nodejs.org/docs/latest-v24.x/api/sqlite.html
  const sqlite = process.getBuiltinModule("node:sqlite") as NodeSqlite | undefined;
  if (!sqlite) throw new Error("nodeSqliteStorage needs Node.js 24");
  const { DatabaseSync } = sqlite;
  try {
    const database = new DatabaseSync(path);
    database.exec("pragma synchronous = normal");
    database.exec("pragma foreign_keys = on");
    // No waiting inside SQLite: it would block every other request of this process.
    database.exec("pragma busy_timeout = 0");
    return database;
  } catch (error) {
    throw new StorageUnavailable(`${path}: ${wordsOf(error)}`, { cause: error });
  }
}
