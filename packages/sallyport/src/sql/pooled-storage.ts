import { inTime } from "../in-time.ts";
import { type Storage, StorageUnavailable, type Tables } from "../storage.ts";
import { allOrNothing } from "./all-or-nothing.ts";
import { withCleanUp } from "./clean-up.ts";
import {
  lockOver,
  type OwnSql,
  pingOver,
  type Query,
  sqlOver,
  toStorageError,
  Unanswered,
  wordsOf,
} from "./connection.ts";
import type { Dialect } from "./dialect.ts";
import { migrateGently } from "./migrate-gently.ts";
import { coreMigrations, type MigrationSet } from "./migrations.ts";
import { onlyOnce } from "./only-once.ts";
import { sqlTables } from "./tables.ts";

/** A database's server, as a driver reaches it. */
export interface Server {
  readonly dialect: Dialect;
  /**
   * @param statementTimeout milliseconds that a statement may take, where the driver can tell.
   * @throws where the server does not answer, or refuses.
   */
  connect(statementTimeout: number | undefined): Promise<Connection>;
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
  { dialect, connect, close }: Server,
  {
    migrations = [],
    connectTimeout = usualConnectTimeout,
    statementTimeout = 10_000,
  }: PooledOptions,
): Storage {
  const prepare = onlyOnce(() => connected(bringUpToDate, undefined));
  const sql = sqlOver(dialect, (text, values) => prepared((query) => query(text, values)));

  return withCleanUp(dialect, {
    ...over(sql),
    async transaction(work) {
      return prepared(async (query) => {
        for (const text of dialect.begin) await query(text, []);
        try {
          const result = await allOrNothing((through) => {
            const watched: Query = (text, values) => through(() => query(text, values));
            return work(over(sqlOver(dialect, watched), dialect.forUpdate));
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
  });

  function over(sql: OwnSql, forUpdate?: string): Tables {
    return sqlTables(sql, lockOver(dialect, sql), forUpdate);
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
    await migrateGently(dialect, query, [coreMigrations, ...migrations]);
  }

  async function connected<T>(
    work: (query: Query) => Promise<T>,
    timeout: number | undefined,
  ): Promise<T> {
    const connection = await connectionInTime(timeout);
    let broken = false;
    let unanswered: Unanswered | undefined;
    const query: Query = async (text, values) => {
      if (unanswered) throw unanswered;
      try {
        return await connection.query(text, values);
      } catch (error) {
        const known = toStorageError(dialect, error);
        broken ||= known instanceof StorageUnavailable || text === "rollback";
        if (known instanceof Unanswered) unanswered = known;
        throw known;
      }
    };
    try {
      return await work(query);
    } finally {
      connection.release(broken);
    }
  }

  async function connectionInTime(timeout: number | undefined): Promise<Connection> {
    const coming = connect(timeout);
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
