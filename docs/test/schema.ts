import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import type { Storage } from "sallyport";
import { affiliationMigrations } from "sallyport/affiliations";
import { mysqlStorage } from "sallyport/storage/mysql";
import { postgresStorage } from "sallyport/storage/postgres";
import { sqliteStorage } from "sallyport/storage/sqlite";
import {
  mysqlDatabase,
  postgresDatabase,
  sqliteDatabase,
  type TestDatabase,
} from "../../packages/sallyport/test/storage/databases.ts";
import { schemaOf } from "../../packages/sallyport/test/storage/schema-dump.ts";
import { root } from "./markdown.ts";

// The tables as a database itself says that it has them, in docs/reference/schema/.

interface Kind {
  readonly makeDatabase: () => Promise<TestDatabase>;
  readonly open: (
    address: string,
    options: { readonly migrations: readonly (typeof affiliationMigrations)[] },
  ) => Storage;
}

const kinds: Readonly<Record<"sqlite" | "postgres" | "mysql", Kind>> = {
  sqlite: { makeDatabase: sqliteDatabase, open: sqliteStorage },
  postgres: { makeDatabase: postgresDatabase, open: postgresStorage },
  mysql: { makeDatabase: mysqlDatabase, open: mysqlStorage },
};

/** Compares the page of a database's schema with the database; with `UPDATE=1` writes it. */
export async function checkSchema(name: keyof typeof kinds): Promise<void> {
  const { makeDatabase, open } = kinds[name];
  const database = await makeDatabase();
  const storage = open(database.address, { migrations: [affiliationMigrations] });
  try {
    await storage.migrate();
    const text = `${(await schemaOf(name, database)).join(";\n\n")};\n`;
    const file = `${root}docs/reference/schema/${name}.sql`;
    if (process.env.UPDATE) writeFileSync(file, text);
    assert.equal(existsSync(file) ? readFileSync(file, "utf8") : "", text, "run it with UPDATE=1");
  } finally {
    await storage.close();
    await database.close();
  }
}
