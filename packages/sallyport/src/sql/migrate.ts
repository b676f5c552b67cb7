import { type Kysely, type MigrationResult, Migrator, sql } from "kysely";
import { Conflict, StorageUnavailable } from "../storage.ts";
import { type Query, wordsOf } from "./connection.ts";
import type { Dialect } from "./dialect.ts";
import { kyselyOver } from "./kysely-over.ts";
import { type MigrationSet, ourUsers, type UserReference } from "./migrations.ts";
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
  sets: readonly MigrationSet[],
  users: (type: Dialect["types"]) => UserReference = ourUsers,
): Promise<void> {
  // Migrations are text, so the tables' types do not matter.
  const db = kyselyOver(dialect, query);
  const user = users(dialect.types);
  for (const { name, migrations } of sets) {
    const entries = Object.entries(migrations).map(([key, statements]) => [
      key,
      {
        async up(transaction: Kysely<unknown>) {
          for (const text of statements(dialect.types, user))
            await make(dialect, transaction, text);
        },
      },
    ]);
    const migrator = new Migrator({
      db,
      provider: { getMigrations: async () => Object.fromEntries(entries) },
      migrationTableName: `sallyport_${name}_migrations`,
      migrationLockTableName: `sallyport_${name}_migrations_lock`,
    });
    const { error, results } = await migrator.migrateToLatest();
    if (error instanceof StorageUnavailable || error instanceof Conflict) throw error;
    if (error) {
      const words =
        foreignTo(migrations, wordsOf(error)) ??
        `${failedOf(results)} of the ${name} tables failed: ${wordsOf(error)}`;
      throw new Error(words, { cause: error });
    }
  }
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
