import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import Database from "better-sqlite3";
import type { SqlRow } from "../../src/storage.ts";
import { startSite } from "../site.ts";
import type { TestDatabase } from "./databases.ts";
import { makePeople } from "./own-users.ts";
import type { OwnUsersKind } from "./own-users-cases.ts";
import { postgresUsers, sqliteUsers } from "./own-users-kinds.ts";

// People whom our transactions do not reach, and processes that end at any moment: afterwards
// nobody is left without an account, and no account or session is anybody's who is not there.

const script = fileURLToPath(new URL("detached-process.ts", import.meta.url));

function start(address: string, people: string, what: string, at: number) {
  const node = ["--conditions=sallyport-source", "--import", "tsx", script];
  const child = spawn(process.execPath, [...node, address, people, what, String(at)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  return { child, exit: once(child, "exit") };
}

type Asks = Pick<TestDatabase, "ask" | "address">;

/** What is there of the one person. */
async function there(database: Asks, people: Asks) {
  const ids = (rows: readonly SqlRow[]) => rows.map(({ id }) => String(id));
  return {
    people: ids(await people.ask("select person as id from people")),
    accounts: ids(await database.ask("select user_id as id from social_auth")),
    sessions: ids(await database.ask("select user_id as id from sessions")),
    intents: (await database.ask("select * from social_intent")).length,
  };
}

/** Signs the person in again, has what was left swept away, or both, and looks. */
async function recover(
  t: TestContext,
  kind: OwnUsersKind,
  { database, people }: { readonly database: Asks; readonly people: Asks },
  first: "sweep" | "login",
): Promise<void> {
  const { store, end } = kind.detached(people.address, "text");
  const storage = kind.open(database.address, store);
  const ends: (() => unknown)[] = [];
  const { browser } = await startSite({ after: (e) => void ends.push(e) }, { storage });
  t.after(async () => {
    for (const each of ends) await each();
    await end();
  });
  const sweep = async () => {
    await database.ask("update social_intent set expires_at = '2020-01-01T00:00:00.000Z'");
    await storage.used.add(`key ${Math.random()}`, new Date(), new Date());
  };
  const login = async () => assert.equal((await browser().signIn("example")).status, 303);

  for (const act of first === "sweep" ? [sweep] : [login, sweep]) await act();
  const { people: persons, accounts, sessions, intents } = await there(database, people);
  assert.deepEqual(persons, accounts, "everybody has the one account, and it leads to them");
  assert.deepEqual(
    sessions.filter((id) => !persons.includes(id)),
    [],
  );
  assert.equal(intents, 0);
  if (first === "login") assert.equal(persons.length, 1);
}

for (const what of ["login", "removal"] as const) {
  test(`a ${what} that is killed before any of its statements is made up for (SQLite)`, async (t) => {
    const folder = mkdtempSync(join(tmpdir(), "sallyport-kills-"));
    t.after(() => rmSync(folder, { recursive: true }));
    let kills = 0;
    for (let killed = true; killed; ) {
      const at = join(folder, `${kills}`);
      const [database, people] = [
        await sqliteUsers.makeDatabase(),
        await sqliteUsers.makeDatabase(),
      ];
      await makePeople(people, "text");
      const [, signal] = await start(database.address, people.address, what, kills).exit;
      killed = signal === "SIGKILL";
      if (killed) kills++;
      for (const first of ["sweep", "login"] as const) {
        const copies = copiesOf(t, { database, people }, join(at, first));
        await recover(t, sqliteUsers, copies, first).catch((cause: Error) => {
          throw new Error(`killed before statement ${kills - 1}: ${cause.message}`, { cause });
        });
      }
      await database.close();
      await people.close();
    }
    t.diagnostic(`${kills} moments`);
    assert.ok(kills >= 6, `only ${kills} moments`);
  });
}

/** The same files once more, as the kill has left them. */
function copiesOf<Names extends string>(
  t: TestContext,
  databases: Readonly<Record<Names, TestDatabase>>,
  folder: string,
): Readonly<Record<Names, Asks>> {
  const copies = Object.entries<TestDatabase>(databases).map(([name, { address }]) => {
    cpSync(dirname(address), join(folder, name), { recursive: true });
    const copy = join(folder, name, basename(address));
    const connection = new Database(copy);
    t.after(() => connection.close());
    const ask = async (text: string) => {
      const statement = connection.prepare(text);
      if (statement.reader) return statement.all() as SqlRow[];
      statement.run();
      return [];
    };
    return [name, { address: copy, ask }];
  });
  // The same names.
  return Object.fromEntries(copies) as Readonly<Record<Names, Asks>>;
}

test("logins and removals that are killed at any moment are made up for (PostgreSQL)", async (t) => {
  for (let round = 0; round < 8; round++) {
    const database = await postgresUsers.makeDatabase();
    await makePeople(database, "text");
    const { address } = database;
    const what = round % 2 ? "removal" : "login";
    const { child, exit } = start(address, address, what, -1);
    let said = "";
    child.stdout.on("data", async (data) => {
      said += data;
      if (!said.includes(what === "login" ? "ready" : "removing")) return;
      setTimeout(() => child.kill("SIGKILL"), Math.random() * 40);
    });
    await exit;
    const both = { database, people: database };
    await recover(t, postgresUsers, both, "sweep");
    await recover(t, postgresUsers, both, "login");
    t.after(() => database.close());
  }
});
