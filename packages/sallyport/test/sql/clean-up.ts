import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { expiringTables, rowsABatch } from "../../src/sql/clean-up.ts";
import type { Dialect } from "../../src/sql/dialect.ts";
import type { Storage } from "../../src/storage.ts";
import { ada, later, now } from "../../src/testing/storage-cases/samples.ts";
import type { TestDatabase } from "../storage/databases.ts";

// What becomes of expired rows, on a real database.

/** A kind of database under these cases. */
export interface Kind {
  readonly name: string;
  readonly dialect: Dialect;
  makeDatabase(): Promise<TestDatabase>;
  open(address: string): Storage;
  /** The plan of a statement with one value, each line of it. */
  explain(database: TestDatabase, statement: string, value: string): Promise<readonly string[]>;
}

/** A database with expired rows in every table that has any. */
export interface Littered {
  readonly database: TestDatabase;
  /** Another process's storage, so to speak. */
  another(): Storage;
  /** How many rows of a table have ended by {@link now}. */
  expired(table: string): Promise<number>;
  /** How many have not. */
  alive(table: string): Promise<number>;
}

/** Puts expired rows into each table, and three that live on. */
export async function litter(t: TestContext, kind: Kind, rows: number): Promise<Littered> {
  const database = await kind.makeDatabase();
  t.after(() => database.close());
  const another = () => {
    const storage = kind.open(database.address);
    t.after(() => storage.close());
    return storage;
  };
  const { id } = await another().users.add(ada, now);
  const at = (time: Date) => `'${kind.dialect.toDriver(time)}'`;
  const ends = (row: number) => at(row < 3 ? later : new Date(now.getTime() - row * 1000));
  const values = (one: (row: number) => string) =>
    Array.from({ length: rows + 3 }, (_, row) => `(${one(row)})`).join(", ");
  await database.ask(
    `insert into social_used (key_hash, expires_at)
     values ${values((row) => `'key ${row}', ${ends(row)}`)}`,
  );
  await database.ask(
    `insert into social_partial (id_hash, data, expires_at)
     values ${values((row) => `'id ${row}', 'v1.sealed', ${ends(row)}`)}`,
  );
  await database.ask(
    `insert into social_limits (key_hash, count, expires_at)
     values ${values((row) => `'key ${row}', 1, ${ends(row)}`)}`,
  );
  await database.ask(
    `insert into sessions (id_hash, user_id, created_at, expires_at, last_seen_at, authenticated_at, backend)
     values ${values((row) => `'id ${row}', ${id}, ${at(now)}, ${ends(row)}, ${at(now)}, ${at(now)}, 'e'`)}`,
  );
  const count = async (table: string, condition: string) => {
    const [row] = await database.ask(
      `select count(*) as total from ${table} where expires_at ${condition} ${at(now)}`,
    );
    return Number(row?.total);
  };
  return {
    database,
    another,
    expired: (table) => count(table, "<"),
    alive: (table) => count(table, ">="),
  };
}

/** Every use starts a turn from now on, unless one runs. */
export function alwaysCleanUp(t: TestContext): void {
  t.mock.method(Math, "random", () => 0);
}

/** Waits until it is so. */
export async function until(isSo: () => Promise<boolean>): Promise<void> {
  const giveUpAt = performance.now() + 60_000;
  while (!(await isSo())) {
    assert.ok(performance.now() < giveUpAt, "it never came to that");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Runs the cases that hold on every kind. */
export function runCleanUp(kind: Kind): void {
  const tables = Object.keys(expiringTables);

  test(`expired rows go from every table, and the others stay (${kind.name})`, async (t) => {
    const { another, expired, alive } = await litter(t, kind, 1200);
    const storage = another();
    alwaysCleanUp(t);
    assert.ok(await storage.used.add("state", later, now));
    for (const table of tables) {
      await until(async () => (await expired(table)) === 0);
      assert.equal(await alive(table), table === "social_used" ? 4 : 3);
    }
  });

  test(`nothing is cleaned up by most logins, nor within a transaction (${kind.name})`, async (t) => {
    const { another, expired } = await litter(t, kind, 10);
    const storage = another();
    t.mock.method(Math, "random", () => 0.01);
    await storage.used.add("state", later, now);
    alwaysCleanUp(t);
    await storage.transaction(({ used }) => used.add("another", later, now));
    await storage.close();
    for (const table of tables) assert.equal(await expired(table), 10);
  });

  test(`a batch is bounded, and closing waits for it and no other (${kind.name})`, async (t) => {
    const { another, expired } = await litter(t, kind, 1200);
    const storage = another();
    alwaysCleanUp(t);
    await storage.used.add("state", later, now);
    await storage.close();
    const left = await Promise.all(tables.map(expired));
    const taken = tables.length * 1200 - left.reduce((sum, each) => sum + each);
    // One of each table at most: the pause before a second round is longer than a use takes.
    assert.ok(taken >= rowsABatch && taken <= tables.length * rowsABatch, String(left));
    assert.ok(
      left.every((each) => each === 1200 || each === 1200 - rowsABatch),
      String(left),
    );
  });

  test(`a turn is bounded, and the next one goes on (${kind.name})`, async (t) => {
    const { another, expired } = await litter(t, kind, 6000);
    const storage = another();
    alwaysCleanUp(t);
    await storage.used.add("state", later, now);
    await until(async () => (await expired("sessions")) === 1000);
    await new Promise((resolve) => setTimeout(resolve, 300));
    for (const table of tables) assert.equal(await expired(table), 1000);
    await storage.used.add("another", later, now);
    for (const table of tables) await until(async () => (await expired(table)) === 0);
  });

  test(`two processes that clean up at once do it all, and no use of theirs fails (${kind.name})`, async (t) => {
    const { another, expired, alive } = await litter(t, kind, 3000);
    const storages = [another(), another()];
    alwaysCleanUp(t);
    const uses = storages.flatMap(({ used }, process) =>
      Array.from({ length: 20 }, (_, at) => used.add(`state ${process} ${at}`, later, now)),
    );
    assert.deepEqual(await Promise.all(uses), Array(40).fill(true));
    for (const table of tables) await until(async () => (await expired(table)) === 0);
    assert.equal(await alive("social_used"), 43);
  });

  test(`a clean-up that fails does no harm to the login beside it (${kind.name})`, async (t) => {
    const { database, another, expired } = await litter(t, kind, 10);
    const storage = another();
    await database.ask("drop table social_partial");
    alwaysCleanUp(t);
    assert.ok(await storage.used.add("state", later, now));
    await until(async () => (await expired("social_used")) === 0);
    assert.ok(await storage.used.add("another", later, now));
  });

  test(`expired rows are found by the index (${kind.name})`, async (t) => {
    const { database } = await litter(t, kind, 3000);
    const value = `'${kind.dialect.toDriver(now)}'`;
    for (const [table, key] of Object.entries(expiringTables)) {
      const statement = kind.dialect.deleteExpired({ table, key, most: rowsABatch });
      const plan = await kind.explain(database, statement, value);
      assert.ok(
        plan.some((line) => line.includes(`${table}_expires_at`)),
        plan.join("\n"),
      );
      const scans = plan.filter((line) => /\bSeq Scan\b|^SCAN\b|\bALL\b/.test(line));
      assert.deepEqual(scans, []);
    }
  });
}
