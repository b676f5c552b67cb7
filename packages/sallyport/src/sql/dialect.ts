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
    readonly boolean: string;
    readonly text: string;
    /** Text that compares byte by byte and may be a key. */
    readonly key: string;
    readonly json: string;
    readonly time: string;
  };
  toTime(time: Date): SqlValue;
  fromTime(value: unknown): Date;
}

/** SQLite: times are ISO 8601 in UTC, truths 0 and 1, and text compares byte by byte already. */
export const sqliteDialect: Dialect = {
  types: {
    id: "integer primary key autoincrement",
    reference: "integer",
    integer: "integer",
    boolean: "integer",
    text: "text",
    key: "text",
    json: "text",
    time: "text",
  },
  toTime: (time) => time.toISOString(),
  fromTime: (value) => new Date(String(value)),
};
