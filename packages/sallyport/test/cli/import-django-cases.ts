import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import {
  type ImportOptions,
  importAccountsOnly,
  importUsersAndAccounts,
} from "../../src/cli/django/import-django.ts";
import type { Report } from "../../src/cli/django/report.ts";
import { connect } from "../../src/cli/one-connection.ts";
import type { Place } from "../../src/cli/place.ts";
import { createSeal } from "../../src/seal.ts";
import type { Dialect } from "../../src/sql/dialect.ts";
import type { Association, Storage } from "../../src/storage.ts";
import { openTokens } from "../../src/stored-tokens.ts";
import { secret } from "../site.ts";
import type { TestDatabase } from "../storage/databases.ts";
import { djangoTables, joined, modified } from "./django-tables.ts";

interface Kind {
  readonly dialect: Dialect;
  readonly makeDatabase: () => Promise<TestDatabase>;
  readonly open: (address: string) => Storage;
}

const seal = createSeal([secret], "tokens");
const now = new Date("2026-11-20T12:00:00.123Z");

/** Runs the cases on a kind of database, for Django's and for ours. */
export function runImportDjango(kind: string, { dialect, makeDatabase, open }: Kind): void {
  const placeOf = ({ address }: TestDatabase): Place =>
    dialect.name === "sqlite"
      ? { kind: "sqlite", path: address }
      : { kind: dialect.name, url: address };

  async function start(t: TestContext, of?: Parameters<typeof djangoTables>[2]) {
    const [theirs, ours] = [await makeDatabase(), await makeDatabase()];
    const storage = open(ours.address);
    t.after(async () => {
      await storage.close();
      await theirs.close();
      await ours.close();
    });
    await storage.migrate();
    const django = await djangoTables(dialect, theirs, of);

    async function run(
      how: typeof importUsersAndAccounts,
      options: Partial<ImportOptions> = {},
    ): Promise<Report> {
      const { write = true } = options;
      const from = await connect(placeOf(theirs), "read");
      const into = await connect(placeOf(ours), write ? "write" : "read");
      try {
        const usual = { userTable: "auth_user", emailsVerified: false, progress: () => {} };
        return await how(from, into, { seal, now, ...usual, write, ...options });
      } finally {
        await from.close();
        await into.close();
      }
    }
    return {
      django,
      theirs,
      ours,
      storage,
      run: (options?: Partial<ImportOptions>) => run(importUsersAndAccounts, options),
      runAccounts: (options?: Partial<ImportOptions>) => run(importAccountsOnly, options),
    };
  }

  test(`a user comes with everything but the password and the rights (${kind})`, async (t) => {
    const { django, storage, ours, run } = await start(t);
    const names = { first_name: "Ada", last_name: "King", email: "Ada@Example.com" };
    const rights = { is_staff: true, is_superuser: true };
    await django.user({ id: 7, username: "Ada", ...names, ...rights, last_login: modified });
    await django.user({ id: 9, username: "ben", is_active: false, is_staff: true });
    const report = await run();
    assert.deepEqual(report.users, { added: 2, present: 0, different: 0, renumbered: 0 });
    assert.deepEqual(report.administrators, ["Ada (superuser at Django)", "ben (staff at Django)"]);
    assert.deepEqual(await storage.users.find(7), {
      id: 7,
      username: "Ada",
      email: "Ada@Example.com",
      emailVerified: false,
      firstName: "Ada",
      lastName: "King",
      fullName: "Ada King",
      isActive: true,
      isAdmin: false,
      creator: "django:7",
      createdAt: joined,
      updatedAt: now,
      lastLoginAt: modified,
    });
    const ben = await storage.users.find(9);
    assert.deepEqual([ben?.isActive, ben?.isAdmin, ben?.email], [false, false, null]);
    assert.equal((await storage.users.findByUsername("ADA"))?.id, 7);
    assert.equal((await storage.users.findByEmail("ada@example.COM"))[0]?.id, 7);
    assert.doesNotMatch(JSON.stringify(await ours.ask("select * from users")), /pbkdf2/);
    assert.equal((await storage.users.add({ username: "cleo", creator: "test" }, now)).id, 10);
  });

  test(`addresses are verified only where the importer says so (${kind})`, async (t) => {
    const { django, storage, run } = await start(t);
    await django.user({ id: 1, email: "a@example.com" });
    await django.user({ id: 2 });
    await run({ emailsVerified: true });
    const users = await Promise.all([1, 2].map((id) => storage.users.find(id)));
    assert.deepEqual(
      users.map((user) => user?.emailVerified),
      [true, false],
    );
  });

  test(`tokens are sealed, and end when they did (${kind})`, async (t) => {
    const { django, storage, ours, run } = await start(t);
    await django.user({ id: 1 });
    const at = Math.floor(modified.getTime() / 1000);
    const oauth1 = { oauth_token: "t-one", oauth_token_secret: "t-two", screen_name: "ada" };
    const kept = {
      text: JSON.stringify({ access_token: "t-text", refresh_token: "t-refresh", auth_time: 1 }),
      twice: JSON.stringify(JSON.stringify({ access_token: "t-twice", id_token: "t-id" })),
      oauth1: JSON.stringify({ access_token: oauth1, id: 4 }),
      span: JSON.stringify({ access_token: "t-span", expires: 3600, auth_time: at - 60 }),
      spanAlone: JSON.stringify({ access_token: "t-alone", expires_in: "3600" }),
      point: JSON.stringify({ access_token: "t-point", expires: at + 5 }),
      on: JSON.stringify({ access_token: "t-on", expires_on: String(at + 6) }),
      soon: JSON.stringify({ access_token: "t-soon", expires: "soon", expires_in: null }),
      deep: JSON.stringify({ other_tokens: [{ access_token: "t-deep", scope: "x" }] }),
      odd: JSON.stringify({ access_token: { token: "t-odd" }, refresh_token: null, login: "x" }),
      nan: '{"access_token": "t-nan", "rate": NaN}',
      list: '["t-list"]',
      empty: "",
    };
    for (const [uid, extra_data] of Object.entries(kept)) {
      await django.account({ user_id: 1, uid, extra_data });
    }
    const report = await run();
    assert.deepEqual(report.accounts, { added: 13, present: 0, elsewhere: 0 });
    assert.equal(report.unreadable, 2);

    const account = async (uid: string): Promise<Association> =>
      (await storage.associations.find("github", uid)) ?? assert.fail(uid);
    const tokens = async (uid: string) => openTokens(await account(uid), seal);
    assert.equal((await tokens("text"))?.accessToken, "t-text");
    assert.equal((await tokens("text"))?.refreshToken, "t-refresh");
    assert.equal((await account("text")).extraData.auth_time, 1);
    assert.equal((await account("twice")).extraData.auth_time, at, "without one, the last change");
    assert.equal((await tokens("twice"))?.accessToken, "t-twice");
    assert.match(String((await account("twice")).extraData.id_token), /^v1\./);
    assert.equal((await tokens("oauth1"))?.accessToken, "t-one");
    assert.equal((await tokens("oauth1"))?.tokenSecret, "t-two");
    const ends = { span: at + 3540, spanAlone: at + 3600, point: at + 5, on: at + 6 };
    for (const [uid, end] of Object.entries(ends)) {
      assert.equal((await tokens(uid))?.expiresAt?.getTime(), end * 1000, uid);
      const { expires_on, expires, expires_in } = (await account(uid)).extraData;
      assert.deepEqual([expires_on, expires, expires_in], [end, undefined, undefined], uid);
    }
    assert.equal((await account("soon")).extraData.expires, "soon");
    assert.deepEqual((await account("deep")).extraData, {
      auth_time: at,
      other_tokens: [{ scope: "x" }],
    });
    assert.deepEqual((await account("odd")).extraData, { auth_time: at, login: "x" });
    const { createdAt, updatedAt } = await account("empty");
    assert.deepEqual([createdAt, updatedAt], [joined, modified]);
    const rows = JSON.stringify(await ours.ask("select * from social_auth"));
    assert.doesNotMatch(rows, /t-(text|refresh|twice|id|one|two|span|point|deep|odd|nan|list)/);
  });

  test(`tokens stay behind where they are told to (${kind})`, async (t) => {
    const { django, storage, run } = await start(t);
    await django.user({ id: 1 });
    const extra_data = JSON.stringify({ access_token: "a", refresh_token: "r", login: "ada" });
    await django.account({ user_id: 1, uid: "1", extra_data });
    await run({ seal: undefined });
    const account = await storage.associations.find("github", "1");
    assert.deepEqual(account?.extraData, { login: "ada" });
  });

  test(`uids are the same to the last byte (${kind})`, async (t) => {
    const { django, storage, run } = await start(t);
    await django.user({ id: 1 });
    const uids = ["a", "A", " a", "a ", "é", "e\u0301", "😀", "1e3", "0x10", "x".repeat(255)];
    for (const uid of uids) await django.account({ user_id: 1, uid });
    await django.account({ user_id: 1, provider: "GitHub", uid: "a" });
    await run();
    const accounts = await storage.associations.ofUser(1);
    assert.deepEqual(
      accounts.map(({ provider, uid }) => [provider, uid]),
      [...uids.map((uid) => ["github", uid]), ["GitHub", "a"]],
    );
  });

  test(`accounts of nobody are left out, and counted (${kind})`, async (t) => {
    const { django, storage, run } = await start(t);
    await django.user({ id: 1 });
    for (const uid of ["", "None", "1"]) await django.account({ user_id: 1, uid });
    await django.account({ user_id: 2, uid: "2" });
    const report = await run();
    assert.deepEqual(
      [...report.skipped],
      [
        ["the uid is empty", 1],
        ['the uid is "None", so nobody knows whose it is', 1],
        ["no such user in auth_user", 1],
      ],
    );
    assert.equal((await storage.associations.ofUser(1)).length, 1);
  });

  test(`names that only their case tells apart get the id behind them (${kind})`, async (t) => {
    const { django, storage, run } = await start(t);
    for (const [at, username] of ["ada", "ada-4", "ada-4-2", "ADA", "ＡDA"].entries()) {
      await django.user({ id: at + 1, username });
    }
    const report = await run();
    assert.deepEqual(report.renamed, ["ADA is ADA-4-3", "ＡDA is ＡDA-5"]);
    assert.equal((await storage.users.find(4))?.username, "ADA-4-3");
    const again = await run();
    assert.deepEqual(again.users, { added: 0, present: 5, different: 0, renumbered: 0 });
  });

  test(`an import repeated adds what is new and leaves the rest (${kind})`, async (t) => {
    const { django, storage, ours, run } = await start(t);
    await django.user({ id: 1, email: "old@example.com" });
    await django.user({ id: 2 });
    await django.account({ user_id: 1, uid: "1", extra_data: '{"access_token": "first"}' });
    await run();
    await storage.users.update(1, { email: "new@example.com" }, now);
    const before = await ours.ask("select * from social_auth");
    const users = await ours.ask("select * from users order by id");

    const again = await run({ now: new Date() });
    assert.deepEqual(again.users, { added: 0, present: 2, different: 1, renumbered: 0 });
    assert.deepEqual(again.accounts, { added: 0, present: 1, elsewhere: 0 });
    assert.deepEqual(await ours.ask("select * from social_auth"), before);
    assert.deepEqual(await ours.ask("select * from users order by id"), users);

    await django.user({ id: 3 });
    await django.account({ user_id: 3, uid: "3" });
    await django.account({ user_id: 1, provider: "gitlab", uid: "1" });
    const more = await run();
    assert.deepEqual(more.users, { added: 1, present: 2, different: 1, renumbered: 0 });
    assert.deepEqual(more.accounts, { added: 2, present: 1, elsewhere: 0 });
    assert.equal((await storage.associations.ofUser(1)).length, 2);
  });

  test(`a dry run says the same and writes nothing (${kind})`, async (t) => {
    const { django, theirs, ours, run } = await start(t);
    const rows = Array.from({ length: 1100 }, (_, at) =>
      [at + 1, "''", false, `'u${at + 1}'`, "''", "''", "''", false, true, "'2020-01-01'"].join(),
    );
    await theirs.ask(`insert into auth_user (id, password, is_superuser, username, first_name,
      last_name, email, is_staff, is_active, date_joined) values (${rows.join("), (")})`);
    await django.user({ id: 2000, username: "U1", is_staff: true });
    await django.account({ user_id: 2000, uid: "1", extra_data: '{"access_token": "t"}' });
    await django.account({ user_id: 2000, uid: "None" });
    const dry = await run({ write: false });
    const [row] = await ours.ask(
      "select (select count(*) from users) + (select count(*) from social_auth) as total",
    );
    assert.equal(Number(row?.total), 0);
    assert.deepEqual(dry.renamed, ["U1 is U1-2000"]);
    assert.deepEqual(dry, await run());
  });

  test(`ids that somebody has here are not taken, and people are known again (${kind})`, async (t) => {
    const { django, storage, run } = await start(t);
    const here = await storage.users.add({ username: "ben", creator: "github" }, now);
    await storage.associations.add({ userId: here.id, provider: "github", uid: "8" }, now);
    await storage.users.add({ username: "cleo", creator: "github" }, now);
    // Ada is another one than Ben here, who has her id. Ben has signed in here already.
    await django.user({ id: 1, username: "ada" });
    await django.user({ id: 2, username: "ben" });
    await django.user({ id: 3, username: "dan" });
    await django.user({ id: 4, username: "Cleo" });
    await django.account({ user_id: 1, uid: "7" });
    await django.account({ user_id: 2, uid: "8" });
    await django.account({ user_id: 2, provider: "gitlab", uid: "9" });
    await django.account({ user_id: 3, provider: "gitlab", uid: "10" });
    const report = await run();
    assert.deepEqual(report.users, { added: 3, present: 1, different: 0, renumbered: 2 });
    assert.deepEqual(report.accounts, { added: 3, present: 1, elsewhere: 0 });
    assert.deepEqual(report.renamed, ["Cleo is Cleo-4"]);
    const ada = await storage.users.findByUsername("ada");
    assert.deepEqual([ada?.id, ada?.creator], [5, "django:1"]);
    const owners = await Promise.all(
      ["github 7", "github 8", "gitlab 9", "gitlab 10"].map(async (account) => {
        const [provider = "", uid = ""] = account.split(" ");
        return (await storage.associations.find(provider, uid))?.userId;
      }),
    );
    assert.deepEqual(owners, [5, 1, 1, 3]);
    assert.equal((await storage.users.find(3))?.username, "dan");
    const again = await run();
    assert.deepEqual(again.users, { added: 0, present: 4, different: 0, renumbered: 2 });
  });

  test(`the same id at another site is another person (${kind})`, async (t) => {
    const { django, theirs, storage, run } = await start(t);
    await django.user({ id: 1, username: "ada" });
    await django.account({ user_id: 1, uid: "7" });
    await run();
    await theirs.ask("delete from social_auth_usersocialauth");
    await theirs.ask("delete from auth_user");
    await django.user({ id: 1, username: "eve", date_joined: modified });
    await django.account({ user_id: 1, uid: "8" });
    for (const added of [1, 0]) assert.equal((await run()).users.added, added);
    assert.equal((await storage.associations.find("github", "7"))?.userId, 1);
    assert.equal((await storage.associations.find("github", "8"))?.userId, 2);
  });

  test(`an account that is somebody else's here stays theirs (${kind})`, async (t) => {
    const { django, storage, run } = await start(t);
    await django.user({ id: 1 });
    await run();
    const other = await storage.users.add({ username: "other", creator: "github" }, now);
    await storage.associations.add({ userId: other.id, provider: "github", uid: "7" }, now);
    await django.account({ user_id: 1, uid: "7" });
    assert.deepEqual((await run()).accounts, { added: 0, present: 0, elsewhere: 1 });
    assert.equal((await storage.associations.find("github", "7"))?.userId, other.id);
  });

  test(`users of an application's own kind come with what they have (${kind})`, async (t) => {
    const { django, theirs, storage, run } = await start(t, { userId: "char(32)" });
    await theirs.ask("create table people (id char(32) primary key, email varchar(254) not null)");
    const ids = ["0f", "a1"].map((end) => end.padStart(32, "0"));
    for (const id of ids) await django.insert("people", { id, email: `ada@${id}.example` });
    await django.account({ user_id: ids[1] ?? "", uid: "1" });
    const report = await run({ userTable: "people" });
    assert.deepEqual(report.users, { added: 2, present: 0, different: 0, renumbered: 2 });
    assert.deepEqual(report.renamed, [`ada is ada-${ids[1]}`]);
    const account = await storage.associations.find("github", "1");
    const user = await storage.users.find(account?.userId ?? 0);
    assert.deepEqual([user?.creator, user?.isActive], [`django:${ids[1]}`, true]);
    assert.deepEqual((await run({ userTable: "people" })).users.present, 2);
  });

  test(`accounts without times, as old versions keep them, come as of now (${kind})`, async (t) => {
    const { django, theirs, storage, run } = await start(t);
    for (const name of ["created", "modified"]) {
      await theirs.ask(`alter table social_auth_usersocialauth drop column ${name}`);
    }
    await django.user({ id: 1 });
    await django.insert("social_auth_usersocialauth", {
      user_id: 1,
      provider: "github",
      uid: "1",
      extra_data: "{}",
    });
    await run();
    const account = await storage.associations.find("github", "1");
    assert.deepEqual([account?.createdAt, account?.updatedAt], [now, now]);
  });

  for (const [ids, type, id] of [
    ["integer", "bigint", 41],
    ["text", "varchar(255)", "0f3c"],
  ] as const) {
    test(`accounts alone keep Django's ${ids} ids of users (${kind})`, async (t) => {
      const { django, ours, runAccounts } = await start(t, { userId: "varchar(32)" });
      await ours.ask("drop table social_auth");
      const { id: key, key: text, json, time } = dialect.types;
      await ours.ask(`create table social_auth (id ${key}, user_id ${type} not null,
        provider ${text} not null, uid ${text} not null, tenant ${text}, extra_data ${json} not null,
        created_at ${time} not null, updated_at ${time} not null, unique (provider, uid))`);
      await django.account({ user_id: String(id), uid: "1", extra_data: '{"access_token": "t"}' });
      await django.account({ user_id: String(id), uid: "None" });
      const dry = await runAccounts({ write: false });
      const report = await runAccounts();
      assert.deepEqual(report, dry);
      assert.deepEqual(report.accounts, { added: 1, present: 0, elsewhere: 0 });
      const [row] = await ours.ask("select * from social_auth");
      assert.equal(String(row?.user_id), String(id));
      const kept = row?.extra_data;
      const extraData = typeof kept === "string" ? JSON.parse(kept) : kept;
      // As a storage reads it: a number, or a text.
      const account = { id: 1, userId: id, provider: "github", uid: "1", tenant: null };
      const tokens = await openTokens(
        { ...account, createdAt: now, updatedAt: now, extraData },
        seal,
      );
      assert.equal(tokens?.accessToken, "t");
      const again = await runAccounts();
      assert.deepEqual(again.accounts, { added: 0, present: 1, elsewhere: 0 });
    });
  }

  test(`Django's database is only ever read (${kind})`, async (t) => {
    const { theirs } = await start(t);
    const from = await connect(placeOf(theirs), "read");
    t.after(() => from.close());
    await assert.rejects(from.sql.run("delete from auth_user", []), /read.?only/i);
  });
}
