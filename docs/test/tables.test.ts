import assert from "node:assert/strict";
import { after, test } from "node:test";
import type { DetachedUserStore, Storage } from "sallyport";
import { affiliationMigrations } from "sallyport/affiliations";
import { sqliteStorage } from "sallyport/storage/sqlite";
import { headings, page, section } from "./markdown.ts";

const tables = page("docs/reference/tables.md");
/** Never called: what its tables are is asked, not who is in them. */
const nobody: DetachedUserStore = {
  transactional: false,
  find: () => undefined,
  findByEmail: () => [],
  findByKey: () => undefined,
  add: () => ({ id: 1 }),
  update: () => {},
  remove: () => {},
};
const storage = sqliteStorage(":memory:", { migrations: [affiliationMigrations] });
const besideUsers = sqliteStorage(":memory:", { users: nobody });
after(() => storage.close());
after(() => besideUsers.close());

/** All tables that there can be. */
async function schema(): Promise<ReadonlyMap<string, readonly string[]>> {
  return new Map([...(await schemaOf(besideUsers)), ...(await schemaOf(storage))]);
}

async function schemaOf(storage: Storage): Promise<ReadonlyMap<string, readonly string[]>> {
  await storage.migrate();
  const rows = await storage.sql?.all(
    `select tables.name as "table", columns.name as "column", lower(columns.type) as type,
       columns."notnull" as required
     from sqlite_master as tables join pragma_table_info(tables.name) as columns
     where tables.type = 'table' and tables.name not like 'sqlite_%'
     order by tables.name, columns.cid`,
    [],
  );
  const found = new Map<string, string[]>();
  for (const { table, column, type, required } of rows ?? []) {
    const words = `${type}${required ? ", not null" : ""}`;
    found.set(String(table), [...(found.get(String(table)) ?? []), `| \`${column}\` | ${words} |`]);
  }
  return found;
}

test("tables.md has each table with its columns and their types, in order", async () => {
  for (const [table, columns] of await schema()) {
    const rows = section(tables, `\`${table}\``).flatMap(
      (text) => /^\| `\w+` \| (?:text|integer|varchar)[^|]* \|/.exec(text)?.[0] ?? [],
    );
    assert.deepEqual(rows, columns, `the table ${table}`);
  }
});

test("tables.md has no table that does not exist", async () => {
  const named = headings(tables).flatMap((heading) => /^`(\w+)`$/.exec(heading)?.[1] ?? []);
  assert.deepEqual(named.toSorted(), [...(await schema()).keys()].toSorted());
});
