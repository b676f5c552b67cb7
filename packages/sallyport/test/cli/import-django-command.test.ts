import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { type TestContext, test } from "node:test";
import Database from "better-sqlite3";
import { sqliteDialect } from "../../src/sql/dialects/sqlite.ts";
import { sqliteStorage } from "../../src/storage/sqlite.ts";
import { temporaryFile } from "../site.ts";
import { sqliteDatabase } from "../storage/databases.ts";
import { djangoTables } from "./django-tables.ts";
import { runCommand, startCommand } from "./run-command.ts";

// The command as it is typed; import-django-cases.ts has what it does with rows.

const secret = "0123456789abcdef".repeat(4);

/** Django's database, and ours, brought up to date. */
async function start(t: TestContext) {
  const theirs = await sqliteDatabase();
  t.after(() => theirs.close());
  const django = await djangoTables(sqliteDialect, theirs);
  const file = temporaryFile(t);
  const environment = { DATABASE_URL: `sqlite:${file}`, SALLYPORT_SECRET: secret };
  const storage = sqliteStorage(file);
  await storage.migrate();
  await storage.close();
  const from = `sqlite:${theirs.address}`;
  const run = (args: readonly string[] = [], more: Readonly<Record<string, string>> = {}) =>
    runCommand(["import-django", from, ...args], { ...environment, ...more });
  return { django, theirs, file, from, environment, run };
}

test("import-django says what it did, and what is left to do by hand", async (t) => {
  const { django, run, file } = await start(t);
  await django.user({ id: 1, username: "ada", is_superuser: true });
  await django.user({ id: 2, username: "ADA" });
  await django.account({ user_id: 1, uid: "7", extra_data: '{"access_token": "in the clear"}' });
  await django.account({ user_id: 1, provider: "weibo", uid: "7", extra_data: "garbage" });
  await django.account({ user_id: 2, provider: "oidc", uid: "ada@example.com" });
  await django.account({ user_id: 2, provider: "saml", uid: "None" });
  const lines = [
    "users: 2 added, 0 already there",
    "  renamed, since the name is taken: ADA is ADA-2",
    "  to be made an administrator by hand: ada (superuser at Django)",
    "accounts: 3 added, 0 already there",
    '  1 skipped: the uid is "None", so nobody knows whose it is',
    "  1 without tokens and data, which are no JSON object",
    "  github: 1",
    "  oidc: 1; 1 known by an address",
    "  weibo: 1; no backend of that name comes with Sallyport",
    "",
  ];
  const dry = await run(["--dry-run"]);
  const notice = "a dry run: nothing is written\n";
  assert.deepEqual(dry, { code: 0, stdout: notice + lines.join("\n"), stderr: "" });
  assert.deepEqual(await run(), { code: 0, stdout: lines.join("\n"), stderr: "" });
  assert.ok(!readFileSync(file).includes("in the clear"));

  const again = await run();
  assert.match(again.stdout, /^nothing to do\nusers: 0 added, 2 already there\n/);
  assert.match(again.stdout, /\naccounts: 0 added, 3 already there\n/);
  const database = new Database(file);
  t.after(() => void database.close());
  database.exec("update users set is_admin = 1 where id = 1");
  assert.doesNotMatch((await run()).stdout, /administrator/);
});

test("import-django that is killed is made up for by the next", async (t) => {
  const { theirs, file, from, environment, run } = await start(t);
  const rows = 20_000;
  const numbers = `with recursive numbers (n) as
    (select 1 union all select n + 1 from numbers where n < ${rows})`;
  await theirs.ask(`insert into auth_user ${numbers} select n, '', null, 0, 'user' || n, '', '',
    '', 0, 1, '2020-01-01 00:00:00' from numbers`);
  await theirs.ask(`insert into social_auth_usersocialauth ${numbers} select n, 'github', n,
    '{"access_token": "t"}', n, '2020-01-01 00:00:00', '2020-01-01 00:00:00' from numbers`);
  const database = new Database(file, { readonly: true });
  t.after(() => void database.close());
  const count = (table: string) =>
    Number(database.prepare(`select count(*) from ${table}`).pluck().get());

  const { child, ended } = startCommand(["import-django", from], environment);
  while (count("users") === 0) await new Promise((resolve) => setTimeout(resolve, 2));
  child.kill("SIGKILL");
  assert.equal((await ended).code, null);
  const done = count("users");
  assert.ok(done < rows, `${done} were done`);
  assert.equal(done % 500, 0, "pages are whole");
  assert.equal(count("social_auth"), done, "each with their accounts");

  const { stdout } = await run();
  assert.match(stdout, new RegExp(`^users: ${rows - done} added, ${done} already there\n`));
  assert.deepEqual([count("users"), count("social_auth")], [rows, rows]);
});

for (const [what, args, more, code, complaint] of [
  ["no secret", [], { SALLYPORT_SECRET: "" }, 2, /^sallyport: SALLYPORT_SECRET must be set, /],
  [
    "a short secret",
    [],
    { SALLYPORT_SECRET: "hunter2" },
    2,
    /^sallyport: SALLYPORT_SECRET must have at least 32 characters\n/,
  ],
  [
    "a table's name that is none",
    ["--user-table", "a; drop table users"],
    {},
    2,
    /^sallyport: --user-table takes the name of a table\n/,
  ],
  ["no database of ours", [], { DATABASE_URL: "" }, 2, /^sallyport: --into or DATABASE_URL must/],
  [
    "a table of users that is not there",
    ["--user-table", "people"],
    {},
    1,
    /^sallyport: Django's database has no table people\n$/,
  ],
  [
    "a file of ours that is not there",
    [],
    { DATABASE_URL: "sqlite:/nowhere/at/all.db" },
    1,
    /^sallyport: \/nowhere\/at\/all\.db: there is no such file\n$/,
  ],
  [
    "a server that does not answer",
    [],
    { DATABASE_URL: "postgres://user:hunter2@127.0.0.1:9/name" },
    1,
    /^sallyport: connect ECONNREFUSED 127\.0\.0\.1:9\n$/,
  ],
] as const) {
  test(`import-django with ${what} ends with ${code}, and says so`, async (t) => {
    const { run } = await start(t);
    const ended = await run(args, more);
    assert.deepEqual([ended.code, ended.stdout], [code, ""]);
    assert.match(ended.stderr, complaint);
    assert.doesNotMatch(ended.stderr, /hunter2/);
  });
}

test("import-django needs no secret for accounts without tokens", async (t) => {
  const { django, run } = await start(t);
  await django.user({ id: 1 });
  const { code, stdout } = await run(["--without-tokens"], { SALLYPORT_SECRET: "" });
  assert.deepEqual(
    [code, stdout],
    [0, "users: 1 added, 0 already there\naccounts: 0 added, 0 already there\n"],
  );
});

test("import-django makes no tables, neither in a new file nor in an older one", async (t) => {
  const { from, environment } = await start(t);
  const file = temporaryFile(t);
  writeFileSync(file, "");
  for (const args of [[], ["--dry-run"]]) {
    const into = ["--into", `sqlite:${file}`];
    const ended = await runCommand(["import-django", from, ...into, ...args], environment);
    assert.equal(ended.code, 1);
    assert.match(ended.stderr, /^sallyport: the database lacks 001-.*: run "sallyport migrate"/);
    assert.equal(readFileSync(file).length, 0);
  }
  const alone = ["import-django", from, "--into", `sqlite:${file}`, "--associations-only"];
  const ended = await runCommand(alone, environment);
  assert.deepEqual(ended.stderr, "sallyport: the database has no table social_auth\n");
});

test("import-django of what is no Django says which table is missing", async (t) => {
  const { environment } = await start(t);
  const args = ["import-django", environment.DATABASE_URL];
  const { code, stderr } = await runCommand(args, environment);
  assert.deepEqual([code, stderr], [1, "sallyport: Django's database has no table auth_user\n"]);
});
