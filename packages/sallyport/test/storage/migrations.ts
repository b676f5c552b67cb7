import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import {
  affiliationMigrations,
  affiliationsOf,
  customersByAsn,
  readAudit,
} from "../../src/affiliations/index.ts";
import type { Query } from "../../src/sql/connection.ts";
import type { Dialect } from "../../src/sql/dialect.ts";
import type { LayoutOptions } from "../../src/sql/layout.ts";
import { migrate } from "../../src/sql/migrate.ts";
import { coreMigrations, type MigrationSet, ourUsers, textsOf } from "../../src/sql/migrations.ts";
import type { SqlRow, SqlValue, Storage } from "../../src/storage.ts";
import { later, now } from "../../src/testing/storage-cases/samples.ts";
import type { TestDatabase } from "./databases.ts";
import { type KnownTable, knownTables, sampleOf } from "./known-tables.ts";
import { schemaOf } from "./schema-dump.ts";

// Every version of the tables is brought to the newest, with rows in all of them, and then a
// process of that version goes on. A new migration is covered by being there.

interface Kind {
  readonly dialect: Dialect;
  readonly makeDatabase: () => Promise<TestDatabase>;
  readonly open: (address: string, options: LayoutOptions<never>) => Storage;
}

/** Brings a database to where these sets end. */
function run({ dialect }: Kind, database: TestDatabase, sets: readonly MigrationSet[]) {
  const texts = sets.map((set) => textsOf(set, dialect, ourUsers(dialect.types)));
  return migrate(dialect, queryOf(database), texts);
}

/** Runs the cases on a kind of database. */
export function runMigrations(kind: string, of: Kind): void {
  const newest = { migrations: [affiliationMigrations] };
  for (const version of versions()) {
    const named = version.map(({ name, migrations }) => {
      return `${Object.keys(migrations).at(-1)} of ${name}`;
    });
    test(`a database at ${named.join(" and ")} comes to the newest (${kind})`, async (t) => {
      const database = await databaseAt(t, of, version);
      const tables = knownTables(version);
      const old = olderProcess(of.dialect, database, tables);
      const before = [await old.insert(1), await old.insert(3, "only what is required")];

      const storage = of.open(database.address, newest);
      t.after(() => storage.close());
      await storage.migrate();
      assert.deepEqual(await storage.pendingMigrations(), []);

      for (const rows of before) assert.deepEqual(await old.read(rows), rows);
      await readThrough(storage, before[0] ?? assert.fail());
      assert.deepEqual(
        await schemaOf(of.dialect.name, database),
        await schemaOf(of.dialect.name, await databaseAt(t, of, sets)),
      );

      const after = [await old.insert(5), await old.insert(7, "only what is required")];
      for (const rows of [...before, ...after]) {
        assert.deepEqual(await old.read(rows), rows);
        await old.update(rows);
      }
      await readThrough(storage, after[0] ?? assert.fail());
    });
  }

  test(`what migrations make is known to the last column (${kind})`, async (t) => {
    const database = await databaseAt(t, of, sets);
    const tables = knownTables(sets);
    await olderProcess(of.dialect, database, tables).insert(1);
    const dump = (await schemaOf(of.dialect.name, database)).join("\n");
    const made = [...dump.matchAll(/^create table [`"]?(\w+)/gim)].map(([, name]) => name ?? "");
    assert.deepEqual(
      made.filter((name) => !name.startsWith("sallyport_")).sort(),
      tables.map(({ name }) => name).sort(),
    );
    for (const { name, columns } of tables) {
      const [row] = await database.ask(`select * from ${name}`);
      assert.deepEqual(Object.keys(row ?? {}).sort(), columns.map((column) => column.name).sort());
    }
  });

  test(`a process of each version starts on the newest tables (${kind})`, async (t) => {
    for (const version of versions()) {
      const database = await databaseAt(t, of, sets);
      await run(of, database, version);
      const known = olderProcess(of.dialect, database, knownTables(version));
      assert.equal((await known.insert(1)).size, knownTables(version).length);
    }
  });

  test(`without leave to change tables a storage says what they lack (${kind})`, async (t) => {
    const database = await databaseAt(t, of, versions()[0] ?? assert.fail());
    const before = await schemaOf(of.dialect.name, database);
    const storage = of.open(database.address, { ...newest, migrate: false });
    t.after(() => storage.close());
    const pending = [...Object.keys(coreMigrations.migrations).slice(1)]
      .map((name) => `${name} of core`)
      .concat(
        Object.keys(affiliationMigrations.migrations).map((name) => `${name} of affiliations`),
      );
    assert.deepEqual(await storage.pendingMigrations(), pending);
    const outdated = {
      code: "tables_outdated",
      message: new RegExp(`lacks ${pending.join(", ")}:`),
    };
    await assert.rejects(storage.users.find(1), outdated);
    await assert.rejects(storage.migrate(), outdated);
    assert.deepEqual(await schemaOf(of.dialect.name, database), before);

    await run(of, database, sets);
    assert.equal(await storage.users.find(1), undefined, "it is found without a restart");
  });
}

const sets = [coreMigrations, affiliationMigrations];

/** Every state of the tables that a process may have left: some of the core's, or all and some of affiliations'. */
function versions(): readonly (readonly MigrationSet[])[] {
  const upTo = (set: MigrationSet) =>
    Object.keys(set.migrations).map((_, at) => ({
      ...set,
      migrations: Object.fromEntries(Object.entries(set.migrations).slice(0, at + 1)),
    }));
  return [
    ...upTo(coreMigrations).map((core) => [core]),
    ...upTo(coreMigrations).flatMap((core) =>
      upTo(affiliationMigrations).map((affiliations) => [core, affiliations]),
    ),
  ];
}

async function databaseAt(
  t: TestContext,
  of: Kind,
  version: readonly MigrationSet[],
): Promise<TestDatabase> {
  const database = await of.makeDatabase();
  t.after(() => database.close());
  await run(of, database, version);
  return database;
}

function queryOf({ ask }: TestDatabase): Query {
  return async (text, values) => ({ rows: await ask(text, values), changes: 0 });
}

/** One row of each table. */
type Rows = ReadonlyMap<string, Readonly<Record<string, SqlValue>>>;

/** What a process that knows these tables, and nothing newer, does with them. */
function olderProcess(dialect: Dialect, { ask }: TestDatabase, tables: readonly KnownTable[]) {
  const run = (text: string, values: readonly SqlValue[]) =>
    ask(dialect.toStatement(text), values.map(dialect.toDriver));
  const keyOf = ({ columns }: KnownTable) => columns[0] ?? assert.fail();

  async function insert(number: number, only?: "only what is required"): Promise<Rows> {
    const rows = new Map<string, Readonly<Record<string, SqlValue>>>();
    for (const table of tables) {
      const given = table.columns.filter(
        ({ type, required }) => type !== "id" && (required || !only),
      );
      const row = given.map((column): readonly [string, SqlValue] => {
        const parent = rows.get(table.references[column.name] ?? "");
        return [column.name, parent?.id ?? sampleOf(column, number)];
      });
      await run(
        `insert into ${table.name} (${row.map(([name]) => name).join(", ")})
         values (${row.map(() => "?").join(", ")})`,
        row.map(([, value]) => value),
      );
      const key = keyOf(table);
      const [last] = key.type === "id" ? await ask(`select max(id) as id from ${table.name}`) : [];
      const id = last && { id: Number(last.id) };
      rows.set(table.name, { ...id, ...Object.fromEntries(row) });
    }
    return rows;
  }

  /** The same rows as they are now, the columns of each as it was inserted. */
  async function read(rows: Rows): Promise<Rows> {
    const found = new Map<string, Readonly<Record<string, SqlValue>>>();
    for (const table of tables) {
      const names = Object.keys(rows.get(table.name) ?? {});
      const key = keyOf(table).name;
      const [row] = await run(`select ${names.join(", ")} from ${table.name} where ${key} = ?`, [
        rows.get(table.name)?.[key] ?? null,
      ]);
      found.set(table.name, plain(table, row ?? assert.fail(`a row of ${table.name} is gone`)));
    }
    return found;
  }

  async function update(rows: Rows): Promise<void> {
    for (const table of tables) {
      const { [keyOf(table).name]: key = null, ...rest } = rows.get(table.name) ?? assert.fail();
      const assignments = Object.keys(rest).map((name) => `${name} = ?`);
      const text = `update ${table.name} set ${assignments} where ${keyOf(table).name} = ?`;
      await run(text, [...Object.values(rest), key]);
    }
  }

  return { insert, read, update };
}

/** A row as it was given to the driver. */
function plain({ columns }: KnownTable, row: SqlRow): Readonly<Record<string, SqlValue>> {
  const entries = Object.entries(row).map(([name, value]) => {
    const type = columns.find((column) => column.name === name)?.type;
    if (type === "time") return [name, new Date(textOf(value))];
    if (type === "boolean") return [name, Boolean(value)];
    if (type === "json") return [name, typeof value === "string" ? value : JSON.stringify(value)];
    return [name, typeof value === "string" && /^\d+$/.test(value) ? Number(value) : value];
  });
  return Object.fromEntries(entries);
}

function textOf(value: unknown): string {
  return value instanceof Date ? value.toISOString() : String(value);
}

/** Finds, by everything that the storage has for it, what an older process wrote. */
async function readThrough(storage: Storage, rows: Rows): Promise<void> {
  const { users, associations, sessions, paused } = storage;
  const sql = storage.sql ?? assert.fail("no SQL");
  const of = (table: string) => rows.get(table) ?? {};
  const id = Number(of("users").id);
  const user = (await users.find(id)) ?? assert.fail("no user");
  assert.equal(user.username, of("users").username);
  assert.equal(user.createdAt.getTime(), Object(of("users").created_at).getTime());
  assert.deepEqual(await users.findByUsername(String(of("users").username_key)), user);
  assert.deepEqual(await users.findByEmail(String(of("users").email_key)), [user]);

  const { provider, uid } = of("social_auth");
  const account = await associations.find(String(provider), String(uid));
  assert.deepEqual(await associations.ofUser(id), [account]);
  assert.deepEqual(account?.extraData, JSON.parse(String(of("social_auth").extra_data)));
  const session = await sessions.find(String(of("sessions").id_hash));
  assert.deepEqual([session?.userId, session?.backend], [id, of("sessions").backend]);
  const login = rows.get("social_partial");
  if (login) assert.equal((await paused.find(String(login.id_hash)))?.data, login.data);
  const key = `key ${id}`;
  assert.deepEqual(
    [await storage.used.add(key, later, now), await storage.used.add(key, later, now)],
    [true, false],
  );

  const customer = rows.get("customers");
  if (!customer) return;
  const [found] = await affiliationsOf(sql, id);
  assert.deepEqual(
    [found?.customer.id, found?.createdBy],
    [customer.id, of("affiliations").created_by],
  );
  assert.ok((await customersByAsn(sql, [Number(customer.asn)])).length > 0);
  const lines = await readAudit(sql, String(of("audit_log").subject), { since: now });
  assert.deepEqual(
    lines.map(({ action }) => action),
    [of("audit_log").action],
  );
}
