import type { Sql, Storage, Tables } from "../storage.ts";
import { allOrNothing } from "./all-or-nothing.ts";
import { Busy, lockOver, type Query, sqlOver } from "./connection.ts";
import { sqliteDialect } from "./dialects/sqlite.ts";
import { checkMigrated, migrate, pendingMigrations } from "./migrate.ts";
import { coreMigrations, type MigrationSet } from "./migrations.ts";
import { onlyOnce } from "./only-once.ts";
import { sqlTables } from "./tables.ts";

/** How a storage in a SQLite file behaves. */
export interface SqliteOptions {
  /** Tables of modules that bring their own, such as `affiliationMigrations`. */
  readonly migrations?: readonly MigrationSet[] | undefined;
  /**
   * False where this process may not change the tables: first use only checks that they are up
   * to date, and fails with `tables_outdated` where they are not. Default true.
   */
  readonly migrate?: boolean | undefined;
  /** Milliseconds to wait for another process's transaction. Default 5000. */
  readonly busyTimeout?: number | undefined;
}

/** An open SQLite database. A busy one answers with {@link Busy} at once, without blocking. */
export interface SqliteConnection {
  readonly query: Query;
  close(): void;
}

/**
 * Our tables in a SQLite file. One connection writes, its transactions in a queue; another
 * reads beside it and sees only what is committed.
 */
export function oneFileStorage(
  path: string,
  open: (path: string) => SqliteConnection,
  { migrations = [], migrate: mayMigrate = true, busyTimeout = 5000 }: SqliteOptions,
): Storage {
  const sets = [coreMigrations, ...migrations];
  const writer = open(path);
  // A second connection to a database in memory would be a second database.
  const reader = path === ":memory:" ? writer : open(path);
  const prepare = onlyOnce(() => inTurn(() => untilFree(bringUpToDate)));
  let queue: Promise<unknown> = Promise.resolve();

  const writing = sqlOver(sqliteDialect, (text, values) => write(() => writer.query(text, values)));
  const reading = sqlOver(sqliteDialect, (text, values) =>
    reader === writer
      ? write(() => writer.query(text, values))
      : prepared(() => untilFree(() => reader.query(text, values))),
  );

  return {
    ...over({ ...writing, all: reading.all }),
    transaction: (work) =>
      write(() => transaction((query) => work(over(sqlOver(sqliteDialect, query))))),
    migrate: prepare,
    pendingMigrations: () =>
      inTurn(() => untilFree(() => pendingMigrations(sqliteDialect, writer.query, sets))),
    async close() {
      await queue;
      if (reader !== writer) reader.close();
      writer.close();
    },
  };

  function over(sql: Sql): Tables {
    return sqlTables(sql, lockOver(sqliteDialect, sql));
  }

  async function bringUpToDate(): Promise<void> {
    if (!mayMigrate) return checkMigrated(sqliteDialect, writer.query, sets);
    // Stays with the file. Needs it for a moment alone.
    await writer.query("pragma journal_mode = wal", []);
    // Kysely takes no lock in SQLite and undoes nothing there, so the transaction is ours.
    await transaction((query) => migrate(sqliteDialect, query, sets));
  }

  async function prepared<T>(work: () => Promise<T>): Promise<T> {
    await prepare();
    return work();
  }

  function write<T>(work: () => Promise<T>): Promise<T> {
    return prepared(() => inTurn(() => untilFree(work)));
  }

  /** One after another: SQLite has one writer, and our writer one transaction. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = queue.then(work);
    queue = turn.catch(() => {});
    return turn;
  }

  /** Tries again while another process holds the database, without blocking this one. */
  async function untilFree<T>(work: () => Promise<T>): Promise<T> {
    const giveUpAt = performance.now() + busyTimeout;
    for (let wait = 1; ; wait = Math.min(wait * 2, 50)) {
      try {
        return await work();
      } catch (error) {
        if (!(error instanceof Busy) || performance.now() > giveUpAt) throw error;
        await new Promise((resolve) => setTimeout(resolve, Math.random() * wait));
      }
    }
  }

  async function transaction<T>(work: (query: Query) => Promise<T>): Promise<T> {
    try {
      for (const text of sqliteDialect.begin) await writer.query(text, []);
      const result = await allOrNothing((through) =>
        work((text, values) => through(() => writer.query(text, values))),
      );
      await writer.query("commit", []);
      return result;
    } catch (error) {
      // A full disk has undone it already, and then there is nothing to roll back. Else it must
      // be: the next write would become part of it.
      const rollback = () => writer.query("rollback", []);
      await rollback()
        .catch(rollback)
        .catch(() => {});
      throw error;
    }
  }
}
