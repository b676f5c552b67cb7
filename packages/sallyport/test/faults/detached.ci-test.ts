import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { startSite } from "../site.ts";
import { besidePeople } from "../storage/own-users-cases.ts";
import { sqliteUsers } from "../storage/own-users-kinds.ts";
import { steps } from "./flows.ts";
import { watchPrepared } from "./sqlite-ground.ts";
import { kinds, Watch, type Wrong } from "./watch.ts";

// People whom our transactions do not reach: whichever statement of either database goes wrong,
// and however, nobody is left without an account, and the next try succeeds.

const watch = new Watch();

/** A site at which one person has not been yet. */
async function start(t: TestContext) {
  // Once in a hundred logins the used states are cleared away: not in these.
  t.mock.method(Math, "random", () => 0.7);
  const endWatch = watchPrepared(watch);
  t.after(endWatch);
  const on = await besidePeople(sqliteUsers, "text");
  t.after(on.close);
  const { storage, database, people } = on;
  const site = await startSite(t, { storage, pipeline: steps });
  await storage.migrate();

  const ids = async (rows: Promise<readonly object[]>) =>
    (await rows).map((row) => String(Object.values(row)[0]));
  return {
    ...site,
    async empty() {
      for (const table of ["social_auth", "sessions", "social_intent", "social_used"]) {
        await database.ask(`delete from ${table}`);
      }
      await people.ask("delete from people");
    },
    /** Has what was left made up for, and looks. */
    async settled() {
      await database.ask("update social_intent set expires_at = '2020-01-01T00:00:00.000Z'");
      await storage.used.add(
        `sweep ${Math.trunc(performance.now() * 1000)}`,
        new Date(0),
        new Date(0),
      );
      const persons = await ids(people.ask("select person from people"));
      const owners = await ids(database.ask("select distinct user_id from social_auth"));
      const signedIn = await ids(database.ask("select distinct user_id from sessions"));
      assert.deepEqual(owners, persons, "everybody has an account, and it leads to them");
      assert.deepEqual(
        signedIn.filter((id) => !persons.includes(id)),
        [],
      );
      assert.deepEqual(await database.ask("select * from social_intent"), []);
      return persons;
    },
  };
}

/** Does something once for each fault at each of its statements. */
async function tryEach(
  prepare: () => Promise<() => Promise<unknown>>,
  verify: () => Promise<void>,
): Promise<number> {
  const [, asked] = await watch.during(await prepare());
  let faults = 0;
  for (const at of asked.keys()) {
    for (const kind of kinds) {
      const wrong: Wrong = { at, kind };
      const act = await prepare();
      try {
        await watch.during(() => act().catch(() => {}), wrong);
        await verify();
      } catch (cause) {
        throw new Error(`${kind} at ${at} "${asked[at]}": ${(cause as Error).message}`, { cause });
      }
      faults++;
    }
  }
  return faults;
}

test("a first login: whatever goes wrong, nobody is left behind and the next try succeeds", async (t) => {
  const { browser, empty, settled } = await start(t);
  const faults = await tryEach(
    async () => {
      await empty();
      return () => browser().signIn("example");
    },
    async () => {
      await settled();
      assert.equal((await browser().signIn("example")).status, 303);
      assert.equal((await settled()).length, 1);
    },
  );
  t.diagnostic(`${faults} faults`);
  assert.ok(faults >= 120, `only ${faults} faults`);
});

test("a first login tried again at once makes one person, whatever went wrong", async (t) => {
  const { browser, empty, settled } = await start(t);
  await tryEach(
    async () => {
      await empty();
      return () => browser().signIn("example");
    },
    async () => {
      assert.equal((await browser().signIn("example")).status, 303);
      assert.equal((await settled()).length, 1);
    },
  );
});

test("a removal: whatever goes wrong, the person is there with all that is theirs, or gone", async (t) => {
  const { auth, storage, browser, empty, settled } = await start(t);
  await tryEach(
    async () => {
      await empty();
      const ada = browser();
      await ada.signIn("example");
      const user = await auth.user({ headers: { cookie: ada.cookieHeader() } });
      return () => storage.users.remove(user?.id ?? assert.fail());
    },
    async () => {
      await settled();
    },
  );
});
