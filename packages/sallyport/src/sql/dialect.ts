import type { SqlValue } from "../storage.ts";

/** What differs between databases, as data. */
export interface Dialect {
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
    /** Text that compares byte by byte and may be a key. */
    readonly key: string;
    readonly json: string;
    readonly time: string;
  };
  /** A value as the driver takes it. */
  toDriver(value: SqlValue): unknown;
}

/** SQLite: times are ISO 8601 in UTC, truths 0 and 1, and text compares byte by byte already. */
export const sqliteDialect: Dialect = {
  types: {
    id: "integer primary key autoincrement",
    reference: "integer",
    integer: "integer",
    bigint: "integer",
    boolean: "integer",
    text: "text",
    key: "text",
    json: "text",
    time: "text",
  },
  toDriver(value) {
    if (value instanceof Date) return value.toISOString();
    return typeof value === "boolean" ? Number(value) : value;
  },
};

/** A time as a driver gives it: a `Date`, or text in ISO 8601. */
export function fromTime(value: unknown): Date {
  return value instanceof Date ? value : new Date(String(value));
}
