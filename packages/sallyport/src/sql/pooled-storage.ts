import { type Sql, type Storage, StorageUnavailable, type Tables } from "../storage.ts";
import { allOrNothing } from "./all-or-nothing.ts";
import { lockOver, type Query, sqlOver, toStorageError, wordsOf } from "./connection.ts";
import type { Dialect } from "./dialect.ts";
import { checkMigrated, migrate, pendingMigrations } from "./migrate.ts";
import { coreMigrations, type MigrationSet } from "./migrations.ts";
import { onlyOnce } from "./only-once.ts";
import { sqlTables } from "./tables.ts";

/** A database's server, as a driver reaches it. */
export interface Server {
  readonly dialect: Dialect;
  /** @throws where the server does not answer, or refuses. */
  connect(): Promise<Connection>;
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
  /**
   * False where this user of the database may not change its tables: first use only checks that
   * they are up to date, and fails with `tables_outdated` where they are not. Default true.
   */
  readonly migrate?: boolean | undefined;
}

/** Our tables on a database's server, a connection for each transaction. Made up to date at first use. */
export function pooledStorage(
  { dialect, connect, close }: Server,
  { migrations = [], migrate: mayMigrate = true }: PooledOptions,
): Storage {
  const sets = [coreMigrations, ...migrations];
  const prepare = onlyOnce(() => connected(bringUpToDate));
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
    pendingMigrations: () => connected((query) => pendingMigrations(dialect, query, sets)),
    close,
  };

  function over(sql: Sql): Tables {
    return sqlTables(sql, lockOver(dialect, sql));
  }

  async function prepared<T>(work: (query: Query) => Promise<T>): Promise<T> {
    await prepare();
    return connected(work);
  }

  async function bringUpToDate(query: Query): Promise<void> {
    const { query: text, complaint } = dialect.trial ?? {};
    const [row] = text === undefined ? [] : (await query(text, [])).rows;
    const wrong = row && complaint?.(row);
    if (wrong) throw new Error(wrong);
    await (mayMigrate ? migrate : checkMigrated)(dialect, query, sets);
  }

  async function connected<T>(work: (query: Query) => Promise<T>): Promise<T> {
    const connection = await connect().catch((error: unknown) => {
      throw new StorageUnavailable(wordsOf(error), { cause: error });
    });
    let broken = false;
    const query: Query = async (text, values) => {
      try {
        return await connection.query(text, values);
      } catch (error) {
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
}
