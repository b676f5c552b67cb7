import { Conflict } from "../storage.ts";
import type { Query } from "./connection.ts";
import type { Dialect } from "./dialect.ts";
import { makeLateIndexes, withoutLateIndexes } from "./late-indexes.ts";
import { migrate } from "./migrate.ts";
import { type MigrationSet, ourUsers, type Statements, type UserReference } from "./migrations.ts";

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
  sets: readonly MigrationSet[],
  users: (type: Dialect["types"]) => UserReference = ourUsers,
): Promise<void> {
  const { giveUpSoon, asUsual, lateIndexing } = dialect;
  const early = lateIndexing ? sets.map(withoutLateIndexes) : sets;
  const hasty = giveUpSoon ? early.map((set) => startingWith(giveUpSoon, set)) : early;
  try {
    await untilFree(() => migrate(dialect, query, hasty, users));
  } finally {
    if (asUsual) await query(asUsual, []);
  }
  await makeLateIndexes(dialect, query, sets, users(dialect.types));
}

function startingWith(first: string, set: MigrationSet): MigrationSet {
  const entries = Object.entries(set.migrations).map(([key, statements]) => {
    const all: Statements = (types, user) => [first, ...statements(types, user)];
    return [key, all] as const;
  });
  return { ...set, migrations: Object.fromEntries(entries) };
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
