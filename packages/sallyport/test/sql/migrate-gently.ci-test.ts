import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { Dialect } from "../../src/sql/dialect.ts";
import type { MigrationSet } from "../../src/sql/migrations.ts";
import type { PooledOptions } from "../../src/sql/pooled-storage.ts";
import { mysqlStorage } from "../../src/storage/mysql.ts";
import { postgresStorage } from "../../src/storage/postgres.ts";
import type { Storage } from "../../src/storage.ts";
import { ada, now, sessionOf } from "../../src/testing/storage-cases/samples.ts";
import { mysqlDatabase, postgresDatabase, type TestDatabase } from "../storage/databases.ts";
import { until } from "./clean-up.ts";

// Migrations of tables that are in use.

const column = ({ bigint }: Dialect["types"]) => [
  "create table next (id integer)",
  "create index next_id on next (id)",
  `alter table sessions add column next_id ${bigint}`,
];
const index = () => ["create index sessions_next_id on sessions (next_id)"];

interface Kind {
  makeDatabase(): Promise<TestDatabase>;
  open(address: string, options: PooledOptions<never>): Storage;
}

const kinds: Readonly<Record<"PostgreSQL" | "MariaDB", Kind>> = {
  PostgreSQL: { makeDatabase: postgresDatabase, open: postgresStorage },
  MariaDB: { makeDatabase: mysqlDatabase, open: mysqlStorage },
};

/** A database with somebody in it; `opened` is a process that knows further migrations. */
async function start(t: TestContext, { makeDatabase, open }: Kind) {
  const database = await makeDatabase();
  t.after(() => database.close());
  const opened = (migrations: MigrationSet["migrations"]) => {
    const storage = open(database.address, { migrations: [{ name: "next", migrations }] });
    t.after(() => storage.close());
    return storage;
  };
  const older = opened({});
  await older.sessions.add(sessionOf(await older.users.add(ada, now)));
  return { database, opened, older };
}

/** Sessions are added until the work is done; says what the slowest took, in milliseconds. */
async function slowestWhile({ users, sessions }: Storage, work: Promise<unknown>): Promise<number> {
  const user = (await users.findByUsername(ada.username)) ?? assert.fail();
  let slowest = 0;
  let isOver = false;
  const over = work.finally(() => {
    isOver = true;
  });
  for (let count = 0; !isOver; count++) {
    const began = performance.now();
    await sessions.add(sessionOf(user, `hash ${count}`));
    slowest = Math.max(slowest, performance.now() - began);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  await over;
  return slowest;
}

const seconds = (count: number) => new Promise((resolve) => setTimeout(resolve, count * 1000));

for (const [name, kind] of Object.entries(kinds)) {
  test(`a migration that has to wait keeps nobody else waiting for long (${name})`, async (t) => {
    const { database, opened, older } = await start(t, kind);
    await database.ask("begin");
    await database.ask("select * from sessions");
    let isMigrated = false;
    const migrated = opened({ "001": column, "002": index })
      .migrate()
      .then(() => {
        isMigrated = true;
      });
    const held = seconds(4).then(async () => {
      assert.ok(!isMigrated);
      await database.ask("commit");
    });
    const slowest = await slowestWhile(older, held);
    assert.ok(slowest < 2000, `${slowest} ms`);
    await migrated;
    await database.ask("select next_id from sessions");
  });
}

const isValid = async ({ ask }: TestDatabase, name: string) => {
  const text = `select indisvalid as valid from pg_index where indexrelid = to_regclass('${name}')`;
  return (await ask(text))[0]?.valid === true;
};

test("an index of a table in use is made while others write (PostgreSQL)", async (t) => {
  const { database, opened, older } = await start(t, kinds.PostgreSQL);
  await opened({ "001": column }).migrate();
  await database.ask("begin");
  await database.ask("update sessions set last_seen_at = now()");
  const migrated = opened({ "001": column, "002": index }).migrate();
  const recorded = "select name from sallyport_next_migrations where name = '002'";
  await until(async () => (await database.ask(recorded)).length === 1);
  const slowest = await slowestWhile(older, seconds(1));
  assert.ok(slowest < 500, `${slowest} ms`);
  assert.ok(!(await isValid(database, "sessions_next_id")));
  await database.ask("commit");
  await migrated;
  assert.ok(await isValid(database, "sessions_next_id"));
});

test("an index that is missing, or was not finished, is made by the next start (PostgreSQL)", async (t) => {
  const { database, opened } = await start(t, kinds.PostgreSQL);
  const name = "sessions_association_id";
  assert.ok(await isValid(database, name));
  await database.ask(`drop index ${name}`);
  await Promise.all([1, 2, 3].map(() => opened({}).migrate()));
  assert.ok(await isValid(database, name));

  const text = `update pg_index set indisvalid = false where indexrelid = '${name}'::regclass`;
  await database.ask(text);
  await opened({}).migrate();
  assert.ok(await isValid(database, name));
});
