import { type Kysely, type MigrationResult, Migrator, sql } from "kysely";
import type { Dialect } from "./dialect.ts";
import type { MigrationSet } from "./migrations.ts";

/**
 * Runs what has not run yet of each set, under Kysely's migration lock. In SQLite there is
 * none: the caller's transaction keeps other processes out.
 *
 * @throws where a migration fails; Kysely has undone it then, where the database can.
 */
export async function migrate(
  // Migrations are text, so the tables' types do not matter.
  db: Kysely<unknown>,
  dialect: Dialect,
  sets: readonly MigrationSet[],
): Promise<void> {
  for (const { name, migrations } of sets) {
    const entries = Object.entries(migrations).map(([key, statements]) => [
      key,
      {
        async up(transaction: Kysely<unknown>) {
          for (const text of statements(dialect.types)) await sql.raw(text).execute(transaction);
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
    if (error)
      throw new Error(`${failedOf(results)} of the ${name} tables failed`, { cause: error });
  }
}

function failedOf(results: readonly MigrationResult[] | undefined): string {
  const failed = results?.find(({ status }) => status === "Error");
  return failed ? `migration ${failed.migrationName}` : "the migration";
}
