import assert from "node:assert/strict";
import { test } from "node:test";
import { Conflict, type Storage } from "../../src/storage.ts";
import { storageContract } from "../../src/testing/index.ts";
import { ada, now, sessionOf } from "../../src/testing/storage-cases/samples.ts";
import type { DetachedUserStore, UserIds } from "../../src/user-store.ts";
import { type OnDatabase, opened, type TestDatabase } from "./databases.ts";
import { makePeople } from "./own-users.ts";

/** How an application's own users are kept in a kind of database. */
export interface OwnUsersKind {
  readonly kind: string;
  /** What its addresses begin with. */
  readonly scheme: string;
  readonly makeDatabase: () => Promise<TestDatabase>;
  /** A storage whose store joins its transactions. */
  readonly joined: (address: string, ids: UserIds) => Storage;
  /** A storage with a store that does not. */
  readonly open: (address: string, users: DetachedUserStore | undefined) => Storage;
  /** Such a store, and how its connections end. */
  readonly detached: (
    address: string,
    ids: UserIds,
  ) => { readonly store: DetachedUserStore; readonly end: () => unknown };
}

/** A storage with people of the application's, on a new database. */
export async function onPeople(
  { makeDatabase, joined }: OwnUsersKind,
  ids: UserIds,
): Promise<OnDatabase> {
  const database = await makeDatabase();
  await makePeople(database, ids);
  return opened(
    async () => database,
    (address) => joined(address, ids),
  );
}

/**
 * A storage, and people whom its transactions do not reach: on SQLite in a file of their own,
 * since each file has one writer.
 */
export async function besidePeople(
  { kind, makeDatabase, open, detached }: OwnUsersKind,
  ids: UserIds,
): Promise<OnDatabase & { readonly people: TestDatabase; readonly store: DetachedUserStore }> {
  const people = await makeDatabase();
  await makePeople(people, ids);
  const { store, end } = detached(people.address, ids);
  const shared = async () => ({ ...people, close: async () => {} });
  const on = await opened(kind === "SQLite" ? makeDatabase : shared, (address) =>
    open(address, store),
  );
  return {
    ...on,
    people,
    store,
    async close() {
      await on.close();
      await end();
      await people.close();
    },
  };
}

/** Runs the storage contract with an application's own users. */
export function runOwnUsers(of: OwnUsersKind): void {
  for (const ids of ["integer", "text"] as const) {
    const cases = storageContract(
      () => onPeople(of, ids),
      ({ database }, query) => database.ask(query),
      { users: "joined" },
    );
    for (const { name, run } of cases) test(`${name} (${of.kind}, own users, ${ids} ids)`, run);
  }
  const cases = storageContract(
    () => besidePeople(of, "text"),
    ({ database }, query) => database.ask(query),
    { users: "detached" },
  );
  for (const { name, run } of cases) test(`${name} (${of.kind}, detached users)`, run);

  const openings = {
    "own users": async () => {
      const on = await onPeople(of, "integer");
      return { ...on, people: on.database };
    },
    "detached users": () => besidePeople(of, "integer"),
  };
  for (const [name, open] of Object.entries(openings)) {
    test(`what comes while its user goes is nobody's afterwards (${of.kind}, ${name})`, async (t) => {
      const { storage, database, people, close } = await open();
      t.after(close);
      let came = 0;
      for (let round = 0; round < 15; round++) {
        const user = await storage.users.add({ ...ada, username: `ada-${round}` }, now);
        const connect = storage.transaction(async ({ associations, sessions }) => {
          await associations.add({ userId: user.id, provider: "e", uid: String(round) }, now);
          await sessions.add(sessionOf(user, String(round)));
        });
        const leave = new Promise((resolve) => setTimeout(resolve, Math.random() * 4)).then(() =>
          storage.users.remove(user.id),
        );
        const [connected, left] = await Promise.allSettled([connect, leave]);
        if (connected.status === "fulfilled") came++;
        else assert.ok(connected.reason instanceof Conflict, String(connected.reason));
        assert.equal(left.status, "fulfilled");
      }
      t.diagnostic(`${came} of 15 came first`);
      assert.deepEqual(await people.ask("select * from people"), []);
      for (const table of ["social_auth", "sessions"]) {
        assert.deepEqual(await database.ask(`select user_id from ${table}`), []);
      }
    });
  }
}
