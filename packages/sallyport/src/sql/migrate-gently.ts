import { Conflict } from "../storage.ts";
import type { Query } from "./connection.ts";
import type { Dialect } from "./dialect.ts";
import { makeLateIndexes, withoutLateIndexes } from "./late-indexes.ts";
import { migrate } from "./migrate.ts";
import type { MigrationTexts } from "./migrations.ts";

// Whoever changes a table waits for those who use it, and who comes later waits behind. So a
// migration gives up soon, lets the others pass, and is tried again.
const mostAttempts = 20;
const millisecondsBetween = () => 500 + Math.random() * 1000;

/**
 * Migrates a database at which older processes sign people in, without keeping them waiting.
 *
 * @param query one and the same connection each time.
 * @throws as {@link migrate} does; a {@link Conflict} where a table was in use all the time.
 */
export async function migrateGently(
  dialect: Dialect,
  query: Query,
  sets: readonly MigrationTexts[],
): Promise<void> {
  const { giveUpSoon, asUsual, lateIndexing } = dialect;
  const early = lateIndexing ? sets.map(withoutLateIndexes) : sets;
  const hasty = giveUpSoon ? early.map((set) => startingWith(giveUpSoon, set)) : early;
  try {
    await untilFree(() => migrate(dialect, query, hasty));
  } finally {
    if (asUsual) await query(asUsual, []);
  }
  await makeLateIndexes(dialect, query, sets);
}

function startingWith(first: string, { name, migrations }: MigrationTexts): MigrationTexts {
  const entries = Object.entries(migrations).map(([key, texts]) => [key, [first, ...texts]]);
  return { name, migrations: Object.fromEntries(entries) };
}

async function untilFree(run: () => Promise<void>, attempt = 1): Promise<void> {
  try {
    await run();
  } catch (error) {
    if (!(error instanceof Conflict) || attempt === mostAttempts) throw error;
    await new Promise((resolve) => setTimeout(resolve, millisecondsBetween()));
    await untilFree(run, attempt + 1);
  }
}
