import { type Dialect, factOf, type Meaning } from "../dialect.ts";

/** SQLite: times are ISO 8601 in UTC, truths 0 and 1, and text compares byte by byte already. */
export const sqliteDialect: Dialect = {
  name: "sqlite",
  types: {
    id: "integer primary key autoincrement",
    reference: "integer",
    integer: "integer",
    bigint: "integer",
    boolean: "integer",
    text: "text",
    longText: "text",
    key: "text",
    json: "text",
    time: "text",
  },
  toDriver(value) {
    if (value instanceof Date) return value.toISOString();
    return typeof value === "boolean" ? Number(value) : value;
  },
  toStatement: (text) => text,
  givingId: (insert) => insert,
  unlessTaken: (insert) => `${insert} on conflict do nothing`,
  deleteExpired: ({ table, key, most }) =>
    `delete from ${table} where ${key} in (
      select ${key} from ${table} where expires_at < ? order by expires_at limit ${most}
    )`,
  counting: (insert) =>
    `${insert} on conflict (key_hash) do update set count = social_limits.count + 1 returning count`,
  begin: ["begin immediate"],
  forUpdate: "",
  meaningOf(error) {
    const [constraint, code] = resultOf(error);
    if (constraint) return "conflict";
    return code === undefined ? undefined : meanings[code];
  },
};

// Result codes: https://www.sqlite.org/rescode.html
const meanings: Readonly<Record<string, Meaning>> = {
  BUSY: "busy",
  LOCKED: "busy",
  IOERR: "unavailable",
  FULL: "unavailable",
  READONLY: "unavailable",
  CANTOPEN: "unavailable",
  CORRUPT: "unavailable",
  NOTADB: "unavailable",
};

const numbers: Readonly<Record<number, string>> = {
  5: "BUSY",
  6: "LOCKED",
  8: "READONLY",
  10: "IOERR",
  11: "CORRUPT",
  13: "FULL",
  14: "CANTOPEN",
  26: "NOTADB",
};

// SQLITE_CONSTRAINT_FOREIGNKEY, _PRIMARYKEY and _UNIQUE.
const keyConstraints = [787, 1555, 2067];

// better-sqlite3 has result codes by name, `node:sqlite` by number.
function resultOf(error: unknown): readonly [constraint: boolean, code: string | undefined] {
  const number = factOf(error, "errcode");
  if (typeof number === "number") {
    return [keyConstraints.includes(number), numbers[number & 0xff]];
  }
  const name = String(factOf(error, "code"));
  return [
    /^SQLITE_CONSTRAINT_(UNIQUE|PRIMARYKEY|FOREIGNKEY)$/.test(name),
    /^SQLITE_([A-Z]+)/.exec(name)?.[1],
  ];
}
