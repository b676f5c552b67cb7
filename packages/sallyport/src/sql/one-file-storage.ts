import type { Storage, Tables } from "../storage.ts";
import { allOrNothing } from "./all-or-nothing.ts";
import { withCleanUp } from "./clean-up.ts";
import { Busy, type Lend, lendOver, pingOver, type Query, sqlOver } from "./connection.ts";
import { sqliteDialect } from "./dialects/sqlite.ts";
import { type LayoutOptions, layoutFor } from "./layout.ts";
import { checkMigrated, migrate, pendingMigrations } from "./migrate.ts";
import { onlyOnce } from "./only-once.ts";

/** What both drivers' databases have, for an application's own users; each has more. */
export interface SqliteDatabase {
  prepare(text: string): {
    get(...values: unknown[]): unknown;
    all(...values: unknown[]): unknown[];
    run(...values: unknown[]): unknown;
  };
}

/** How a storage in a SQLite file behaves. */
export interface SqliteOptions extends LayoutOptions<SqliteDatabase> {
  /** Milliseconds to wait for another process's transaction. Default 5000. */
  readonly busyTimeout?: number | undefined;
}

/** An open SQLite database. A busy one answers with {@link Busy} at once, without blocking. */
export interface SqliteConnection {
  readonly query: Query;
  /** As the driver has it. */
  readonly handle: SqliteDatabase;
  close(): void;
}

/**
 * Our tables in a SQLite file. One connection writes, its transactions in a queue; another
 * reads beside it and sees only what is committed.
 */
export function oneFileStorage(
  path: string,
  open: (path: string) => SqliteConnection,
  { busyTimeout = 5000, ...options }: SqliteOptions,
): Storage {
  const layout = layoutFor(sqliteDialect, options);
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

  const lendWriter = lendOver(sqliteDialect, writer.handle);
  const lendReader = lendOver(sqliteDialect, reader.handle);
  const lend: Lend<SqliteDatabase> = (use) =>
    reader === writer
      ? write(() => lendWriter(use))
      : prepared(() => untilFree(() => lendReader(use)));
  const writeTransaction = <T>(work: (tables: Tables) => Promise<T>) =>
    write(() =>
      transaction((query, lend) =>
        work(layout.tables(sqlOver(sqliteDialect, query), lend, "within")),
      ),
    );

  const storage = withCleanUp(sqliteDialect, {
    ...layout.alone(
      layout.tables({ ...writing, all: reading.all }, lend, "alone"),
      writeTransaction,
    ),
    transaction: writeTransaction,
    migrate: prepare,
    ping: () => pingOver(reading),
    pendingMigrations: () =>
      inTurn(() => untilFree(() => pendingMigrations(sqliteDialect, writer.query, layout.sets))),
    async close() {
      await queue;
      if (reader !== writer) reader.close();
      writer.close();
    },
  });
  return layout.around(storage);

  async function bringUpToDate(): Promise<void> {
    if (options.migrate === false) return checkMigrated(sqliteDialect, writer.query, layout.sets);
    // Stays with the file. Needs it for a moment alone.
    await writer.query("pragma journal_mode = wal", []);
    // Kysely takes no lock in SQLite and undoes nothing there, so the transaction is ours.
    await transaction((query) => migrate(sqliteDialect, query, layout.sets));
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

  async function transaction<T>(
    work: (query: Query, lend: Lend<SqliteDatabase>) => Promise<T>,
  ): Promise<T> {
    try {
      for (const text of sqliteDialect.begin) await writer.query(text, []);
      const result = await layout.guard(writer.query, () =>
        allOrNothing((through) =>
          work(
            (text, values) => through(() => writer.query(text, values)),
            (use) => through(() => lendWriter(use)),
          ),
        ),
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
