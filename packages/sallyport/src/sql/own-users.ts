import { Conflict, comparisonKey, type Tables, type UserId, type Users } from "../storage.ts";
import type { StoredUser, UserStore } from "../user-store.ts";
import type { Lend } from "./connection.ts";
import { toUser } from "./stored-user.ts";

/** An application's users, and which of our tables have rows of theirs. */
export interface OwnUsers<Handle> {
  readonly store: UserStore<Handle>;
  readonly ofUser: readonly string[];
}

/**
 * The tables of one transaction beside an application's own users. No reference of the database's
 * holds them together, so whatever adds a row of a user's and whoever takes the user away turn
 * by turn.
 */
export function besideOwnUsers<Handle>(
  tables: Tables,
  { store, ofUser }: OwnUsers<Handle>,
  lend: Lend<Handle>,
): Tables {
  const { sql, lock, associations, sessions } = tables;
  const present = async (id: UserId) => {
    await lock(lockOfUser(id));
    await lend(async (connection) => {
      if (!(await store.find(id, connection))) throw new Conflict(`user ${id} is not there`);
    });
  };
  return {
    ...tables,
    users: {
      ...usersOf(store, lend),
      async remove(id) {
        await lock(lockOfUser(id));
        for (const table of ofUser) await sql?.run(`delete from ${table} where user_id = ?`, [id]);
        await lend(async (connection) => {
          await store.remove(id, connection);
        });
      },
    },
    associations: {
      ...associations,
      async add(association, now) {
        await present(association.userId);
        return associations.add(association, now);
      },
    },
    sessions: {
      ...sessions,
      async add(session) {
        await present(session.userId);
        await sessions.add(session);
      },
    },
  };
}

/** The tables outside of a transaction: what takes several statements has one of its own. */
export function standingAlone(
  tables: Tables,
  transaction: <T>(work: (tables: Tables) => Promise<T>) => Promise<T>,
): Tables {
  return {
    ...tables,
    users: {
      ...tables.users,
      add: (user, now) => transaction(({ users }) => users.add(user, now)),
      update: (id, changes, now) => transaction(({ users }) => users.update(id, changes, now)),
      remove: (id) => transaction(({ users }) => users.remove(id)),
    },
    associations: {
      ...tables.associations,
      add: (association, now) =>
        transaction(({ associations }) => associations.add(association, now)),
    },
    sessions: {
      ...tables.sessions,
      add: (session) => transaction(({ sessions }) => sessions.add(session)),
    },
  };
}

/** What is held while rows of a user's come, or the user goes. */
export function lockOfUser(id: UserId): string {
  return `user ${id}`;
}

/** The users as a store has them. */
export function usersOf<Handle>(
  store: UserStore<Handle>,
  lend: Lend<Handle>,
): Omit<Users, "remove"> {
  const user = (stored: StoredUser) => toUser(stored, store.ids);
  return {
    find: (id) =>
      lend(async (connection) => {
        const found = await store.find(id, connection);
        return found ? user(found) : undefined;
      }),
    findByEmail: (email) =>
      lend(async (connection) => {
        const key = comparisonKey(email);
        const found = (await store.findByEmail(key, connection)).map(user);
        // A database may find what only looks the same: é for e, say.
        return found.filter(({ email }) => email !== null && comparisonKey(email) === key);
      }),
    findByUsername: (username) =>
      lend(async (connection) => {
        const found = await store.findByUsername?.(username, connection);
        return found ? user(found) : undefined;
      }),
    add: ({ account: _, ...fields }, now) =>
      lend(async (connection) => user(await store.add(fields, connection, now))),
    update: (id, changes, now) =>
      lend(async (connection) => {
        await store.update(id, changes, connection, now);
      }),
  };
}
