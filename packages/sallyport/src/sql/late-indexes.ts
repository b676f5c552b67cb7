import { Conflict } from "../storage.ts";
import type { Query } from "./connection.ts";
import type { Dialect, LateIndex } from "./dialect.ts";
import type { MigrationTexts } from "./migrations.ts";

/** The set without the indexes of tables that were there before: making one would lock them. */
export function withoutLateIndexes({ name, migrations }: MigrationTexts): MigrationTexts {
  const entries = Object.entries(migrations).map(([key, texts]) => {
    const late = lateAmong(texts).map(({ statement }) => statement);
    return [key, texts.filter((text) => !late.includes(text))];
  });
  return { name, migrations: Object.fromEntries(entries) };
}

/**
 * Makes those indexes where they are missing, or were begun and not finished. Of several
 * processes one makes them, and no other waits. Where a transaction stays in the way for too
 * long it is left to the next start: without an index things are only slower.
 */
export async function makeLateIndexes(
  { lateIndexing }: Dialect,
  query: Query,
  sets: readonly MigrationTexts[],
): Promise<void> {
  if (!lateIndexing) return;
  const { find, take, leave, make } = lateIndexing;
  const isThere = async (name: string) => (await query(find, [name])).rows[0]?.valid === true;
  const all = sets.flatMap(({ migrations }) => Object.values(migrations).flatMap(lateAmong));
  const missing: LateIndex[] = [];
  for (const index of all) if (!(await isThere(index.name))) missing.push(index);
  if (missing.length === 0 || (await query(take, [])).rows[0]?.ours !== true) return;
  try {
    for (const text of missing.flatMap(make)) await query(text, []);
  } catch (error) {
    if (!(error instanceof Conflict)) throw error;
  } finally {
    for (const text of leave) await query(text, []);
  }
}

/** What among a migration's statements makes an index of a table that it does not make itself. */
function lateAmong(statements: readonly string[]): readonly LateIndex[] {
  const made = statements.map((text) => /^create table (\w+)/.exec(text)?.[1]);
  return statements.flatMap((statement) => {
    const [, name, table] = /^create index (\w+) on (\w+)/.exec(statement) ?? [];
    return name !== undefined && !made.includes(table) ? [{ name, statement }] : [];
  });
}
