import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import Database from "better-sqlite3";
import { sqliteStorage } from "../../src/storage/sqlite.ts";
import { ada, later, now } from "../../src/testing/storage-cases/samples.ts";
import { temporaryFile } from "../site.ts";

const module = new URL("../../src/storage/sqlite.ts", import.meta.url).href;

/** Runs a script in a process of its own, with `storage` on this file, and gives what it prints. */
async function inProcess(file: string, script: string): Promise<string> {
  const source = `
    import { sqliteStorage } from ${JSON.stringify(module)};
    const [now, later] = [${now.getTime()}, ${later.getTime()}].map((at) => new Date(at));
    const storage = sqliteStorage(${JSON.stringify(file)});
    ${script}
    await storage.close();`;
  const options = ["--conditions=sallyport-source", "--import", "tsx", "--input-type=module"];
  const cwd = fileURLToPath(new URL("../..", import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [...options, "-e", source], {
    cwd,
  });
  return stdout;
}

function count(t: TestContext, file: string, table: string): unknown {
  const database = new Database(file, { readonly: true });
  t.after(() => database.close());
  return database.prepare(`select count(*) from ${table}`).pluck().get();
}

test("processes that start at once on a new file make its tables once", async (t) => {
  const file = temporaryFile(t);
  const script = `
    await storage.migrate();
    await storage.users.add({ username: "user" + process.pid, creator: "test" }, now);`;
  await Promise.all(Array.from({ length: 4 }, () => inProcess(file, script)));
  assert.equal(count(t, file, "users"), 4);
});

test("storages that share a new file in one process make its tables once", async (t) => {
  const file = temporaryFile(t);
  const storages = Array.from({ length: 6 }, () => sqliteStorage(file));
  t.after(async () => {
    for (const storage of storages) await storage.close();
  });
  await Promise.all(storages.map((storage) => storage.migrate()));
  assert.equal(count(t, file, "users"), 0);
});

test("two processes that write at once wait for each other", async (t) => {
  const file = temporaryFile(t);
  const here = sqliteStorage(file);
  t.after(() => here.close());
  await here.migrate();
  const script = `
    for (let at = 0; at < 40; at++) {
      await storage.transaction(async ({ users }) => {
        const user = await users.add({ username: process.pid + "-" + at, creator: "test" }, now);
        await new Promise((resolve) => setTimeout(resolve, 1));
        await users.update(user.id, { fullName: "written" }, now);
      });
    }`;
  await Promise.all(Array.from({ length: 3 }, () => inProcess(file, script)));
  assert.equal(count(t, file, "users where full_name = 'written'"), 120);
});

test("of fifty uses of one key over two processes one is the first", async (t) => {
  const file = temporaryFile(t);
  const here = sqliteStorage(file);
  t.after(() => here.close());
  await here.migrate();
  const script = `
    const uses = Array.from({ length: 25 }, () => storage.used.add("state", later, now));
    console.log((await Promise.all(uses)).filter(Boolean).length);`;
  const firsts = await Promise.all([inProcess(file, script), inProcess(file, script)]);
  assert.deepEqual(firsts.map(Number).sort(), [0, 1]);
});

test("many writers in one process finish, each with its own user", async (t) => {
  const file = temporaryFile(t);
  const [one, other] = [sqliteStorage(file), sqliteStorage(file)];
  t.after(async () => {
    await one.close();
    await other.close();
  });
  const added = await Promise.all(
    Array.from({ length: 60 }, (_, at) =>
      (at % 2 ? one : other).users.add({ ...ada, username: `user-${at}` }, now),
    ),
  );
  assert.equal(new Set(added.map(({ id }) => id)).size, 60);
});
