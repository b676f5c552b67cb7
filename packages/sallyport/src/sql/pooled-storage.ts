import { inTime } from "../in-time.ts";
import { type Sql, type Storage, StorageUnavailable, type Tables } from "../storage.ts";
import { allOrNothing } from "./all-or-nothing.ts";
import { lockOver, pingOver, type Query, sqlOver, toStorageError, wordsOf } from "./connection.ts";
import type { Dialect } from "./dialect.ts";
import { migrate } from "./migrate.ts";
import { coreMigrations, type MigrationSet } from "./migrations.ts";
import { onlyOnce } from "./only-once.ts";
import { sqlTables } from "./tables.ts";

/** A database's server, as a driver reaches it. */
export interface Server {
  readonly dialect: Dialect;
  /** @throws where the server does not answer, or refuses. */
  connect(): Promise<Connection>;
  /**
   * Whether a connection that is released as broken ends. Only then may a statement be given up:
   * else the next caller would get a connection that still waits for it, in its transaction.
   */
  readonly endsBroken: boolean;
  close(): Promise<void>;
}

/** A connection that is ours until it is released. */
export interface Connection {
  readonly query: Query;
  /** @param broken never to be used again. */
  release(broken: boolean): void;
}

/** How a storage on a server behaves. */
export interface PooledOptions {
  /** Tables of modules that bring their own, such as `affiliationMigrations`. */
  readonly migrations?: readonly MigrationSet[] | undefined;
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
export function pooledStorage(
  { dialect, connect, endsBroken, close }: Server,
  {
    migrations = [],
    connectTimeout = usualConnectTimeout,
    statementTimeout = 10_000,
  }: PooledOptions,
): Storage {
  const prepare = onlyOnce(() => connected(bringUpToDate, undefined));
  const sql = sqlOver(dialect, (text, values) => prepared((query) => query(text, values)));

  return {
    ...over(sql),
    async transaction(work) {
      return prepared(async (query) => {
        for (const text of dialect.begin) await query(text, []);
        try {
          const result = await allOrNothing((through) => {
            const watched: Query = (text, values) => through(() => query(text, values));
            return work(over(sqlOver(dialect, watched)));
          });
          await query("commit", []);
          return result;
        } catch (error) {
          // Should this fail too, the server undoes it when the connection ends.
          await query("rollback", []).catch(() => {});
          throw error;
        }
      });
    },
    migrate: prepare,
    ping: () => pingOver(sql),
    async close() {
      try {
        await inTime(close(), connectTimeout, "the database did not say goodbye");
      } catch (error) {
        // A connection that broke, or hangs, is none that anybody waits for.
        if (!(toStorageError(dialect, error) instanceof StorageUnavailable)) throw error;
      }
    },
  };

  function over(sql: Sql): Tables {
    return sqlTables(sql, lockOver(dialect, sql));
  }

  async function prepared<T>(work: (query: Query) => Promise<T>): Promise<T> {
    await prepare();
    return connected(work, statementTimeout);
  }

  async function bringUpToDate(query: Query): Promise<void> {
    const { query: text, complaint } = dialect.trial ?? {};
    const [row] = text === undefined ? [] : (await query(text, [])).rows;
    const wrong = row && complaint?.(row);
    if (wrong) throw new Error(wrong);
    await migrate(dialect, query, [coreMigrations, ...migrations]);
  }

  async function connected<T>(
    work: (query: Query) => Promise<T>,
    timeout: number | undefined,
  ): Promise<T> {
    const connection = await connectionInTime();
    let broken = false;
    let unanswered: StorageUnavailable | undefined;
    const query: Query = async (text, values) => {
      // What is said behind it would wait as long.
      if (unanswered) throw unanswered;
      const answer = connection.query(text, values);
      try {
        if (timeout === undefined || !endsBroken) return await answer;
        return await inTime(answer, timeout, "no answer from the database");
      } catch (error) {
        // A driver has errors of its own.
        if (error instanceof StorageUnavailable) unanswered = error;
        const known = toStorageError(dialect, error);
        broken ||= known instanceof StorageUnavailable || text === "rollback";
        throw known;
      }
    };
    try {
      return await work(query);
    } finally {
      connection.release(broken);
    }
  }

  async function connectionInTime(): Promise<Connection> {
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
