import { inTime } from "../in-time.ts";
import { type Storage, StorageUnavailable, type Tables } from "../storage.ts";
import { allOrNothing } from "./all-or-nothing.ts";
import { withCleanUp } from "./clean-up.ts";
import { type Lend, pingOver, type Query, sqlOver, toStorageError, wordsOf } from "./connection.ts";
import type { Dialect } from "./dialect.ts";
import { type LayoutOptions, layoutFor } from "./layout.ts";
import { checkMigrated, pendingMigrations } from "./migrate.ts";
import { migrateGently } from "./migrate-gently.ts";
import { onlyOnce } from "./only-once.ts";

/** A database's server, as a driver reaches it. */
export interface Server<Handle> {
  readonly dialect: Dialect;
  /** @throws where the server does not answer, or refuses. */
  connect(): Promise<Connection<Handle>>;
  /**
   * Whether a connection that is released as broken ends. Only then may a statement be given up:
   * else the next caller would get a connection that still waits for it, in its transaction.
   */
  readonly endsBroken: boolean;
  close(): Promise<void>;
}

/** A connection that is ours until it is released. */
export interface Connection<Handle> {
  readonly query: Query;
  /** As the driver has it. */
  readonly handle: Handle;
  /** @param broken never to be used again. */
  release(broken: boolean): void;
}

/** How a storage on a server behaves. */
export interface PooledOptions<Handle> extends LayoutOptions<Handle> {
  /** Milliseconds until a connection is there, also where others hold them all. Default 5000. */
  readonly connectTimeout?: number | undefined;
  /**
   * Milliseconds that one statement may take, but for those of migrations; a server that takes
   * them and never answers would hold its caller for good. Default 10000.
   */
  readonly statementTimeout?: number | undefined;
}

/** The {@link PooledOptions.connectTimeout} where nobody says otherwise. */
export const usualConnectTimeout = 5000;

/** Our tables on a database's server, a connection for each transaction. Made up to date at first use. */
export function pooledStorage<Handle>(
  { dialect, connect, endsBroken, close }: Server<Handle>,
  options: PooledOptions<Handle>,
): Storage {
  const { connectTimeout = usualConnectTimeout, statementTimeout = 10_000 } = options;
  const layout = layoutFor(dialect, options);
  const prepare = onlyOnce(() => connected(bringUpToDate, undefined));
  const sql = sqlOver(dialect, (text, values) => prepared((query) => query(text, values)));
  const lend: Lend<Handle> = (work) => prepared((_, lent) => lent(work));

  const storage = withCleanUp(dialect, {
    ...layout.alone(layout.tables(sql, lend, "alone"), transaction),
    transaction,
    migrate: prepare,
    pendingMigrations: () =>
      connected((query) => pendingMigrations(dialect, query, layout.sets), undefined),
    ping: () => pingOver(sql),
    async close() {
      try {
        await inTime(close(), connectTimeout, "the database did not say goodbye");
      } catch (error) {
        // A connection that broke, or hangs, is none that anybody waits for.
        if (!(toStorageError(dialect, error) instanceof StorageUnavailable)) throw error;
      }
    },
  });
  return layout.around(storage);

  function transaction<T>(work: (tables: Tables) => Promise<T>): Promise<T> {
    return prepared(async (query, lend) => {
      for (const text of dialect.begin) await query(text, []);
      try {
        const result = await layout.guard(query, () =>
          allOrNothing((through) => {
            const watched: Query = (text, values) => through(() => query(text, values));
            const lent: Lend<Handle> = (use) => through(() => lend(use));
            return work(layout.tables(sqlOver(dialect, watched), lent, "within"));
          }),
        );
        await query("commit", []);
        return result;
      } catch (error) {
        // Should this fail too, the server undoes it when the connection ends.
        await query("rollback", []).catch(() => {});
        throw error;
      }
    });
  }

  async function prepared<T>(work: Work<Handle, T>): Promise<T> {
    await prepare();
    return connected(work, statementTimeout);
  }

  async function bringUpToDate(query: Query): Promise<void> {
    const { query: text, complaint } = dialect.trial ?? {};
    const [row] = text === undefined ? [] : (await query(text, [])).rows;
    const wrong = row && complaint?.(row);
    if (wrong) throw new Error(wrong);
    await (options.migrate === false ? checkMigrated : migrateGently)(dialect, query, layout.sets);
  }

  async function connected<T>(work: Work<Handle, T>, timeout: number | undefined): Promise<T> {
    const connection = await connectionInTime();
    let broken = false;
    let unanswered: StorageUnavailable | undefined;
    const watch = async <R>(use: () => Promise<R>, isLast = false): Promise<R> => {
      // What is said behind it would wait as long.
      if (unanswered) throw unanswered;
      try {
        return await use();
      } catch (error) {
        // A driver has errors of its own.
        if (error instanceof StorageUnavailable) unanswered = error;
        const known = toStorageError(dialect, error);
        broken ||= known instanceof StorageUnavailable || isLast;
        throw known;
      }
    };
    const ask: Query = (text, values) => {
      const answer = connection.query(text, values);
      if (timeout === undefined || !endsBroken) return answer;
      return inTime(answer, timeout, "no answer from the database");
    };
    try {
      return await work(
        (text, values) => watch(() => ask(text, values), text === "rollback"),
        (use) => watch(() => use(connection.handle)),
      );
    } finally {
      connection.release(broken);
    }
  }

  async function connectionInTime(): Promise<Connection<Handle>> {
    const coming = connect();
    try {
      return await inTime(coming, connectTimeout, "no connection to the database");
    } catch (error) {
      // One that comes after all is for the next caller.
      coming.then(
        (late) => late.release(false),
        () => {},
      );
      if (error instanceof StorageUnavailable) throw error;
      throw new StorageUnavailable(wordsOf(error), { cause: error });
    }
  }
}

/** What is done with a connection: our statements, and what a store does with it. */
type Work<Handle, T> = (query: Query, lend: Lend<Handle>) => Promise<T>;
