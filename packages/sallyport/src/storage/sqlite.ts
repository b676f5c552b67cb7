import Database from "better-sqlite3";
import { toStorageError, wordsOf } from "../sql/connection.ts";
import { sqliteDialect } from "../sql/dialects/sqlite.ts";
import {
  oneFileStorage,
  type SqliteConnection,
  type SqliteDatabase,
  type SqliteOptions,
} from "../sql/one-file-storage.ts";
import { preparedOnce } from "../sql/prepared-once.ts";
import { type Storage, StorageUnavailable } from "../storage.ts";

export type { SqliteDatabase, SqliteOptions };

/**
 * The embedded database: one file, better-sqlite3, write-ahead log. Several processes of
 * one machine may share the file. Tables are made and brought up to date at first use.
 *
 * @param path a file, made if need be, or `:memory:`.
 */
export function sqliteStorage(path: string, options: SqliteOptions = {}): Storage {
  return oneFileStorage(path, open, options);
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
        if (statement.reader) {
          // A row is an object unless asked for otherwise.
          return { rows: statement.all(...values) as Record<string, unknown>[], changes: 0 };
        }
        const { changes, lastInsertRowid } = statement.run(...values);
        return { rows: [], changes, id: Number(lastInsertRowid) };
      } catch (error) {
        throw toStorageError(sqliteDialect, error);
      }
    },
    close: () => database.close(),
  };
}

function openDatabase(path: string): Database.Database {
  try {
    const database = new Database(path);
    database.pragma("synchronous = normal");
    database.pragma("foreign_keys = on");
    // No more waiting inside SQLite: it would block every other request of this process.
    database.pragma("busy_timeout = 0");
    return database;
  } catch (error) {
    // Among them a missing folder, which better-sqlite3 reports as a TypeError.
    throw new StorageUnavailable(`${path}: ${wordsOf(error)}`, { cause: error });
  }
}
