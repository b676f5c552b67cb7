import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { coreMigrations } from "../../src/sql/migrations.ts";
import type { PooledOptions } from "../../src/sql/pooled-storage.ts";
import { mysqlStorage } from "../../src/storage/mysql.ts";
import { postgresStorage } from "../../src/storage/postgres.ts";
import { Conflict, StorageUnavailable } from "../../src/storage.ts";
import { ada, ben, later, now } from "../../src/testing/storage-cases/samples.ts";
import { codeOf, startSite } from "../site.ts";
import { cuttable } from "./cuttable.ts";
import { mysqlDatabase, postgresDatabase } from "./databases.ts";
import { loginProcess } from "./login-processes.ts";

// What holds on a server with several processes and connections that break.

const kinds = {
  PostgreSQL: { makeDatabase: postgresDatabase, open: postgresStorage },
  MariaDB: { makeDatabase: mysqlDatabase, open: mysqlStorage },
};

for (const [kind, { makeDatabase, open }] of Object.entries(kinds)) {
  async function start(t: TestContext) {
    const database = await makeDatabase();
    t.after(() => database.close());
    const connected = (address = database.address, options: PooledOptions<never> = {}) => {
      const storage = open(address, options);
      t.after(() => storage.close());
      return storage;
    };
    const count = async (what: string) => {
      const [row] = await database.ask(`select count(*) as total from ${what}`);
      return Number(row?.total);
    };
    return { database, connected, count };
  }

  test(`eight first logins of one person in two processes make one user (${kind})`, async (t) => {
    const { database, connected, count } = await start(t);
    await connected().migrate();
    const processes = await Promise.all([1, 2].map(() => loginProcess(t, database.address, 4)));
    const answers = await Promise.all(processes.map((goOn) => goOn()));

    assert.deepEqual(answers.flat(), Array(8).fill(303));
    assert.deepEqual(
      [await count("users"), await count("social_auth"), await count("sessions")],
      [1, 1, 8],
    );
  });

  test(`storages that start at once on a new database make its tables once (${kind})`, async (t) => {
    const { connected, count } = await start(t);
    const storages = Array.from({ length: 6 }, () => connected());
    await Promise.all(
      storages.map(({ users }, at) => users.add({ ...ada, username: `user-${at}` }, now)),
    );
    assert.equal(await count("users"), 6);
    const each = Object.keys(coreMigrations.migrations).length;
    assert.equal(await count("sallyport_core_migrations"), each);
  });

  test(`a migration that breaks off is made up for (${kind})`, async (t) => {
    const { database } = await start(t);
    const set = (last: string) => ({
      name: "extra",
      migrations: {
        "001": () => [
          "create table extra (id integer)",
          "create index extra_id on extra (id)",
          last,
        ],
      },
    });
    const broken = open(database.address, { migrations: [set("create nonsense")] });
    await assert.rejects(
      broken.users.find(1),
      /migration 001 of the extra tables failed: .*syntax/,
    );
    await broken.close();

    const mended = open(database.address, { migrations: [set("create table more (id integer)")] });
    t.after(() => mended.close());
    await mended.migrate();
    assert.deepEqual(await database.ask("select * from extra, more"), []);
  });

  test(`two transactions that wait for each other end, one with a conflict (${kind})`, async (t) => {
    const storage = (await start(t)).connected();
    const [one, other] = [await storage.users.add(ada, now), await storage.users.add(ben, now)];
    const crossing = ([first, second]: readonly [number | string, number | string]) =>
      storage.transaction(async ({ users }) => {
        await users.update(first, { fullName: "changed" }, later);
        await new Promise((resolve) => setTimeout(resolve, 100));
        await users.update(second, { fullName: "changed" }, later);
      });
    const outcomes = await Promise.allSettled(
      (
        [
          [one.id, other.id],
          [other.id, one.id],
        ] as const
      ).map(crossing),
    );
    const failed = outcomes.filter((outcome) => outcome.status === "rejected");
    assert.equal(failed.length, 1);
    assert.ok(failed[0]?.reason instanceof Conflict);
  });

  test(`a server that goes away ends no process, and is found again (${kind})`, async (t) => {
    const { database, connected, count } = await start(t);
    const way = await cuttable(database.address);
    t.after(() => way.close());
    const storage = connected(way.address);
    await storage.users.add(ada, now);

    const held = storage.transaction(async ({ users }) => {
      await users.add(ben, now);
      await way.cut();
      await users.add({ ...ben, username: "cleo" }, now);
    });
    await assert.rejects(held, StorageUnavailable);
    await assert.rejects(storage.users.findByUsername("ada"), StorageUnavailable);
    await assert.rejects(storage.used.add("key", later, now), StorageUnavailable);

    await way.mend();
    const found = await Promise.all(
      Array.from({ length: 12 }, () => storage.users.findByUsername("ada")),
    );
    assert.deepEqual(
      found.map((user) => user?.username),
      Array(12).fill("ada"),
    );
    assert.equal(await count("users"), 1);
  });

  test(`idle connections that break are noticed before they are used (${kind})`, async (t) => {
    const { database, connected } = await start(t);
    const way = await cuttable(database.address);
    t.after(() => way.close());
    const storage = connected(way.address);
    await Promise.all(Array.from({ length: 12 }, () => storage.users.findByUsername("ada")));
    await way.cut();
    await way.mend();
    await new Promise((resolve) => setTimeout(resolve, 50));
    const found = Array.from({ length: 12 }, () => storage.users.findByUsername("ada"));
    assert.deepEqual(await Promise.all(found), Array(12).fill(undefined));
  });

  test(`a login while the server is away is a 503, and afterwards succeeds (${kind})`, async (t) => {
    const { database, connected } = await start(t);
    const way = await cuttable(database.address);
    t.after(() => way.close());
    const { browser } = await startSite(t, { storage: connected(way.address) });
    assert.equal((await browser().signIn("example")).status, 303);
    await way.cut();
    const answer = await browser().signIn("example");
    assert.equal(answer.status, 503);
    assert.ok(answer.headers.has("retry-after"));
    assert.equal(await codeOf(answer), "storage_unavailable");
    await way.mend();
    assert.equal((await browser().signIn("example")).status, 303);
  });

  test(`a server that takes a statement and never answers is unavailable in time (${kind})`, async (t) => {
    const { database, connected, count } = await start(t);
    const way = await cuttable(database.address);
    t.after(() => way.close());
    const storage = connected(way.address, { connectTimeout: 600, statementTimeout: 300 });
    await storage.users.add(ada, now);

    const begun = performance.now();
    const held = storage.transaction(async ({ users }) => {
      await users.add(ben, now);
      way.hang();
      await users.add({ ...ben, username: "cleo" }, now);
    });
    await assert.rejects(held, /no answer from the database in 300 ms/);
    await way.mend();
    const unprepared = storage.transaction(async ({ users, used }) => {
      await users.add(ben, now);
      way.hang();
      await used.add("key", later, now);
    });
    await assert.rejects(unprepared, /no answer from the database in 300 ms/);
    // More callers than there are connections: some wait for one until their time is over.
    const all = await Promise.allSettled(
      Array.from({ length: 30 }, () => storage.users.findByUsername("ada")),
    );
    for (const each of all) {
      assert.ok(each.status === "rejected" && each.reason instanceof StorageUnavailable);
    }
    // Two statements' time, then a connection's and a statement's, and room for a slow machine.
    assert.ok(performance.now() - begun < 2 * 300 + 900 + 3000);

    await way.mend();
    assert.equal((await storage.users.findByUsername("ada"))?.username, "ada");
    assert.equal(await count("users"), 1);
  });

  test(`a ping asks each time whether the server is there (${kind})`, async (t) => {
    const { database, connected, count } = await start(t);
    const way = await cuttable(database.address);
    t.after(() => way.close());
    const storage = connected(way.address);
    await storage.ping();
    assert.equal(await count("users"), 0, "the tables are there");
    await way.cut();
    await assert.rejects(storage.ping(), StorageUnavailable);
    await way.mend();
    await storage.ping();
  });

  test(`an application is not ready while its server hangs, and says so in time (${kind})`, async (t) => {
    const { database, connected } = await start(t);
    const way = await cuttable(database.address);
    t.after(() => way.close());
    const { auth } = await startSite(t, { storage: connected(way.address) });
    await auth.ready();
    way.hang();
    const asked = performance.now();
    await assert.rejects(auth.ready(), /the database did not answer in 2000 ms/);
    assert.ok(performance.now() - asked < 4000);
    await way.mend();
    await auth.ready();
  });

  test(`an address where nobody listens is unavailable, without its password (${kind})`, async (t) => {
    const { database, connected } = await start(t);
    const way = await cuttable(database.address);
    await way.close();
    const url = new URL(way.address);
    url.password = "hunter2";
    await assert.rejects(
      connected(url.href).migrate(),
      (error) => error instanceof StorageUnavailable && !error.message.includes("hunter2"),
    );
  });
}
