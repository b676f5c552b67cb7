import { createHash } from "node:crypto";
import { postgresDialect } from "../sql/dialects/postgres.ts";
import { onlyOnce } from "../sql/only-once.ts";
import {
  type Connection,
  type PooledOptions,
  pooledStorage,
  type Server,
  usualConnectTimeout,
} from "../sql/pooled-storage.ts";
import type { Storage } from "../storage.ts";

/** What is used of a `Pool` of `pg`. */
export interface PgPool {
  connect(): Promise<PgClient>;
  on(event: "error", listener: (error: Error) => void): unknown;
}

/** What is used of a client of such a pool. */
export interface PgClient {
  query(statement: {
    readonly text: string;
    readonly values: unknown[];
    readonly name?: string;
  }): Promise<{
    readonly rows: Readonly<Record<string, unknown>>[];
    readonly rowCount: number | null;
  }>;
  release(destroy: boolean): void;
  on(event: "error", listener: (error: Error) => void): unknown;
  removeListener(event: "error", listener: (error: Error) => void): unknown;
}

/** What is used of a `PGlite`, PostgreSQL in the process. */
export interface PgLite {
  query(
    text: string,
    values: unknown[],
  ): Promise<{
    readonly rows: unknown[];
    readonly affectedRows?: number;
  }>;
  readonly waitReady: Promise<void>;
}

/**
 * PostgreSQL 12 and newer, for any number of processes. Tables are made and brought up to
 * date at first use. Statements stay prepared, by names of their own; PgBouncer must be 1.21
 * or newer, or pool by session.
 *
 * @param database where it is (`postgres://user:password@host/database`, which takes the
 *   package `pg`), or the application's own `Pool` or `PGlite`. What the application made it
 *   also ends. A `PGlite` is one connection, so let nobody else use it meanwhile.
 */
export function postgresStorage(
  database: string | PgPool,
  options?: PooledOptions<PgClient>,
): Storage;
export function postgresStorage(database: PgLite, options?: PooledOptions<PgLite>): Storage;
export function postgresStorage(
  database: string | PgPool | PgLite,
  // A store is handed what it was made for: the types above say which goes with which.
  options: PooledOptions<never> = {},
): Storage {
  return pooledStorage(serverOf(database, options), options);
}

function serverOf(
  database: string | PgPool | PgLite,
  options: PooledOptions<never>,
): Server<PgClient | PgLite> {
  if (typeof database === "string") return ownPool(database, options);
  return "waitReady" in database ? inProcess(database) : poolServer(database);
}

function ownPool(
  connectionString: string,
  { connectTimeout = usualConnectTimeout }: PooledOptions<never>,
): Server<PgClient> {
  const pool = onlyOnce(async () => {
    const { default: pg } = await import("pg");
    const connectionTimeoutMillis = connectTimeout;
    return new pg.Pool({ connectionString, connectionTimeoutMillis, keepAlive: true });
  });
  const server = onlyOnce(async () => poolServer(await pool()));
  return {
    dialect: postgresDialect,
    endsBroken: true,
    connect: async () => (await server()).connect(),
    close: onlyOnce(async () => (await pool()).end()),
  };
}

function poolServer(pool: PgPool): Server<PgClient> {
  // An idle client whose server goes away tells the pool, and nobody listening ends the process.
  pool.on("error", ignore);
  return {
    dialect: postgresDialect,
    endsBroken: true,
    async connect(): Promise<Connection<PgClient>> {
      const client = await pool.connect();
      // Nor does the pool listen for a client that somebody holds. The next statement fails anyway.
      client.on("error", ignore);
      return {
        handle: client,
        async query(text, values) {
          const statement = { text, values: [...values] };
          const { rows, rowCount } = await client.query(
            values.length > 0 ? { ...statement, name: nameOf(text) } : statement,
          );
          return { rows, changes: rowCount ?? 0 };
        },
        release(broken) {
          client.removeListener("error", ignore);
          client.release(broken);
        },
      };
    },
    close: async () => {},
  };
}

// One connection, so whoever wants it waits for their turn.
function inProcess(database: PgLite): Server<PgLite> {
  let last: Promise<void> = Promise.resolve();
  return {
    dialect: postgresDialect,
    endsBroken: false,
    async connect(): Promise<Connection<PgLite>> {
      const turn = last;
      let release = () => {};
      last = new Promise((resolve) => {
        release = resolve;
      });
      await turn;
      return {
        handle: database,
        async query(text, values) {
          const { rows, affectedRows = 0 } = await database.query(text, [...values]);
          // A row is an object unless asked for otherwise.
          return { rows: rows as Readonly<Record<string, unknown>>[], changes: affectedRows };
        },
        release: () => release(),
      };
    },
    close: async () => {},
  };
}

/** The same name for the same text, also where two storages share a pool. */
function nameOf(text: string): string {
  return `sallyport_${createHash("sha256").update(text).digest("base64url").slice(0, 24)}`;
}

function ignore(): void {}
