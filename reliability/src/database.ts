import { join } from "node:path";
import Database from "better-sqlite3";
import { startMariadb } from "./mariadb.ts";
import type { Ends } from "./measure.ts";
import { startPostgres } from "./postgres.ts";

/** An empty database that nobody else uses. */
export interface OwnDatabase {
  /** As `DATABASE_URL` has it: `postgres://…`, `mysql://…`, `sqlite:…`. */
  readonly address: string;
  /** Runs a query with the database's own driver, behind the storage's back. */
  ask(query: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
}

/** One on a server of its own, which can go and come back. */
export interface DatabaseServer extends OwnDatabase {
  /** Ends it, as told by its own signal, and waits until it is gone. */
  stop(signal?: NodeJS.Signals): Promise<void>;
  /** Starts it, and waits until it answers. */
  start(): Promise<void>;
  /** Ends one of its processes, where each connection has one: that of the longest connection. */
  killConnection?(): Promise<void>;
  /** Stops it and all its processes in what they are doing, or lets them go on. */
  freeze(frozen: boolean): void;
}

/** The kinds of databases that logins are measured on. */
export const kinds = ["PostgreSQL", "MariaDB", "SQLite"] as const;

/** One of {@link kinds}. */
export type Kind = (typeof kinds)[number];

/** Starts a database of a kind. */
export async function startDatabase(ends: Ends, kind: Kind, folder: string): Promise<OwnDatabase> {
  if (kind === "PostgreSQL") return startPostgres(ends, folder);
  if (kind === "MariaDB") return startMariadb(ends, folder);
  const file = join(folder, "logins.db");
  return {
    address: `sqlite:${file}`,
    async ask(query) {
      const database = new Database(file, { readonly: true });
      try {
        // A row is an object unless asked for otherwise.
        return database.prepare(query).all() as Readonly<Record<string, unknown>>[];
      } finally {
        database.close();
      }
    },
  };
}
