import type { SqlRow, Storage } from "../../src/storage.ts";
import type { Watch } from "./watch.ts";

/** A database under the flows, with a watch on the statements that its driver is asked. */
export interface Ground {
  readonly storage: Storage;
  readonly statements: Watch;
  /** A query behind the storage's back. */
  ask(query: string): Promise<readonly SqlRow[]>;
  /** The query for the names of its tables. */
  readonly tables: string;
  /** Where the application has the users: its table, which takes nothing of ours along. */
  readonly ownUsers?: string;
  /** An error as the driver throws it. */
  driversOwn(): Error;
  /** What the database's files hold, where they can be read. */
  remains(): Promise<string>;
  close(): Promise<void>;
}

/** What is in a database: rows by table. */
export type Dump = Readonly<Record<string, readonly SqlRow[]>>;

/** Every table's rows. */
export async function dump({ ask, tables }: Ground): Promise<Dump> {
  const names = (await ask(tables)).map(({ name }) => String(name)).sort();
  const rows: Record<string, readonly SqlRow[]> = {};
  for (const name of names) rows[name] = await ask(`select * from ${name} order by 1`);
  return rows;
}

/** Takes away what the flows have written. */
export async function empty({ ask, ownUsers }: Ground): Promise<void> {
  const users = ownUsers ? ["sessions", "social_auth", ownUsers] : ["users"];
  for (const table of ["social_used", "social_limits", "social_partial", ...users]) {
    await ask(`delete from ${table}`);
  }
}

/** A dump without the states that were used up, and what was counted: whatever becomes of the login. */
export function lasting({ social_used: _used, social_limits: _limits, ...rest }: Dump): Dump {
  // A lease ends by itself.
  const kept = ({ leased_until: _lease, ...row }: Dump[string][number]) => row;
  return Object.fromEntries(Object.entries(rest).map(([name, rows]) => [name, rows.map(kept)]));
}

/** A dump without what is different each time: keys and their order, and what is random or sealed. */
export function shape(of: Dump): object {
  const alike = (name: string, value: unknown) => {
    if (/^(id|.*_id|id_hash|data|seq|person)$/.test(name)) return undefined;
    return name === "extra_data" ? JSON.stringify(value).replace(/v1\.[\w.-]+/g, "sealed") : value;
  };
  const tables = Object.entries(lasting(of));
  return Object.fromEntries(
    tables.map(([name, rows]) => [name, rows.map((row) => JSON.stringify(row, alike)).sort()]),
  );
}
