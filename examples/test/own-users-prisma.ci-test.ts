import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { cp, rm, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import Database from "better-sqlite3";
import type { DetachedUserStore } from "sallyport";
import { sqliteStorage } from "sallyport/storage/sqlite";
import { userStoreContract } from "sallyport/testing";
import { startSite, temporaryFile } from "../../packages/sallyport/test/site.ts";

// Prisma weighs 300 MB, so it is no package of this repository: the example has a package.json of
// its own, and is installed, generated and compiled in a folder of this test's.

const run = promisify(execFile);
const root = fileURLToPath(new URL("../..", import.meta.url));
const ends: (() => unknown)[] = [];
const folder = dirname(temporaryFile({ after: (end) => void ends.push(end) }));

after(async () => {
  for (const end of ends) await end();
});

before(async () => {
  await cp(join(root, "examples/own-users/prisma"), folder, { recursive: true });
  const npm = ["install", "--ignore-scripts", "--no-audit", "--no-fund", "--engine-strict=false"];
  await run("npm", npm, { cwd: folder });
  const modules = join(folder, "node_modules");
  // Built already, and with our sources in place of the published library.
  await rm(join(modules, "better-sqlite3"), { recursive: true });
  for (const name of ["better-sqlite3", "sallyport"]) {
    await symlink(join(root, "node_modules", name), join(modules, name));
  }
  // Generating the client takes no engine, but the command looks for one and would fetch it.
  const env = { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: process.execPath };
  await run(join(modules, ".bin/prisma"), ["generate"], { cwd: folder, env });
});

test("the example compiles against the generated client", async () => {
  const config = {
    extends: join(root, "tsconfig.base.json"),
    compilerOptions: {
      noEmit: true,
      customConditions: ["sallyport-source"],
      // Prisma's types take an undefined field for none, and do not say so.
      exactOptionalPropertyTypes: false,
      typeRoots: [join(root, "node_modules/@types")],
    },
    files: ["users.ts"],
  };
  await writeFile(join(folder, "tsconfig.json"), JSON.stringify(config));
  const { stdout } = await run(join(root, "node_modules/.bin/tsc"), ["-p", folder]).catch(
    (failure: { stdout: string }) => failure,
  );
  // Our sources are compiled along, by rules that are not theirs.
  const own = stdout.split("\n").filter((line) => /^\S*users\.ts\(/.test(line));
  assert.deepEqual(own, []);
});

test("Prisma's store is right; a person in its table signs in, comes back, and is removed", async (t) => {
  const file = join(folder, "members.db");
  const database = new Database(file);
  // What `prisma migrate` would do, which takes an engine.
  database.exec(`create table Member (
    id text primary key, socialKey text unique, username text not null unique, email text,
    emailVerified boolean not null default false, fullName text not null default '',
    isActive boolean not null default true, lastLoginAt datetime)`);
  const members = () => database.prepare("select * from Member").all();

  const at = (path: string) => pathToFileURL(join(folder, path)).href;
  const { PrismaClient } = await import(at("generated/client.ts"));
  const { PrismaBetterSqlite3 } = await import(
    at("node_modules/@prisma/adapter-better-sqlite3/dist/index.mjs")
  );
  const { prismaUsers } = await import(at("users.ts"));
  const prisma = new PrismaClient({ adapter: new PrismaBetterSqlite3({ url: `file:${file}` }) });
  const users: DetachedUserStore = prismaUsers(prisma);
  const cases = userStoreContract(async () => {
    database.exec("delete from Member");
    const storage = sqliteStorage(":memory:", { users });
    return { storage, close: () => storage.close() };
  });
  for (const { run } of cases) await run();
  database.exec("delete from Member");

  const storage = sqliteStorage(join(folder, "sallyport.db"), { users });
  const { auth, provider, browser } = await startSite(t, { storage });
  t.after(async () => {
    await prisma.$disconnect();
    database.close();
  });

  provider.profile = { id: 1, login: "ada", email: "Ada@example.net" };
  const eight = Array.from({ length: 8 }, browser);
  const answers = await Promise.all(eight.map((one) => one.signIn("example")));
  assert.deepEqual(
    answers.map(({ status }) => status),
    Array(8).fill(303),
  );
  assert.equal(members().length, 1);

  provider.profile = { id: 1, login: "ada", email: "Ada@example.net", name: "Ada Lovelace" };
  const person = browser();
  await person.signIn("example");
  const user = await auth.user({ headers: { cookie: person.cookieHeader() } });
  assert.deepEqual([user?.username, user?.fullName], ["ada", "Ada Lovelace"]);
  assert.deepEqual(await storage.users.findByEmail("ADA@example.net"), [user]);

  provider.profile = { id: 2, login: "ada" };
  assert.equal((await browser().signIn("example")).status, 303);
  assert.equal(members().length, 2);

  assert.ok(user);
  await storage.users.remove(user.id);
  assert.equal(members().length, 1);
  assert.equal(await auth.user({ headers: { cookie: person.cookieHeader() } }), undefined);
});
