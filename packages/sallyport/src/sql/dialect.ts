import type { Json } from "../identity.ts";
import type { SqlRow, SqlValue } from "../storage.ts";

/** What differs between databases, as data. Statements are written for all of them, with `?` for values. */
export interface Dialect {
  readonly name: "sqlite" | "postgres" | "mysql";
  /** Column types. */
  readonly types: {
    /** A primary key that numbers itself. */
    readonly id: string;
    /** A reference to such a key. */
    readonly reference: string;
    readonly integer: string;
    /** Holds a 32-bit ASN. */
    readonly bigint: string;
    readonly boolean: string;
    readonly text: string;
    /** Holds a provider's largest answer. */
    readonly longText: string;
    /** Text that compares byte by byte and may be a key. */
    readonly key: string;
    readonly json: string;
    readonly time: string;
  };
  /** A value as the driver takes it. */
  toDriver(value: SqlValue): unknown;
  /** A statement as the driver takes it. */
  toStatement(text: string): string;
  /** An INSERT whose result says which id the row got. */
  givingId(insert: string): string;
  /** An INSERT that does nothing where a key is taken. */
  unlessTaken(insert: string): string;
  /**
   * A DELETE of at most so many rows that ended before its one value, the oldest first, found
   * by the index. It passes over what somebody else holds, where the database can.
   */
  deleteExpired(rows: {
    readonly table: string;
    readonly key: string;
    readonly most: number;
  }): string;
  /**
   * An INSERT into `social_limits` that counts on where the key is there already. The result has
   * the new `count` in a row, or as the `id`: there, nothing or 0 is a row's first.
   */
  counting(insert: string): string;
  /** How a transaction starts in which each statement sees what is committed before it. */
  readonly begin: readonly string[];
  /**
   * Holds the key that its one value names until the transaction ends. Undefined where a
   * transaction is alone anyway.
   */
  readonly lock?: string | undefined;
  /**
   * Behind a SELECT: keeps the rows from other transactions, and so gives them as the last one
   * left them. Empty where a transaction is alone anyway.
   */
  readonly forUpdate: string;
  /**
   * Makes what follows give up soon, with a conflict, where it waits for a table that others
   * use: whoever comes later would wait behind it. Undefined where a transaction is alone anyway.
   */
  readonly giveUpSoon?: string | undefined;
  /** Ends that, where the transaction's end does not. */
  readonly asUsual?: string | undefined;
  /** How to make an index of a table in use. Undefined where `create index` lets others write, or where nothing would. */
  readonly lateIndexing?: LateIndexing | undefined;
  /** Asked once, before anything else: what is wrong with how the server or its driver is set. */
  readonly trial?: {
    readonly query: string;
    complaint(row: SqlRow): string | undefined;
  };
  /** What an error of the driver's means; undefined for a fault of the statement. */
  meaningOf(error: unknown): Meaning | undefined;
}

/** An index of a table that was there before the migration that adds it. */
export interface LateIndex {
  readonly name: string;
  readonly statement: string;
}

/** How such an index is made while the table is written: outside of a transaction. */
export interface LateIndexing {
  /** Asks by its name whether an index is there and `valid`. */
  readonly find: string;
  /** Whether it is `ours` to make them: for one process at a time, and none waits. */
  readonly take: string;
  readonly leave: readonly string[];
  make(index: LateIndex): readonly string[];
}

/** What a database's error comes to. `exists`: what the statement should make is there already. */
export type Meaning = "conflict" | "busy" | "unavailable" | "exists";

/** A time as a driver gives it: a `Date`, or text, in UTC where it names no zone. */
export function fromTime(value: unknown): Date {
  if (value instanceof Date) return value;
  const text = String(value).replace(" ", "T");
  return new Date(/(Z|[+-]\d\d(:?\d\d)?)$/.test(text) ? text : `${text}Z`);
}

/** A JSON object or list as a driver gives it: read already, or as text. */
export function fromJson(value: unknown): Json {
  // What a driver reads from a JSON column is JSON.
  return typeof value === "string" ? JSON.parse(value) : (value as Json);
}

/** A property of something that was thrown, whatever it is. */
export function factOf(error: unknown, name: string): unknown {
  return typeof error === "object" && error !== null ? Reflect.get(error, name) : undefined;
}

/** Codes of Node's own for a connection that cannot be made, or broke. */
export function isNetworkFault(error: unknown): boolean {
  return /^(E(CONN|PIPE|TIMEDOUT|NOTFOUND|AI_AGAIN|HOST|NET|NOENT)|ERR_(SOCKET|STREAM))/.test(
    String(factOf(error, "code") ?? ""),
  );
}
