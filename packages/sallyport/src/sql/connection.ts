import { Conflict, type Sql, type SqlValue, StorageUnavailable } from "../storage.ts";
import type { Dialect } from "./dialect.ts";

/** What a statement gave or did. */
export interface Result {
  readonly rows: readonly Readonly<Record<string, unknown>>[];
  /** How many rows it changed. */
  readonly changes: number;
  /** Which id the new row got, where the driver says so beside the rows. */
  readonly id?: number | undefined;
}

/** Runs a statement, in the driver's own spelling; one without values may be of any kind. */
export type Query = (text: string, values: readonly unknown[]) => Promise<Result>;

/** What our own tables need besides: the one statement that no other table has. */
export interface OwnSql extends Sql {
  /** Runs an INSERT into `social_limits`, or counts on, and says what `count` is then. */
  count(text: string, values: readonly SqlValue[]): Promise<number>;
}

/**
 * Works with the connection as its driver has it: for an application's own store, which knows the
 * driver. What it throws is the storage's own error, where it is one.
 */
export type Lend<Handle> = <T>(work: (handle: Handle) => Promise<T>) => Promise<T>;

/** Lends something whose errors are those of a dialect's driver. */
export function lendOver<Handle>(dialect: Dialect, handle: Handle): Lend<Handle> {
  return async (use) => {
    try {
      return await use(handle);
    } catch (error) {
      throw toStorageError(dialect, error);
    }
  };
}

/** Our statements over a driver's. */
export function sqlOver(dialect: Dialect, query: Query): OwnSql {
  const ask = (text: string, values: readonly SqlValue[]) =>
    query(dialect.toStatement(text), values.map(dialect.toDriver));
  return {
    all: async (text, values) => (await ask(text, values)).rows,
    run: async (text, values) => (await ask(text, values)).changes,
    async insert(text, values) {
      const { rows, id } = await ask(dialect.givingId(text), values);
      return Number(id ?? rows[0]?.id);
    },
    tryInsert: async (text, values) => (await ask(dialect.unlessTaken(text), values)).changes > 0,
    async count(text, values) {
      const { rows, id } = await ask(dialect.counting(text), values);
      return Number(rows[0]?.count ?? (id || 1));
    },
  };
}

/** Takes a lock that ends with the transaction. */
export function lockOver(dialect: Dialect, sql: Sql): (key: string) => Promise<void> {
  return async (key) => {
    if (dialect.lock) await sql.all(dialect.lock, [`sallyport ${key}`]);
  };
}

/** Asks one of our tables for next to nothing. */
export async function pingOver(sql: Sql): Promise<void> {
  await sql.all("select 1 from social_used limit 1", []);
}

/** A driver's error as the storage's own, where it is one of those, or wraps one. */
export function toStorageError(dialect: Dialect, error: unknown): unknown {
  if (error instanceof Conflict || error instanceof StorageUnavailable) return error;
  const root = rootOf(error);
  const meaning = dialect.meaningOf(root);
  const words = wordsOf(root);
  if (meaning === "conflict") return new Conflict(words, { cause: error });
  if (meaning === "busy") return new Busy(words, { cause: error });
  if (meaning === "unavailable") return new StorageUnavailable(words, { cause: error });
  return error;
}

// What a layer above the driver says repeats statements and values.
function rootOf(error: unknown): unknown {
  let root = error;
  while (root instanceof Error && root.cause instanceof Error) root = root.cause;
  return root;
}

/** Another connection holds the database. Nothing was done, so it may be tried again. */
export class Busy extends StorageUnavailable {}

/** What went wrong. Node's error for a host with several addresses says it in its parts only. */
export function wordsOf(error: unknown): string {
  if (error instanceof AggregateError && !error.message)
    return error.errors.map(wordsOf).join("; ");
  return error instanceof Error ? error.message : String(error);
}
