import pg from "pg";
import { type PgClient, type PgPool, postgresStorage } from "../../src/storage/postgres.ts";
import { postgresDatabase } from "../storage/databases.ts";
import type { Ground } from "./ground.ts";
import { errors, Watch } from "./watch.ts";

/** A PostgreSQL database, `pg` watched at each statement; its own error is a connection that is cut. */
export async function postgresGround(): Promise<Ground> {
  const statements = new Watch();
  const { address, ask, close } = await postgresDatabase();
  const pool = new pg.Pool({ connectionString: address });
  return {
    storage: postgresStorage(watchedPool(pool, statements)),
    statements,
    ask,
    tables:
      "select table_name as name from information_schema.tables where table_schema = 'public'",
    driversOwn: () => new pg.DatabaseError("disk full", 0, "error"),
    remains: async () => "",
    async close() {
      await pool.end();
      await close();
    },
  };
}

function watchedPool(pool: pg.Pool, watch: Watch): PgPool {
  return {
    on: (event, listener) => pool.on(event, listener),
    async connect() {
      const client = await pool.connect();
      const query: PgClient["query"] = async (statement) => {
        const kind = watch.next(statement.text);
        const error = kind && errors[kind]?.();
        if (error) throw error;
        if (kind === "the answer is lost") await client.query(statement);
        if (kind) cut(client);
        return client.query(statement);
      };
      return {
        query,
        release: (destroy) => client.release(destroy),
        on: (event, listener) => client.on(event, listener),
        removeListener: (event, listener) => client.removeListener(event, listener),
      };
    },
  };
}

// Its socket, of which the types say nothing.
function cut(client: pg.PoolClient): void {
  (
    client as unknown as { connection: { stream: { destroy(): void } } }
  ).connection.stream.destroy();
}
