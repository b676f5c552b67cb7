import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { affiliationMigrations } from "../../src/affiliations/index.ts";
import { coreMigrations } from "../../src/sql/migrations.ts";
import { sqliteStorage } from "../../src/storage/sqlite.ts";
import { temporaryFile } from "../site.ts";
import { runCommand } from "./run-command.ts";

const core = Object.keys(coreMigrations.migrations).map((name) => `${name} of core`);
const affiliations = Object.keys(affiliationMigrations.migrations).map(
  (name) => `${name} of affiliations`,
);
const lines = (names: readonly string[], end: string) =>
  names.map((name) => `${name}: ${end}\n`).join("");

test("migrate makes the tables of a new file, and then there is nothing to do", async (t) => {
  const database = `sqlite:${temporaryFile(t)}`;
  const first = await runCommand(["migrate", "--database", database]);
  assert.deepEqual(first, { code: 0, stdout: lines(core, "done"), stderr: "" });
  const second = await runCommand(["migrate"], { DATABASE_URL: database });
  assert.deepEqual(second, { code: 0, stdout: "nothing to do\n", stderr: "" });
  const more = await runCommand(["migrate", "--affiliations"], { DATABASE_URL: database });
  assert.deepEqual(more, { code: 0, stdout: lines(affiliations, "done"), stderr: "" });
});

test("migrate --check lists what is pending, makes no file, and ends with 1", async (t) => {
  const file = temporaryFile(t);
  const check = ["migrate", "--check", "--affiliations", "--database", `sqlite:${file}`];
  const pending = lines([...core, ...affiliations], "pending");
  assert.deepEqual(await runCommand(check), { code: 1, stdout: pending, stderr: "" });
  assert.equal(existsSync(file), false);
});

test("migrate --check changes not a byte of an older file, and ends with 0 once it is new", async (t) => {
  const file = temporaryFile(t);
  const environment = { DATABASE_URL: `sqlite:${file}` };
  await runCommand(["migrate"], environment);
  const before = readFileSync(file);
  const more = await runCommand(["migrate", "--check", "--affiliations"], environment);
  assert.deepEqual(more, { code: 1, stdout: lines(affiliations, "pending"), stderr: "" });
  assert.deepEqual(readFileSync(file), before);
  const same = await runCommand(["migrate", "--check"], environment);
  assert.deepEqual(same, { code: 0, stdout: "nothing to do\n", stderr: "" });
});

test("migrate takes up the file that an application has open", async (t) => {
  const file = temporaryFile(t);
  const storage = sqliteStorage(file, { migrate: false, migrations: [affiliationMigrations] });
  t.after(() => storage.close());
  await assert.rejects(storage.users.find(1), { code: "tables_outdated" });
  await runCommand(["migrate", "--affiliations"], { DATABASE_URL: `sqlite:${file}` });
  assert.equal(await storage.users.find(1), undefined);
});

test("migrate --own-users makes the tables for users of the application's, of one kind", async (t) => {
  const file = temporaryFile(t);
  const environment = { DATABASE_URL: `sqlite:${file}` };
  const made = await runCommand(["migrate", "--own-users", "text", "--detached"], environment);
  assert.match(made.stdout, /^001-accounts-of-text-ids of core: done\n/);
  assert.match(made.stdout, /\n001-intents of intents: done\n$/);
  const others = await runCommand(["migrate"], environment);
  const complaint =
    "sallyport: the tables were made for an application's users with text ids, and are opened for the library's own users\n";
  assert.deepEqual(others, { code: 1, stdout: "", stderr: complaint });
  assert.deepEqual(await runCommand(["migrate", "--check"], environment), others);
});

for (const [what, args, complaint] of [
  [
    "ids of no kind",
    ["migrate", "--own-users", "uuid"],
    /^sallyport: --own-users takes what their/,
  ],
  ["detached users of ours", ["migrate", "--detached"], /^sallyport: --detached goes with --own-/],
  ["no command", [], /^sallyport: which command\?\n/],
  ["an unknown command", ["migrations"], /^sallyport: there is no command "migrations"\n/],
  ["Object's own command", ["toString"], /^sallyport: there is no command "toString"\n/],
  ["an unknown option", ["migrate", "--chekc"], /^sallyport: Unknown option '--chekc'/],
  ["an option without its value", ["migrate", "--database"], /^sallyport: Option '--database/],
  [
    "an argument too many",
    ["migrate", "sqlite:a.db"],
    /^sallyport: "sqlite:a.db" is one argument too/,
  ],
  ["no database", ["migrate"], /^sallyport: --database or DATABASE_URL must be sqlite:FILE, /],
  [
    "a database of another kind",
    ["migrate", "--database", "oracle://user:hunter2@host/name"],
    /^sallyport: --database or DATABASE_URL must be [^\n]*, not oracle:\n/,
  ],
] as const) {
  test(`${what} ends with 2, and the usage`, async () => {
    const { code, stdout, stderr } = await runCommand(args);
    assert.deepEqual([code, stdout], [2, ""]);
    assert.match(stderr, complaint);
    assert.match(stderr, /\n\nsallyport migrate {3}/);
    assert.doesNotMatch(stderr, /hunter2/);
  });
}

test("a failure is one sentence, and ends with 1", async (t) => {
  const letter = temporaryFile(t);
  writeFileSync(letter, "a letter to my aunt, and a long one, too".repeat(100));
  for (const [database, complaint] of [
    [`sqlite:${letter}`, `${letter}: file is not a database`],
    ["sqlite:/nowhere/at/all.db", "/nowhere/at/all.db: Cannot open database because the "],
    ["postgres://user:hunter2@127.0.0.1:9/name", "connect ECONNREFUSED 127.0.0.1:9"],
    ["mysql://user:hunter2@127.0.0.1:9/name", "connect ECONNREFUSED 127.0.0.1:9"],
    ["postgres://user:hunter2@127.0.0.1:none/name", "Invalid URL"],
    ["mysql://user:hunter2@127.0.0.1:none/name", "Invalid URL"],
  ] as const) {
    const { code, stdout, stderr } = await runCommand(["migrate"], { DATABASE_URL: database });
    assert.deepEqual([code, stdout], [1, ""], database);
    assert.ok(stderr.startsWith(`sallyport: ${complaint}`), stderr);
    assert.match(stderr, /^[^\n]+\n$/);
    assert.doesNotMatch(stderr, /hunter2/);
  }
});
