import { type Kysely, type Migration, type MigrationResult, Migrator, sql } from "kysely";
import { AuthError } from "../errors.ts";
import { Conflict, StorageUnavailable } from "../storage.ts";
import { type Query, wordsOf } from "./connection.ts";
import type { Dialect } from "./dialect.ts";
import { kyselyOver } from "./kysely-over.ts";
import type { MigrationTexts } from "./migrations.ts";
import { foreignTo } from "./own-users-migrations.ts";

/**
 * Runs what has not run yet of each set, under Kysely's migration lock: an advisory one in
 * PostgreSQL, GET_LOCK in MySQL. In SQLite there is none: the caller's transaction keeps
 * other processes out.
 *
 * @param query one and the same connection each time, since it holds the lock.
 * @throws where a migration fails; it is undone then. MySQL undoes no change of a table: there
 *   the next attempt passes over what this one made.
 */
export async function migrate(
  dialect: Dialect,
  query: Query,
  sets: readonly MigrationTexts[],
): Promise<void> {
  const db = kyselyOver(dialect, query);
  for (const set of sets) {
    const migrator = migratorOf(db, set, async () => ({
      ...(await ranByNewer(db, set)),
      ...migrationsOf(dialect, set),
    }));
    const { error, results } = await migrator.migrateToLatest();
    if (error instanceof StorageUnavailable || error instanceof Conflict) throw error;
    if (error) {
      const words =
        foreignTo(set, wordsOf(error)) ??
        `${failedOf(results)} of the ${set.name} tables failed: ${wordsOf(error)}`;
      throw new Error(words, { cause: error });
    }
  }
}

/**
 * What has not run yet of each set, as `003-tenants of core`. Changes nothing, and waits for nobody.
 *
 * @throws where the tables were made for users of another kind.
 */
export async function pendingMigrations(
  dialect: Dialect,
  query: Query,
  sets: readonly MigrationTexts[],
): Promise<readonly string[]> {
  const db = kyselyOver(dialect, query);
  const pending: string[] = [];
  for (const set of sets) {
    const migrator = migratorOf(db, set, async () => migrationsOf(dialect, set));
    const all = await migrator.getMigrations();
    const lacking = all.filter(({ executedAt }) => !executedAt);
    // Where nothing has run there may be no table that says what has.
    const ran = lacking.length < all.length ? await namesOfRan(db, set) : [];
    const foreign = foreignTo(set, ran.join());
    if (foreign) throw new Error(foreign);
    pending.push(...lacking.map(({ name }) => `${name} of ${set.name}`));
  }
  return pending;
}

/**
 * For a database whose tables may not be changed from here.
 *
 * @throws `tables_outdated` where something has not run yet.
 */
export async function checkMigrated(
  dialect: Dialect,
  query: Query,
  sets: readonly MigrationTexts[],
): Promise<void> {
  const pending = await pendingMigrations(dialect, query, sets);
  if (pending.length === 0) return;
  const message = `the database lacks ${pending.join(", ")}: run "sallyport migrate", with --affiliations for theirs`;
  throw new AuthError("tables_outdated", { stage: "storage", message });
}

function migratorOf(
  db: Kysely<unknown>,
  { name }: MigrationTexts,
  getMigrations: () => Promise<Record<string, Migration>>,
): Migrator {
  return new Migrator({
    db,
    provider: { getMigrations },
    migrationTableName: tableOf(name),
    migrationLockTableName: `${tableOf(name)}_lock`,
  });
}

function tableOf(name: string): string {
  return `sallyport_${name}_migrations`;
}

// Migrations are text, so the tables' types do not matter.
function migrationsOf(dialect: Dialect, { migrations }: MigrationTexts): Record<string, Migration> {
  const entries = Object.entries(migrations).map(([key, texts]): [string, Migration] => [
    key,
    {
      async up(transaction) {
        for (const text of texts) await make(dialect, transaction, text);
      },
    },
  ]);
  return Object.fromEntries(entries);
}

/**
 * What a newer process ran, with nothing to do. Kysely refuses a database in which something ran
 * that it is not given; but what is newer only adds, and an older process can start still.
 */
async function ranByNewer(
  db: Kysely<unknown>,
  set: MigrationTexts,
): Promise<Record<string, Migration>> {
  const newest = Object.keys(set.migrations).sort().at(-1) ?? "";
  const newer = (await namesOfRan(db, set)).filter((name) => name > newest);
  return Object.fromEntries(newer.map((name) => [name, { up: async () => {} }]));
}

async function namesOfRan(
  db: Kysely<unknown>,
  { name }: MigrationTexts,
): Promise<readonly string[]> {
  const text = sql<{ readonly name: string }>`select name from ${sql.table(tableOf(name))}`;
  const { rows } = await text.execute(db);
  return rows.map((row) => row.name);
}

async function make(dialect: Dialect, db: Kysely<unknown>, text: string): Promise<void> {
  try {
    await sql.raw(text).execute(db);
  } catch (error) {
    // An attempt that broke off has made it; only MySQL keeps what such a one did.
    if (dialect.meaningOf(error) !== "exists") throw error;
  }
}

function failedOf(results: readonly MigrationResult[] | undefined): string {
  const failed = results?.find(({ status }) => status === "Error");
  return failed ? `migration ${failed.migrationName}` : "the migration";
}
