import pg from "pg";
import { type PgClient, type PgPool, postgresStorage } from "sallyport/storage/postgres";
import type { Ends } from "../measure.ts";
import { type Ask, expiring, type Ground, plain, scansOf, withoutIndexes } from "./ground.ts";
import { postgresWords, seedUsers } from "./seed.ts";

/** Fills a database on a PostgreSQL server of one's own. */
export async function postgresGround(
  ends: Ends,
  {
    server,
    name,
    users,
  }: { readonly server: string; readonly name: string; readonly users: number },
): Promise<Ground> {
  const first = new pg.Client({ connectionString: server });
  await first.connect();
  await first.query(`create database ${name}`);
  await first.end();
  const url = new URL(server);
  url.pathname = `/${name}`;
  const pool = new pg.Pool({ connectionString: url.href });
  pool.on("error", () => {});
  ends.after(() => pool.end());
  const asked = new Map<string, unknown[]>();
  const storage = postgresStorage(watched(pool, asked));
  await storage.migrate();
  const client = new pg.Client({ connectionString: url.href });
  client.on("error", () => {});
  await client.connect();
  ends.after(() => client.end());
  const ask: Ask = async (text) => (await client.query(text)).rows;
  // The rows are made of numbers, so there is nothing to check.
  await ask("set session_replication_role = replica");
  await withoutIndexes(ask, postgresWords, () => seedUsers(ask, postgresWords, users));
  const settle = async () => {
    await ask("vacuum analyze");
    await ask("checkpoint");
  };
  await settle();
  asked.clear();
  return {
    users,
    address: url.href,
    storage,
    ...expiring(ask, postgresWords, { users, settle }),
    async plans() {
      const plans = new Map<string, readonly string[]>();
      const small = (await ask(smallTables)).map(({ name }) => String(name));
      const scan = /((?:Seq|Index|Index Only|Bitmap Index) Scan.*?)(?: {2}\(.*)?$/;
      for (const [text, values] of asked) {
        if (!/^(select|update|delete)/.test(text)) continue;
        const { rows } = await client.query(`explain ${text}`, values);
        const lines = rows.map((row) => String(row["QUERY PLAN"]));
        const scans = scansOf(lines, scan).filter(
          (line) => !small.some((name) => line.startsWith(`Seq Scan on ${name}`)),
        );
        plans.set(plain(text), scans);
      }
      return plans;
    },
  };
}

// The whole of them is read faster than by an index.
const smallTables = `select relname as name from pg_class
  where relkind = 'r' and pg_relation_size(oid) < 100 * 8192`;

function watched(pool: pg.Pool, asked: Map<string, unknown[]>): PgPool {
  return {
    on: (event, listener) => pool.on(event, listener),
    async connect() {
      const client = await pool.connect();
      const query: PgClient["query"] = (statement) => {
        asked.set(statement.text, statement.values);
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
