import { type Sql, type Storage, StorageUnavailable, type Tables } from "../storage.ts";
import { allOrNothing } from "./all-or-nothing.ts";
import { type Lend, lockOver, type Query, sqlOver, toStorageError, wordsOf } from "./connection.ts";
import type { Dialect } from "./dialect.ts";
import { type LayoutOptions, layoutFor } from "./layout.ts";
import { migrate } from "./migrate.ts";
import { onlyOnce } from "./only-once.ts";

/** A database's server, as a driver reaches it. */
export interface Server<Handle> {
  readonly dialect: Dialect;
  /** @throws where the server does not answer, or refuses. */
  connect(): Promise<Connection<Handle>>;
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
export type PooledOptions<Handle> = LayoutOptions<Handle>;

/** Our tables on a database's server, a connection for each transaction. Made up to date at first use. */
export function pooledStorage<Handle>(
  { dialect, connect, close }: Server<Handle>,
  options: PooledOptions<Handle>,
): Storage {
  const layout = layoutFor(dialect, options);
  const prepare = onlyOnce(() => connected(bringUpToDate));
  const sql = sqlOver(dialect, (text, values) => prepared((query) => query(text, values)));
  const lend: Lend<Handle> = (work) => prepared((_, lent) => lent(work));

  return layout.around({
    ...layout.alone(over(sql, lend), transaction),
    transaction,
    migrate: prepare,
    close,
  });

  function over(sql: Sql, lend: Lend<Handle>): Tables {
    return layout.tables(sql, lockOver(dialect, sql), lend);
  }

  function transaction<T>(work: (tables: Tables) => Promise<T>): Promise<T> {
    return prepared(async (query, lend) => {
      for (const text of dialect.begin) await query(text, []);
      try {
        const result = await layout.guard(query, () =>
          allOrNothing((through) => {
            const watched: Query = (text, values) => through(() => query(text, values));
            const lent: Lend<Handle> = (use) => through(() => lend(use));
            return work(over(sqlOver(dialect, watched), lent));
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
    return connected(work);
  }

  async function bringUpToDate(query: Query): Promise<void> {
    const { query: text, complaint } = dialect.trial ?? {};
    const [row] = text === undefined ? [] : (await query(text, [])).rows;
    const wrong = row && complaint?.(row);
    if (wrong) throw new Error(wrong);
    await migrate(dialect, query, layout.sets, layout.user);
  }

  async function connected<T>(work: Work<Handle, T>): Promise<T> {
    const connection = await connect().catch((error: unknown) => {
      throw new StorageUnavailable(wordsOf(error), { cause: error });
    });
    let broken = false;
    const watch = async <R>(use: () => Promise<R>, isLast = false): Promise<R> => {
      try {
        return await use();
      } catch (error) {
        const known = toStorageError(dialect, error);
        broken ||= known instanceof StorageUnavailable || isLast;
        throw known;
      }
    };
    try {
      return await work(
        (text, values) => watch(() => connection.query(text, values), text === "rollback"),
        (use) => watch(() => use(connection.handle)),
      );
    } finally {
      connection.release(broken);
    }
  }
}

/** What is done with a connection: our statements, and what a store does with it. */
type Work<Handle, T> = (query: Query, lend: Lend<Handle>) => Promise<T>;
