import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import Database from "better-sqlite3";
import { affiliationMigrations } from "../src/affiliations/index.ts";
import { type SqliteDatabase, sqliteStorage } from "../src/storage/sqlite.ts";
import { Conflict, type Storage } from "../src/storage.ts";
import { storageOfTenant } from "../src/tenant-storage.ts";
import { userStoreContract } from "../src/testing/index.ts";
import { ada, ben, now } from "../src/testing/storage-cases/samples.ts";
import type { StoredUser, UserStore } from "../src/user-store.ts";
import { steps } from "./faults/flows.ts";
import { startSite, temporaryFile } from "./site.ts";

import { besidePeople, onPeople } from "./storage/own-users-cases.ts";
import { sqliteUsers } from "./storage/own-users-kinds.ts";

// Whole logins of people in a table of the application's.

const kinds = {
  "integer ids": async () => {
    const on = await onPeople(sqliteUsers, "integer");
    return { ...on, people: on.database };
  },
  "text ids": async () => {
    const on = await onPeople(sqliteUsers, "text");
    return { ...on, people: on.database };
  },
  detached: () => besidePeople(sqliteUsers, "text"),
};

for (const [kind, open] of Object.entries(kinds)) {
  /** A site whose people are in a table of its own. */
  const start = async (t: TestContext) => {
    const { storage, people, database, close } = await open();
    t.after(close);
    const site = await startSite(t, { storage, pipeline: steps });
    const count = async (from: string) =>
      Number((await database.ask(`select count(*) as total from ${from}`))[0]?.total);
    return { ...site, people, count };
  };

  test(`a first login makes a person, a second finds them (${kind})`, async (t) => {
    const { auth, provider, people, count, browser } = await start(t);
    provider.profile = { id: 1, login: "ada", email: "ada@example.net" };
    const [first, second] = [browser(), browser()];
    assert.equal((await first.signIn("example")).status, 303);
    provider.profile = { id: 1, login: "ada", email: "ada@example.net", name: "Ada Lovelace" };
    assert.equal((await second.signIn("example")).status, 303);

    const rows = await people.ask("select * from people");
    assert.deepEqual(
      rows.map(({ nick, mail, whole_name, made_by }) => [nick, mail, whole_name, made_by]),
      [["ada", "ada@example.net", "Ada Lovelace", "example"]],
    );
    assert.ok(rows[0]?.seen);
    const user = await auth.user({ headers: { cookie: first.cookieHeader() } });
    assert.equal(user?.id, rows[0]?.person);
    assert.deepEqual([user?.fullName, user?.isActive], ["Ada Lovelace", true]);
    assert.doesNotMatch(JSON.stringify(user), /hunter2|password/);
    assert.deepEqual([await count("social_auth"), await count("sessions")], [1, 2]);
  });

  test(`accounts are joined by e-mail, disconnected, and connected again (${kind})`, async (t) => {
    const { provider, people, count, browser } = await start(t);
    const person = { id: 1, login: "ada", email: "ada@example.net" };
    provider.profile = person;
    await browser().signIn("example");
    provider.profile = { ...person, id: 2, email: "Ada@example.net" };
    const other = browser();
    await other.signIn("second");
    assert.equal((await people.ask("select * from people")).length, 1);
    assert.equal(await count("social_auth"), 2);

    assert.equal((await other.post("/auth/disconnect/example")).status, 303);
    assert.equal(await count("social_auth"), 1);
    provider.profile = person;
    assert.equal((await other.signIn("example")).status, 303);
    assert.equal(await count("social_auth"), 2);
    assert.equal((await people.ask("select * from people")).length, 1);
  });

  test(`an account that was disconnected makes a new person, not its old one (${kind})`, async (t) => {
    const { provider, people, browser } = await start(t);
    provider.profile = { id: 1, login: "ada" };
    const ada = browser();
    await ada.signIn("example");
    provider.profile = { id: 2, login: "ada" };
    await ada.signIn("second");
    await ada.post("/auth/disconnect/example");
    provider.profile = { id: 1, login: "ada" };
    assert.equal((await browser().signIn("example")).status, 303);
    assert.equal((await people.ask("select * from people")).length, 2);
  });

  test(`a disabled person does not get in (${kind})`, async (t) => {
    const { auth, people, browser } = await start(t);
    const ada = browser();
    await ada.signIn("example");
    await people.ask("update people set active = 0");
    assert.equal(await auth.user({ headers: { cookie: ada.cookieHeader() } }), undefined);
    assert.equal((await browser().signIn("example")).status, 403);
  });

  test(`who is removed is signed out, and comes back as somebody new (${kind})`, async (t) => {
    const { auth, storage, people, count, browser } = await start(t);
    const ada = browser();
    await ada.signIn("example");
    const user = await auth.user({ headers: { cookie: ada.cookieHeader() } });
    assert.ok(user);
    await storage.users.remove(user.id);
    assert.deepEqual(await people.ask("select * from people"), []);
    assert.deepEqual([await count("social_auth"), await count("sessions")], [0, 0]);
    assert.equal(await auth.user({ headers: { cookie: ada.cookieHeader() } }), undefined);

    await ada.signIn("example");
    const again = await auth.user({ headers: { cookie: ada.cookieHeader() } });
    assert.ok(again && again.id !== user.id);
  });

  test(`who was deleted behind our back is somebody new, and nobody else (${kind})`, async (t) => {
    const { auth, provider, people, count, browser } = await start(t);
    provider.profile = { id: 1, login: "ada" };
    const ada = browser();
    await ada.signIn("example");
    await people.ask("delete from people");
    assert.equal(await auth.user({ headers: { cookie: ada.cookieHeader() } }), undefined);
    provider.profile = { id: 2, login: "ben" };
    const ben = browser();
    await ben.signIn("example");
    provider.profile = { id: 1, login: "ada" };
    const twice = [browser(), browser()];
    for (const again of twice) assert.equal((await again.signIn("example")).status, 303);
    const users = await Promise.all(
      twice.map((again) => auth.user({ headers: { cookie: again.cookieHeader() } })),
    );
    assert.equal(users[0]?.username, "ada");
    assert.deepEqual(users[0]?.id, users[1]?.id);
    assert.equal((await people.ask("select * from people")).length, 2);
    assert.equal(await count("social_auth"), 2);
  });

  test(`eight first logins of one person make one (${kind})`, async (t) => {
    const { people, count, browser } = await start(t);
    const eight = Array.from({ length: 8 }, browser);
    const backs = await Promise.all(eight.map((one) => one.leaveFor("example")));
    const answers = await Promise.all(eight.map((one, at) => one.send("GET", backs[at] ?? "")));
    assert.deepEqual(
      answers.map(({ status }) => status),
      Array(8).fill(303),
    );
    assert.equal((await people.ask("select * from people")).length, 1);
    assert.deepEqual([await count("social_auth"), await count("sessions")], [1, 8]);
    if (kind === "detached") assert.equal(await count("social_intent"), 0);
  });
}

/** The store of the how-to page: three columns. */
const threeColumns: UserStore<SqliteDatabase> = {
  find: (id, db) =>
    db.prepare("select id, email, name as fullName from members where id = ?").get(id) as
      | StoredUser
      | undefined,
  findByEmail: (email, db) =>
    db
      .prepare("select id, email, name as fullName from members where lower(email) = ?")
      .all(email) as StoredUser[],
  add: ({ email, fullName }, db) =>
    db
      .prepare(
        "insert into members (email, name) values (?, ?) returning id, email, name as fullName",
      )
      .get(email, fullName ?? "") as StoredUser,
  update: (id, { fullName }, db) =>
    db.prepare("update members set name = coalesce(?, name) where id = ?").run(fullName, id),
  remove: (id, db) => db.prepare("delete from members where id = ?").run(id),
};

/** A file with a table of three columns. */
function membersFile(t: TestContext): string {
  const file = temporaryFile(t);
  const database = new Database(file);
  database.exec(
    "create table members (id integer primary key autoincrement, email text, name text)",
  );
  database.close();
  return file;
}

function open(t: TestContext, file: string, users?: UserStore<SqliteDatabase>): Storage {
  const storage = sqliteStorage(file, { migrations: [affiliationMigrations], users });
  t.after(() => storage.close());
  return storage;
}

test("a table of three columns is enough", async (t) => {
  const storage = open(t, membersFile(t), threeColumns);
  const { auth, provider, browser } = await startSite(t, { storage });
  provider.profile = { id: 1, login: "ada", email: "ada@example.net", name: "Ada" };
  const person = browser();
  assert.equal((await person.signIn("example")).status, 303);
  assert.deepEqual(await auth.user({ headers: { cookie: person.cookieHeader() } }), {
    id: 1,
    username: "",
    email: "ada@example.net",
    emailVerified: false,
    firstName: "",
    lastName: "",
    fullName: "Ada",
    isActive: true,
    isAdmin: false,
    creator: "",
    createdAt: new Date(0),
    updatedAt: new Date(0),
    lastLoginAt: null,
  });
});

/** The contract of a store in a table of three columns. */
const contractOf = (t: TestContext, users: UserStore<SqliteDatabase>) =>
  userStoreContract(async () => {
    const storage = sqliteStorage(membersFile(t), { users });
    return { storage, close: () => storage.close() };
  });

test("a table of three columns is right by the contract for stores", async (t) => {
  for (const { run } of contractOf(t, threeColumns)) await run();
});

test("the contract for stores finds out what is wrong", async (t) => {
  const wrong: Readonly<Record<string, Partial<UserStore<SqliteDatabase>>>> = {
    "a user is found as they were added": { add: ({ email }) => ({ id: 1, email }) },
    "an address finds whoever has it, however it is capitalised": { findByEmail: () => [] },
    "a username that can be found is taken": {
      findByUsername: (_, db) => db.prepare("select id from members").get() as StoredUser,
    },
    "a change changes the one user, and what it does not say stays": {
      update: (id, { fullName = "" }, db) =>
        db.prepare("update members set name = ? where id = ?").run(fullName, id),
    },
    "who goes takes accounts and sessions along": { remove: () => {} },
  };
  for (const [name, part] of Object.entries(wrong)) {
    const found = contractOf(t, { ...threeColumns, ...part }).find((each) => each.name === name);
    await assert.rejects(found?.run() ?? Promise.resolve(), Error, name);
  }
});

test("who goes takes along the rows of other modules' tables, and nobody else's", async (t) => {
  const storage = open(t, membersFile(t), threeColumns);
  const [one, other] = [await storage.users.add(ada, now), await storage.users.add(ben, now)];
  const { sql } = storage;
  await sql?.run(
    "insert into customers (id, asn, name, type, status, peeringdb_oauth) values (7, 64500, 'A', 'full', 'normal', 1)",
    [],
  );
  for (const { id } of [one, other]) {
    await sql?.run(
      "insert into affiliations (user_id, customer_id, privs, created_by, created_at) values (?, 7, 1, 'user', ?)",
      [id, now],
    );
  }
  await storage.users.remove(one.id);
  const left = await sql?.all("select user_id from affiliations", []);
  assert.deepEqual(left, [{ user_id: other.id }]);
});

test("tables that were made for other users are refused, and stay as they are", async (t) => {
  const stores = {
    "the library's own users": undefined,
    "an application's users with integer ids": threeColumns,
    "an application's users with text ids": { ...threeColumns, ids: "text" as const },
  };
  for (const [made, first] of Object.entries(stores)) {
    const file = membersFile(t);
    await open(t, file, first).migrate();
    for (const [wanted, second] of Object.entries(stores)) {
      const opening = open(t, file, second).migrate();
      if (wanted === made) await opening;
      else {
        await assert.rejects(opening, {
          message: `the tables were made for ${made}, and are opened for ${wanted}`,
        });
      }
    }
    await open(t, file, first).migrate();
  }
});

test("an id that is no integer is refused, with what to say instead", async (t) => {
  const storage = open(t, membersFile(t), { ...threeColumns, add: () => ({ id: "c0ffee" }) });
  await assert.rejects(storage.users.add(ada, now), /the id of a user is c0ffee.*ids: "text"/);
});

test("integers that a driver gives as text, or as bigint, are integers", async (t) => {
  for (const id of ["7", 7n]) {
    const storage = open(t, membersFile(t), { ...threeColumns, add: () => ({ id }) });
    assert.equal((await storage.users.add(ada, now)).id, 7);
  }
});

test("an address that only looks the same is another one", async (t) => {
  const storage = open(t, membersFile(t), {
    ...threeColumns,
    findByEmail: () => [
      { id: 1, email: "adá@example.net" },
      { id: 2, email: "ADA@example.net" },
      { id: 3, email: null },
    ],
  });
  const found = await storage.users.findByEmail("ada@EXAMPLE.net");
  assert.deepEqual(
    found.map(({ id }) => id),
    [2],
  );
});

/** What an ORM makes of a driver's error: its words repeat the statement. */
class QueryError extends Error {
  constructor(cause: unknown) {
    super("Failed query: insert into members … params: ada@example.net", { cause });
  }
}

test("a driver's error that a layer above has wrapped is the storage's own", async (t) => {
  const failing = (code: string) => () => {
    throw new QueryError(new Database.SqliteError("of the driver", code));
  };
  const storage = (code: string) =>
    open(t, membersFile(t), { ...threeColumns, add: failing(code), find: failing(code) });
  await assert.rejects(storage("SQLITE_CONSTRAINT_UNIQUE").users.add(ada, now), (error) => {
    assert.ok(error instanceof Conflict);
    assert.equal(error.message, "of the driver");
    return true;
  });
  await assert.rejects(storage("SQLITE_IOERR").users.find(1), { name: "StorageUnavailable" });
  await assert.rejects(storage("SQLITE_ERROR").users.find(1), QueryError);
});

test("a store that catches its own error has ended the transaction all the same", async (t) => {
  const file = membersFile(t);
  const storage = open(t, file, {
    ...threeColumns,
    update() {
      throw new RangeError("of the store");
    },
  });
  const careless = storage.transaction(async ({ users }) => {
    const { id } = await users.add(ada, now);
    await users.update(id, { fullName: "Ada" }, now).catch(() => {});
  });
  await assert.rejects(careless, RangeError);
  assert.equal(await storage.users.find(1), undefined);
});

for (const [what, text] of [
  ["commits", "commit"],
  ["rolls back", "rollback"],
] as const) {
  test(`a store that ${what} is told that it must not`, async (t) => {
    const storage = open(t, membersFile(t), {
      ...threeColumns,
      update: (_, __, db) => db.prepare(text).run(),
    });
    await assert.rejects(
      storage.users.update(1, { fullName: "Ada" }, now),
      /the users store ended the transaction/,
    );
  });
}

test("what one tenant's login has left behind is not adopted by another's", async (t) => {
  const { storage, people, store, close } = await besidePeople(sqliteUsers, "integer");
  t.after(close);
  Object.assign(store, { remove: () => Promise.reject(new Error("away")) });
  const account = { provider: "example", uid: "1" };
  const add = (tenant: string, work = async () => {}) =>
    storageOfTenant(storage, tenant).transaction(async ({ users }) => {
      const { id } = await users.add({ ...ada, username: `of ${tenant}`, account }, now);
      await work();
      return id;
    });
  const failing = add("acme", () => Promise.reject(new RangeError("on purpose")));
  await assert.rejects(failing, RangeError);
  const left = (await people.ask("select person from people"))[0]?.person;
  assert.ok(left);
  assert.notEqual(await add("globex"), left);
  assert.equal(await add("acme"), left);
});
