import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import mysql from "mysql2/promise";
import pg from "pg";
import { mysqlStorage } from "../../src/storage/mysql.ts";
import { postgresStorage } from "../../src/storage/postgres.ts";
import { ada, now } from "../../src/testing/storage-cases/samples.ts";
import { mysqlDatabase, postgresDatabase } from "./databases.ts";

// An application's own pool, set as the application likes it.

async function mysqlPool(t: TestContext, settings: mysql.PoolOptions) {
  const database = await mysqlDatabase();
  const pool = mysql.createPool({ uri: database.address, connectionLimit: 1, ...settings });
  t.after(async () => {
    await pool.end();
    await database.close();
  });
  return { database, pool };
}

for (const settings of [
  { timezone: "+05:00" },
  { dateStrings: true, timezone: "+05:00" },
  { supportBigNumbers: true, bigNumberStrings: true },
  { jsonStrings: true },
] satisfies mysql.PoolOptions[]) {
  test(`rows come back as they were from a pool with ${JSON.stringify(settings)}`, async (t) => {
    const { database, pool } = await mysqlPool(t, settings);
    const { users, associations } = mysqlStorage(pool);
    const user = await users.add(ada, now);
    assert.deepEqual(await users.find(user.id), user);
    const account = await associations.add({ userId: user.id, provider: "e", uid: "1" }, now);
    assert.deepEqual(await associations.get(account.id), account);
    const [row] = await database.ask("select created_at from users");
    assert.deepEqual(row?.created_at, now);
  });
}

test("a server that cuts what is too long is refused", async (t) => {
  const { pool } = await mysqlPool(t, {});
  await pool.query("set session sql_mode = ''");
  await assert.rejects(mysqlStorage(pool).users.find(1), /sql_mode must have STRICT_TRANS_TABLES/);
});

test("a pool's own isolation stays as it was", async (t) => {
  const { pool } = await mysqlPool(t, {});
  await mysqlStorage(pool).transaction(({ users }) => users.add(ada, now));
  const [rows] = await pool.query("select @@session.tx_isolation as isolation");
  assert.deepEqual(rows, [{ isolation: "REPEATABLE-READ" }]);
});

test("a pool of pg is not ended, and keeps our statements prepared by name", async (t) => {
  const database = await postgresDatabase();
  const pool = new pg.Pool({ connectionString: database.address, max: 1 });
  t.after(async () => {
    await pool.end();
    await database.close();
  });
  const storage = postgresStorage(pool);
  for (let at = 0; at < 3; at++) await storage.users.find(1);
  await storage.close();
  const { rows } = await pool.query(
    "select statement from pg_prepared_statements where name like 'sallyport_%' and statement like '% from users %'",
  );
  assert.equal(rows.length, 1);
  assert.match(rows[0].statement, /from users where id = \$1 order by id$/);
  assert.deepEqual([pool.listenerCount("error") > 0, pool.idleCount], [true, 1]);
});
