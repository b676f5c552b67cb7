import type { Result } from "../sql/connection.ts";
import { mysqlDialect } from "../sql/dialects/mysql.ts";
import { onlyOnce } from "../sql/only-once.ts";
import {
  type Connection,
  type PooledOptions,
  pooledStorage,
  type Server,
  usualConnectTimeout,
} from "../sql/pooled-storage.ts";
import type { Storage } from "../storage.ts";

/** What is used of a pool of `mysql2/promise`. */
export interface MysqlPool {
  getConnection(): Promise<MysqlConnection>;
}

/** What is used of a connection of such a pool. */
export interface MysqlConnection {
  query(statement: MysqlStatement): Promise<readonly [unknown, unknown]>;
  execute(statement: MysqlStatement & { values: unknown[] }): Promise<readonly [unknown, unknown]>;
  release(): void;
  destroy(): void;
}

/** A statement, and how its times are to be read. */
export interface MysqlStatement {
  readonly sql: string;
  readonly timezone: "Z";
}

/**
 * MySQL 8.0.17 and newer, and MariaDB 10.5 and newer, for any number of processes. Tables are
 * made and brought up to date at first use. Statements stay prepared.
 *
 * The server must be strict (`sql_mode` with `STRICT_TRANS_TABLES`, as it is by default): else it cuts
 * what is too long, and two accounts could become one.
 *
 * @param database where it is (`mysql://user:password@host/database`, which takes the package
 *   `mysql2`), or the application's own pool of `mysql2/promise`, which it also ends.
 */
export function mysqlStorage(
  database: string | MysqlPool,
  options: PooledOptions<MysqlConnection> = {},
): Storage {
  return pooledStorage(
    typeof database === "string" ? ownPool(database, options) : poolServer(async () => database),
    options,
  );
}

function ownPool(
  uri: string,
  { connectTimeout = usualConnectTimeout }: PooledOptions<MysqlConnection>,
): Server<MysqlConnection> {
  const pool = onlyOnce(async () => {
    const { createPool } = await import("mysql2/promise");
    return createPool({ uri, connectTimeout });
  });
  return { ...poolServer(pool), close: onlyOnce(async () => (await pool()).end()) };
}

function poolServer(pool: () => Promise<MysqlPool>): Server<MysqlConnection> {
  return {
    dialect: mysqlDialect,
    endsBroken: true,
    async connect(): Promise<Connection<MysqlConnection>> {
      const connection = await (await pool()).getConnection();
      return {
        handle: connection,
        async query(sql, values) {
          // Few statements without values can be prepared: not the start of a transaction, say.
          const [answer] =
            values.length > 0
              ? await connection.execute({ sql, values: [...values], timezone })
              : await connection.query({ sql, timezone });
          return toResult(answer);
        },
        release(broken) {
          if (broken) connection.destroy();
          else connection.release();
        },
      };
    },
    close: async () => {},
  };
}

const timezone = "Z";

function toResult(answer: unknown): Result {
  // Rows, or what became of them.
  if (Array.isArray(answer)) return { rows: answer, changes: 0 };
  const { affectedRows, insertId } = answer as { affectedRows: number; insertId: number };
  return { rows: [], changes: affectedRows, id: insertId };
}
