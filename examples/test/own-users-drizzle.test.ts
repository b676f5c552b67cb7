import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import Database from "better-sqlite3";
import { Conflict } from "sallyport";
import { sqliteStorage } from "sallyport/storage/sqlite";
import { userStoreContract } from "sallyport/testing";
import { startSite, temporaryFile } from "../../packages/sallyport/test/site.ts";
import { users } from "../own-users/drizzle.ts";

/** A file with the table, as a migration makes it. */
function membersFile(t: TestContext): string {
  const file = temporaryFile(t);
  const database = new Database(file);
  database.exec(`create table members (
    id text primary key, username text not null unique, email text,
    email_verified integer not null, full_name text not null,
    is_active integer not null default 1, last_login_at integer)`);
  database.close();
  return file;
}

test("Drizzle's store is right by the contract for stores", async (t) => {
  const cases = userStoreContract(async () => {
    const storage = sqliteStorage(membersFile(t), { users });
    return { storage, close: () => storage.close() };
  });
  for (const { run } of cases) await run();
});

test("a person in a table of Drizzle's signs in, comes back, and is removed", async (t) => {
  const file = membersFile(t);
  const database = new Database(file);
  t.after(() => database.close());
  const members = () => database.prepare("select * from members").all();

  const storage = sqliteStorage(file, { users });
  const { auth, provider, browser } = await startSite(t, { storage });
  provider.profile = { id: 1, login: "ada", email: "ada@example.net" };
  assert.equal((await browser().signIn("example")).status, 303);
  provider.profile = { id: 1, login: "ada", email: "ada@example.net", name: "Ada Lovelace" };
  const person = browser();
  assert.equal((await person.signIn("example")).status, 303);
  assert.equal(members().length, 1);

  const user = await auth.user({ headers: { cookie: person.cookieHeader() } });
  assert.ok(user?.lastLoginAt);
  assert.deepEqual([user.username, user.fullName], ["ada", "Ada Lovelace"]);
  assert.deepEqual(await storage.users.findByEmail("ADA@example.net"), [user]);

  const taken = storage.transaction(async (tables) => {
    await tables.users.update(user.id, { fullName: "lost" }, new Date());
    await tables.users.add({ username: "ada", creator: "test" }, new Date());
  });
  await assert.rejects(taken, Conflict);
  assert.equal((await storage.users.find(user.id))?.fullName, "Ada Lovelace");

  await storage.users.remove(user.id);
  assert.deepEqual(members(), []);
  assert.equal(await auth.user({ headers: { cookie: person.cookieHeader() } }), undefined);
});
