import assert from "node:assert/strict";
import { test } from "node:test";
import { PGlite } from "@electric-sql/pglite";
import Database from "better-sqlite3";
import { type Generated, Kysely, PostgresDialect, SqliteDialect, sql } from "kysely";
import pg, { type PoolClient } from "pg";
import { kyselyStorage } from "../../src/storage/kysely.ts";
import { type PgLite, postgresStorage } from "../../src/storage/postgres.ts";
import { Conflict, type Storage } from "../../src/storage.ts";
import { ada, ben, now } from "../../src/testing/storage-cases/samples.ts";
import type { StoredUser, UserStore } from "../../src/user-store.ts";
import { temporaryFile } from "../site.ts";
import { postgresDatabase } from "./databases.ts";

// What each driver hands to a store of the application's, and that it is the transaction's own.

async function joins(storage: Storage): Promise<void> {
  const user = await storage.users.add(ada, now);
  const failing = storage.transaction(async ({ users }) => {
    await users.add(ben, now);
    await users.update(user.id, { username: "changed" }, now);
    throw new RangeError("on purpose");
  });
  await assert.rejects(failing, RangeError);
  assert.equal(await storage.users.findByUsername("ben"), undefined);
  assert.deepEqual(await storage.users.find(user.id), user);
  await assert.rejects(storage.users.add(ada, now), Conflict);
  await storage.users.remove(user.id);
  assert.equal(await storage.users.find(user.id), undefined);
}

interface Tables {
  readonly members: { readonly id: Generated<number>; readonly username: string };
}

const kyselyUsers: UserStore<Kysely<Tables>> = {
  find: (id, db) =>
    db.selectFrom("members").selectAll().where("id", "=", Number(id)).executeTakeFirst(),
  findByEmail: () => [],
  findByUsername: (username, db) =>
    db.selectFrom("members").selectAll().where("username", "=", username).executeTakeFirst(),
  add: ({ username }, db) =>
    db
      .insertInto("members")
      .values({ username })
      .returning(["id", "username"])
      .executeTakeFirstOrThrow(),
  update: (id, { username }, db) =>
    db
      .updateTable("members")
      .set((set) => ({ username: username ?? set.ref("username") }))
      .where("id", "=", Number(id))
      .execute(),
  remove: (id, db) => db.deleteFrom("members").where("id", "=", Number(id)).execute(),
};

test("a Kysely of the application's is handed over bound to the transaction's connection", async (t) => {
  const database = await postgresDatabase();
  await database.ask("create table members (id bigserial primary key, username text unique)");
  const pool = new pg.Pool({ connectionString: database.address });
  const file = temporaryFile(t);
  const onPostgres = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
  const onSqlite = new Kysely<Tables>({
    dialect: new SqliteDialect({ database: new Database(file) }),
  });
  t.after(async () => {
    await onSqlite.destroy();
    await onPostgres.destroy();
    await database.close();
  });
  await sql`create table members (id integer primary key autoincrement, username text unique)`.execute(
    onSqlite,
  );
  await joins(kyselyStorage(onPostgres, { dialect: "postgres", users: kyselyUsers }));
  await joins(kyselyStorage(onSqlite, { dialect: "sqlite", users: kyselyUsers }));
});

test("a PGlite is handed over itself", async (t) => {
  const database = await PGlite.create();
  t.after(() => database.close());
  await database.exec("create table members (id serial primary key, username text unique)");
  const one = async (db: PgLite, text: string, values: unknown[]) =>
    (await db.query(text, values)).rows[0] as StoredUser | undefined;
  const users: UserStore<PgLite> = {
    find: (id, db) => one(db, "select * from members where id = $1", [id]),
    findByEmail: () => [],
    findByUsername: (name, db) => one(db, "select * from members where username = $1", [name]),
    add: async ({ username }, db) =>
      (await one(db, "insert into members (username) values ($1) returning *", [username])) ??
      assert.fail(),
    update: (id, { username }, db) =>
      db.query("update members set username = coalesce($2, username) where id = $1", [
        id,
        username,
      ]),
    remove: (id, db) => db.query("delete from members where id = $1", [id]),
  };
  await joins(postgresStorage(database, { users }));
});

test("a store that catches the server's error is told that the transaction is over", async (t) => {
  const database = await postgresDatabase();
  t.after(() => database.close());
  const users: UserStore<PoolClient> = {
    find: () => undefined,
    findByEmail: () => [],
    add: () => ({ id: 1 }),
    update: (_, __, client) => client.query("select nonsense").catch(() => {}),
    remove: () => {},
  };
  const storage = postgresStorage(database.address, { users });
  t.after(() => storage.close());
  await assert.rejects(
    storage.users.update(1, { fullName: "Ada" }, now),
    /the users store ended the transaction, or went on after an error in it/,
  );
});
