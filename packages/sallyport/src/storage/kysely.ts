import { CompiledQuery, type Kysely } from "kysely";
import type { Query } from "../sql/connection.ts";
import type { Dialect } from "../sql/dialect.ts";
import { mysqlDialect } from "../sql/dialects/mysql.ts";
import { postgresDialect } from "../sql/dialects/postgres.ts";
import { sqliteDialect } from "../sql/dialects/sqlite.ts";
import { type Connection, type PooledOptions, pooledStorage } from "../sql/pooled-storage.ts";
import type { Storage } from "../storage.ts";

/** How {@link kyselyStorage} behaves. */
export interface KyselyOptions<Tables = unknown> extends PooledOptions<Kysely<Tables>> {
  /** What speaks at the other end; `mysql` is MariaDB too, and `postgres` PGlite. */
  readonly dialect: Dialect["name"];
}

/**
 * The application's own Kysely instance, through whatever driver it has. It also ends it.
 *
 * With `mysql` the driver's `timezone` must be `"Z"`. With `sqlite` foreign keys must be on
 * (`pragma foreign_keys = on`), and a busy database is waited for as the driver does it,
 * which blocks; `sqliteStorage` does better.
 */
export function kyselyStorage<Tables>(
  db: Kysely<Tables>,
  { dialect, ...options }: KyselyOptions<Tables>,
): Storage {
  return pooledStorage(
    {
      dialect: dialects[dialect],
      connect: () => connect(db),
      // Kysely takes every connection back.
      endsBroken: false,
      close: async () => {},
    },
    options,
  );
}

const dialects = { sqlite: sqliteDialect, postgres: postgresDialect, mysql: mysqlDialect };

// Kysely lends a connection for as long as a function runs.
function connect<Tables>(db: Kysely<Tables>): Promise<Connection<Kysely<Tables>>> {
  return new Promise((resolve, reject) => {
    const lent = db
      .connection()
      .execute(
        (one) =>
          new Promise<void>((done) =>
            resolve({ query: queryOf(one), handle: one, release: () => done() }),
          ),
      );
    lent.catch(reject);
  });
}

function queryOf<Tables>(db: Kysely<Tables>): Query {
  return async (text, values) => {
    const { rows, numAffectedRows, insertId } = await db.executeQuery<Record<string, unknown>>(
      CompiledQuery.raw(text, [...values]),
    );
    return {
      rows,
      changes: Number(numAffectedRows ?? 0),
      id: insertId === undefined ? undefined : Number(insertId),
    };
  };
}
