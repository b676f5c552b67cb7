import type { Dialect } from "../../src/sql/dialect.ts";
import { type MigrationSet, ourUsers } from "../../src/sql/migrations.ts";
import type { SqlValue } from "../../src/storage.ts";

// What a process of some version knows of the tables: read from the statements of the migrations
// that it has, since nothing else says it for every database alike.

/** A column, by the name that `Dialect.types` has for its type. */
export interface KnownColumn {
  readonly name: string;
  readonly type: keyof Dialect["types"];
  /** No row is without it. */
  readonly required: boolean;
}

/** A table: its columns, and which of them refer to which other table's `id`. */
export interface KnownTable {
  readonly name: string;
  readonly columns: readonly KnownColumn[];
  readonly references: Readonly<Record<string, string>>;
}

const types = ["id", "reference", "integer", "bigint", "boolean", "text", "longText"]
  .concat(["key", "json", "time"])
  .map((name) => [name, `<${name}>`]);

/** The tables of these migrations, those that others refer to first. */
export function knownTables(sets: readonly MigrationSet[]): readonly KnownTable[] {
  const tables = new Map<string, KnownTable>();
  // All names of types, each with itself in brackets.
  const marked = Object.fromEntries(types) as Dialect["types"];
  for (const text of sets.flatMap(({ migrations }) =>
    Object.values(migrations).flatMap((statements) => statements(marked, ourUsers(marked))),
  )) {
    const [, name = ""] = /^\s*(?:create|alter) table (\w+)/.exec(text) ?? [];
    if (name === "") continue;
    const { columns, references } = tables.get(name) ?? { columns: [], references: {} };
    tables.set(name, {
      name,
      columns: [...columns, ...columnsIn(text)],
      references: { ...references, ...referencesIn(text) },
    });
  }
  return [...tables.values()];
}

function columnsIn(text: string): readonly KnownColumn[] {
  return [...text.matchAll(/(\w+) <(\w+)>([^,\n]*)/g)].map(([, name = "", type, rest = ""]) => ({
    name,
    // We wrote it between the brackets.
    type: type as keyof Dialect["types"],
    required: /not null|primary key/.test(rest) && !/default/.test(rest),
  }));
}

function referencesIn(text: string): Readonly<Record<string, string>> {
  const found = text.matchAll(/foreign key \((\w+)\) references (\w+) \(id\)/g);
  const said = Object.fromEntries([...found].map(([, column, table]) => [column, table]));
  // No key of the database's says so, but a session without its account is none.
  return /\bassociation_id\b/.test(text) ? { ...said, association_id: "social_auth" } : said;
}

/** A value for a column: the same for the same `number`, and another for another. */
export function sampleOf({ name, type }: KnownColumn, number: number): SqlValue {
  const samples: Readonly<Record<keyof Dialect["types"], SqlValue>> = {
    id: number,
    reference: number,
    integer: number,
    bigint: 4_294_967_000 + number,
    boolean: number % 2 === 1,
    text: `${name} ${number}`,
    longText: `${name} ${number}`,
    key: `${name} ${number}`,
    json: JSON.stringify({ [name]: number }),
    time: new Date(Date.UTC(2126, 10, 20, 12, 0, number, 123)),
  };
  return samples[type];
}
