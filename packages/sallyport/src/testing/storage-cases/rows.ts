import type { SqlRow, Storage, UserId } from "../../index.ts";
import { fromJson, fromTime } from "../../sql/dialect.ts";
import { expectRejection, expectSame, expectTrue } from "../expect.ts";
import { ada, ben, later, now, sessionOf } from "./samples.ts";

/** Asks the database itself. */
export type Ask = (query: string) => Promise<readonly SqlRow[]>;

// Locks are rows in MySQL.
const keys = "social_used where key_hash not like 'lock %'";

type RowCases = Readonly<Record<string, (storage: Storage, ask: Ask) => Promise<void>>>;

/** What holds for the rows of our table of users, by what it is called. */
export const userRowCases: RowCases = {
  async "the table of users holds what the contract says"({ users }, ask) {
    await users.add({ ...ada, username: "ＡDA", email: "Ada@Example.NET" }, now);
    const userRow = await onlyRow(ask, "users");
    const { username, username_key, email, email_key } = userRow;
    expectSame(
      { username, username_key, email, email_key },
      {
        username: "ＡDA",
        username_key: "ada",
        email: "Ada@Example.NET",
        email_key: "ada@example.net",
      },
      "users",
    );
    const truths = [userRow.email_verified, userRow.is_active, userRow.is_admin].map(Boolean);
    expectSame(truths, [false, true, false], "truths in users");
    expectSame(times(userRow, "created_at", "updated_at"), [now, now], "times in users");
    expectSame(userRow.last_login_at, null, "users.last_login_at");
  },

  async "the database itself refuses an orphan"(storage, ask) {
    const user = await storage.users.add(ada, now);
    await expectRejection(ask(insertAccount(Number(user.id) + 1, "2")), Error);
    await ask(insertAccount(user.id, "2"));
  },

  async "a user who is deleted by hand takes accounts and sessions along"(storage, ask) {
    const user = await storage.users.add(ada, now);
    await storage.associations.add({ userId: user.id, provider: "e", uid: "1" }, now);
    await storage.sessions.add(sessionOf(user));
    await ask(`delete from users where id = ${user.id}`);
    expectSame(await storage.associations.find("e", "1"), undefined, "the account");
    expectSame(await storage.sessions.find("hash"), undefined, "the session");
  },

  async "columns that a newer process adds to users disturb nobody"({ users, transaction }, ask) {
    const user = await users.add(ada, now);
    await ask("alter table users add column added integer");
    expectSame(await users.find(user.id), user, "the user");
    await transaction(({ users }) => users.add(ben, now));
  },
};

/** What holds for the rows that the other tables keep, by what it is called. */
export const rowCases: RowCases = {
  async "the tables hold what the contract says"(storage, ask) {
    const { users, associations, sessions, used, limits } = storage;
    const user = await users.add(ada, now);
    const { id } = await associations.add({ userId: user.id, provider: "e", uid: "7" }, now);
    await associations.setExtraData(id, { login: "ada" }, later);
    await sessions.add(sessionOf(user));
    await used.add("state secret", later, now);
    await limits.count("client secret", later, now);
    await limits.count("client secret", later, now);

    const account = await onlyRow(ask, "social_auth");
    expectSame(String(account.user_id), String(user.id), "social_auth.user_id");
    expectSame(fromJson(account.extra_data), { login: "ada" }, "social_auth.extra_data");
    expectSame(times(account, "created_at", "updated_at"), [now, later], "times in social_auth");

    const session = await onlyRow(ask, "sessions");
    expectSame(fromJson(session.amr), ["pwd", "mfa"], "sessions.amr");
    expectSame(session.user_agent, "Mozilla/5.0 (é)", "sessions.user_agent");
    expectSame(times(session, "created_at", "expires_at"), [now, later], "times in sessions");

    const key = await onlyRow(ask, keys);
    expectTrue(!JSON.stringify(key).includes("secret"), "what was used is readable");
    expectSame(times(key, "expires_at"), [later], "times in social_used");

    const counted = await onlyRow(ask, "social_limits");
    expectTrue(!JSON.stringify(counted).includes("secret"), "what was counted is readable");
    expectSame(Number(counted.count), 2, "social_limits.count");
    expectSame(times(counted, "expires_at"), [later], "times in social_limits");
  },

  async "the database itself refuses a second owner and an empty uid"(storage, ask) {
    const user = await storage.users.add(ada, now);
    await storage.associations.add({ userId: user.id, provider: "e", uid: "1" }, now);
    await expectRejection(ask(insertAccount(user.id, "1")), Error);
    await expectRejection(ask(insertAccount(user.id, "")), Error);
    await ask(insertAccount(user.id, "1 "));
  },

  async "columns that a newer process adds disturb nobody"(storage, ask) {
    const useAll = async (name: string) => {
      const user = await storage.users.add({ ...ada, username: name }, now);
      expectSame(await storage.users.find(user.id), user, "the user");
      const account = { userId: user.id, provider: "e", uid: name };
      const added = await storage.associations.add(account, now);
      expectSame(await storage.associations.ofUser(user.id), [added], "their accounts");
      const session = sessionOf(user, name);
      await storage.sessions.add(session);
      expectSame(await storage.sessions.find(name), session, "their session");
      expectTrue(await storage.used.add(name, later, now), "a new key was used");
      expectSame(await storage.limits.count(name, later, now), 1, "a new key was counted");
      expectSame(await storage.limits.count(name, later, now), 2, "it was counted again");
    };
    await useAll("before");
    for (const table of ["social_auth", "sessions", "social_used", "social_limits"]) {
      await ask(`alter table ${table} add column added integer`);
    }
    await useAll("after");
  },

  async "what has expired is cleared away in time"({ users, sessions, used, limits }, ask) {
    await sessions.add(sessionOf(await users.add(ada, now)));
    await used.add("old", later, now);
    await limits.count("old", later, now);
    const [key] = await ask(`select key_hash from ${keys}`);
    const muchLater = new Date(later.getTime() + 1000);
    const left = async () => {
      const rows = await ask(
        `select (select count(*) from sessions) + (select count(*) from social_limits)
           + (select count(*) from social_used where key_hash = '${key?.key_hash}') as total`,
      );
      return Number(rows[0]?.total);
    };
    expectSame(await left(), 3, "what there is at first");
    // One call in a hundred clears up: in two thousand none does once in 500 million runs.
    for (let at = 0; at < 2000 && (await left()) > 0; at += 20) {
      const uses = Array.from({ length: 20 }, (_, more) =>
        used.add(`key ${at + more}`, new Date(muchLater.getTime() + 1000), muchLater),
      );
      await Promise.all(uses);
    }
    expectSame(await left(), 0, "what is left");
  },

  async "where nothing is used up, counting clears away"({ limits, used }, ask) {
    await used.add("old", later, now);
    const [key] = await ask(`select key_hash from ${keys}`);
    const muchLater = new Date(later.getTime() + 1000);
    const left = () => ask(`select 1 from social_used where key_hash = '${key?.key_hash}'`);
    for (let at = 0; at < 2000 && (await left()).length > 0; at += 20) {
      const counts = Array.from({ length: 20 }, (_, more) =>
        limits.count(`key ${at + more}`, new Date(muchLater.getTime() + 1000), muchLater),
      );
      await Promise.all(counts);
    }
    expectSame((await left()).length, 0, "what is left");
  },
};

function insertAccount(userId: UserId, uid: string): string {
  return `insert into social_auth (user_id, provider, uid, extra_data, created_at, updated_at)
    values ('${userId}', 'e', '${uid}', '{}', '2026-11-20 12:00:00', '2026-11-20 12:00:00')`;
}

async function onlyRow(ask: Ask, table: string): Promise<SqlRow> {
  const [row, ...more] = await ask(`select * from ${table}`);
  expectTrue(row !== undefined && more.length === 0, `${table} has one row`);
  return row;
}

function times(row: SqlRow, ...columns: readonly string[]): readonly Date[] {
  return columns.map((column) => fromTime(row[column]));
}
