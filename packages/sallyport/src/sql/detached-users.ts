import { randomToken } from "../seal.ts";
import { Conflict, type Storage, type Tables, type UserId } from "../storage.ts";
import type { DetachedUserStore, UserStore } from "../user-store.ts";
import { allOrNothing } from "./all-or-nothing.ts";
import { type Lend, lendOver } from "./connection.ts";
import type { Dialect } from "./dialect.ts";
import { forget, heldIntent, intendRemoval, intentsOf, isLeaving, nameOf } from "./intents.ts";
import { lockOfUser, standingAlone, usersOf } from "./own-users.ts";
import { toUser } from "./stored-user.ts";

// Users whom another connection writes than the one that has our transaction. A row of
// `social_intent`, committed beforehand, says that a user is about to be made. The transaction
// that makes them takes the row away again, so it stands exactly as long as that transaction is
// not committed. Whoever finds it later removes whom it was for. Nobody makes a user, or takes
// such a row away, but who holds its lock.

/** What the tables see of such a store: all but what is done around a transaction. */
export function detachedUsers(store: DetachedUserStore): UserStore<unknown> {
  return {
    ids: store.ids,
    find: (id) => store.find(id),
    findByEmail: (email) => store.findByEmail(email),
    findByUsername: (username) => store.findByUsername?.(username),
    add: () => Promise.reject(new Error("this user is made around the transaction")),
    update: (id, changes, _, now) => store.update(id, changes, now),
    remove: () => {},
  };
}

/** What one run of a transaction's work does that does not end with it. */
interface Run {
  /** The intent without which it cannot make a user. */
  missing?: string;
  readonly made: Set<string>;
  readonly removals: string[];
}

/** How often a transaction starts over for the sake of an intent. */
const mostRuns = 10;

/**
 * The storage with users whom its transactions do not reach. The work of one that adds a user is
 * run twice: SQLite has one writer, so the intent cannot be committed while the work waits.
 */
export function withDetachedUsers(
  storage: Storage,
  dialect: Dialect,
  store: DetachedUserStore,
): Storage {
  const intents = intentsOf(storage, store);
  // Mostly a database of the same kind.
  const lend = lendOver(dialect, store);

  async function transaction<T>(work: (tables: Tables) => Promise<T>): Promise<T> {
    const intended = new Set<string>();
    // Users without an account are told apart by their order.
    const unnamed: string[] = [];
    for (let runs = 1; ; runs++) {
      const run: Run = { made: new Set(), removals: [] };
      try {
        const result = await storage.transaction((tables) =>
          allOrNothing((through) => {
            const watched: Lend<DetachedUserStore> = (use) => through(() => lend(use));
            return work(tablesOf(tables, store, watched, run, unnamed));
          }),
        );
        const unused = [...intended].filter((name) => !run.made.has(name));
        await intents.settle([...run.removals, ...unused]);
        return result;
      } catch (error) {
        if (run.missing === undefined || runs === mostRuns) {
          await intents.settle(new Set([...intended, ...run.made]));
          throw error;
        }
        await intents.add(run.missing);
        intended.add(run.missing);
      }
    }
  }

  const users = usersOf(detachedUsers(store), lend);
  const alone = standingAlone(storage, transaction);
  return {
    ...alone,
    users: { ...alone.users, ...users, add: alone.users.add },
    used: {
      async add(key, expiresAt, now) {
        // Each login begins here. What cannot be made up for now is made up for later.
        await intents.sweep();
        return storage.used.add(key, expiresAt, now);
      },
    },
    transaction,
    migrate: () => storage.migrate(),
    pendingMigrations: () => storage.pendingMigrations(),
    ping: () => storage.ping(),
    close: () => storage.close(),
  };
}

/** The tables of one run. */
function tablesOf(
  tables: Tables,
  store: DetachedUserStore,
  lend: Lend<DetachedUserStore>,
  run: Run,
  unnamed: string[],
): Tables {
  let nameless = 0;
  const users = usersOf(detachedUsers(store), lend);
  const staying = async (id: UserId) => {
    await tables.lock(lockOfUser(id));
    await lend(async () => {
      if (await isLeaving(tables, id)) throw new Conflict(`user ${id} is being removed`);
    });
  };
  return {
    ...tables,
    users: {
      ...users,
      add: ({ account, ...user }, now) =>
        lend(async () => {
          const name = account ? await nameOf(account) : nextUnnamed();
          const intent = await heldIntent(tables, name);
          if (!intent) {
            run.missing = name;
            throw new Conflict("nobody has said that this user is about to be made");
          }
          run.made.add(name);
          const made = await store.add(user, { key: String(intent.user_key), now });
          await forget(tables, name);
          return toUser(made, store.ids);
        }),
      async remove(id) {
        await tables.users.remove(id);
        run.removals.push(await intendRemoval(tables, id));
      },
    },
    associations: {
      ...tables.associations,
      async add(association, now) {
        await staying(association.userId);
        return tables.associations.add(association, now);
      },
    },
    sessions: {
      ...tables.sessions,
      async add(session) {
        await staying(session.userId);
        await tables.sessions.add(session);
      },
    },
  };

  function nextUnnamed(): string {
    const name = unnamed[nameless] ?? randomToken();
    unnamed[nameless++] = name;
    return name;
  }
}
