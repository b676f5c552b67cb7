import assert from "node:assert/strict";
import { test } from "node:test";
import { mysqlDialect } from "../../src/sql/dialects/mysql.ts";
import { postgresDialect } from "../../src/sql/dialects/postgres.ts";
import { mysqlStorage } from "../../src/storage/mysql.ts";
import { postgresStorage } from "../../src/storage/postgres.ts";
import { later, now } from "../../src/testing/storage-cases/samples.ts";
import { mysqlDatabase, postgresDatabase } from "../storage/databases.ts";
import { alwaysCleanUp, type Kind, litter, runCleanUp, until } from "./clean-up.ts";

const postgres: Kind & Locks = {
  name: "PostgreSQL",
  dialect: postgresDialect,
  makeDatabase: postgresDatabase,
  open: postgresStorage,
  async explain({ ask }, statement, value) {
    await ask("analyze");
    // As a prepared statement ends up, whatever its value.
    await ask("set plan_cache_mode = force_generic_plan");
    await ask("deallocate all");
    await ask(`prepare batch as ${postgresDialect.toStatement(statement)}`);
    const rows = await ask(`explain execute batch (${value})`);
    return rows.map((row) => String(row["QUERY PLAN"]));
  },
  lockTable: ["begin", "lock table social_partial in access exclusive mode"],
  unlock: "commit",
};

const mysql: Kind & Locks = {
  name: "MariaDB",
  dialect: mysqlDialect,
  makeDatabase: mysqlDatabase,
  open: mysqlStorage,
  async explain({ ask }, statement, value) {
    await ask("analyze table social_used, social_partial, sessions");
    const rows = await ask(`explain ${statement.replace("?", value)}`);
    // The batch itself is a table in the plan, read from end to end.
    const ours = rows.filter((row) => !String(row.table).startsWith("<derived"));
    return ours.map(({ table, type, key }) => `${table} ${type} ${key}`);
  },
  lockTable: ["lock tables social_partial write"],
  unlock: "unlock tables",
};

/** How another connection gets into the way. */
interface Locks {
  readonly lockTable: readonly string[];
  readonly unlock: string;
}

for (const kind of [postgres, mysql]) {
  runCleanUp(kind);

  test(`rows that another process has under way are passed over (${kind.name})`, async (t) => {
    const { database, another, expired } = await litter(t, kind, 800);
    const storage = another();
    for (const text of kind.dialect.begin) await database.ask(text);
    await database.ask(
      `select key_hash from social_used where expires_at < '${kind.dialect.toDriver(now)}'
       order by expires_at limit 500 for update`,
    );
    alwaysCleanUp(t);
    await storage.used.add("state", later, now);
    await until(async () => (await expired("sessions")) === 0);
    assert.equal(await expired("social_used"), 500);
    await database.ask("commit");
    await storage.used.add("another", later, now);
    await until(async () => (await expired("social_used")) === 0);
  });

  test(`a login does not wait for a clean-up that waits (${kind.name})`, async (t) => {
    const { database, another } = await litter(t, kind, 10);
    const storage = another();
    await storage.migrate();
    for (const text of kind.lockTable) await database.ask(text);
    alwaysCleanUp(t);
    for (const key of ["a", "b", "c"]) assert.ok(await storage.used.add(key, later, now));
    await database.ask(kind.unlock);
    const left = async () => (await database.ask("select id_hash from social_partial")).length;
    await until(async () => (await left()) === 3);
  });
}
