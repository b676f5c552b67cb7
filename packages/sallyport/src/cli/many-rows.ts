import type { Sql, SqlRow, SqlValue } from "../storage.ts";

// Many rows by few statements, whose texts stay the same so that drivers keep them prepared.

/** How many rows are read, and values asked for, at once. */
export const pageSize = 500;
const insertSize = 50;

/**
 * Rows of which a column is one of many values.
 *
 * @param text a query up to and without `in`.
 * @param before values for its other places.
 */
export async function rowsWith(
  sql: Pick<Sql, "all">,
  text: string,
  values: readonly SqlValue[],
  before: readonly SqlValue[] = [],
): Promise<readonly SqlRow[]> {
  const found: SqlRow[] = [];
  for (let at = 0; at < values.length; at += pageSize) {
    const some = values.slice(at, at + pageSize);
    // The last one again and again is the same as once.
    const full = Array.from({ length: pageSize }, (_, more) => some[more] ?? some.at(-1) ?? null);
    found.push(...(await sql.all(`${text} in (${places(pageSize)})`, [...before, ...full])));
  }
  return found;
}

/** A new row: a value for each column. */
export type Row = Readonly<Record<string, SqlValue>>;

/**
 * Makes rows, all with the same columns.
 *
 * @throws `Conflict` where a key is taken.
 */
export async function insertRows(
  sql: Pick<Sql, "run">,
  table: string,
  rows: readonly Row[],
): Promise<void> {
  const columns = Object.keys(rows[0] ?? {});
  const insert = `insert into ${table} (${columns.join(", ")}) values `;
  const row = `(${places(columns.length)})`;
  for (let at = 0; at < rows.length; ) {
    const size = rows.length - at >= insertSize ? insertSize : 1;
    const values = rows.slice(at, at + size).flatMap((of) => Object.values(of));
    await sql.run(insert + Array(size).fill(row).join(", "), values);
    at += size;
  }
}

function places(count: number): string {
  return Array(count).fill("?").join(", ");
}
