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
  /** How a transaction starts in which each statement sees what is committed before it. */
  readonly begin: readonly string[];
  /**
   * Holds the key that its one value names until the transaction ends. Undefined where a
   * transaction is alone anyway.
   */
  readonly lock?: string | undefined;
  /** Asked once, before anything else: what is wrong with how the server or its driver is set. */
  readonly trial?: {
    readonly query: string;
    complaint(row: SqlRow): string | undefined;
  };
  /** What an error of the driver's means; undefined for a fault of the statement. */
  meaningOf(error: unknown): Meaning | undefined;
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
