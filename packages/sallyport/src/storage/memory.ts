import { allOrNothing, type Through } from "../sql/all-or-nothing.ts";
import {
  type Association,
  Conflict,
  comparisonKey,
  completeUser,
  type PausedRecord,
  type SessionRecord,
  type Storage,
  type Tables,
  type User,
  type UserId,
} from "../storage.ts";

/** Users for as long as the process lives: for tests and first steps. Nothing is written anywhere. */
export function memoryStorage(): Storage {
  const users = new Table<UserId, User>();
  const accounts = new Table<number, Association>();
  const sessions = new Table<string, SessionRecord>();
  const paused = new Table<string, PausedRecord>();
  const used = new Table<string, Date>();
  const limits = new Table<string, { readonly count: number; readonly expiresAt: Date }>();
  const leases = new Table<number, Date>();
  const all = [users, accounts, sessions, paused, used, limits, leases];
  let lastId = 0;
  let queue: Promise<unknown> = Promise.resolve();

  const byUsername = (username: string) =>
    users.first((user) => comparisonKey(user.username) === comparisonKey(username));
  const refuseTaken = (username: string, id?: UserId) => {
    const owner = byUsername(username);
    if (owner && owner.id !== id) throw new Conflict(`username "${username}" is taken`);
  };

  const hasItsAccount = ({ associationId }: SessionRecord) =>
    associationId === null || accounts.get(associationId) !== undefined;

  const tables: Tables = {
    // Transactions take turns.
    lock: async () => {},
    users: {
      find: async (id) => users.get(id),
      findByEmail: async (email) =>
        users.all(
          (user) => user.email !== null && comparisonKey(user.email) === comparisonKey(email),
        ),
      findByUsername: async (username) => byUsername(username),
      async add(user, now) {
        refuseTaken(user.username);
        const added: User = { ...completeUser(user, now), id: ++lastId };
        users.set(added.id, added);
        return added;
      },
      async update(id, changes, now) {
        if (changes.username !== undefined) refuseTaken(changes.username, id);
        const user = users.get(id);
        if (user) users.set(id, { ...user, ...changes, updatedAt: now });
      },
      async remove(id) {
        users.delete(id);
        accounts.deleteAll(({ userId }) => userId === id);
        sessions.deleteAll(({ userId }) => userId === id);
      },
    },
    associations: {
      find: async (provider, uid) =>
        accounts.first((account) => account.provider === provider && account.uid === uid),
      get: async (id) => accounts.get(id),
      ofUser: async (id) => accounts.all(({ userId }) => userId === id),
      async add({ userId, provider, uid, tenant = null }, now) {
        if (accounts.first((account) => account.provider === provider && account.uid === uid)) {
          throw new Conflict("this account is associated already");
        }
        const id = ++lastId;
        const account = {
          id,
          userId,
          provider,
          uid,
          tenant,
          extraData: {},
          createdAt: now,
          updatedAt: now,
        };
        accounts.set(id, account);
        return account;
      },
      async setExtraData(id, extraData, now) {
        const account = accounts.get(id);
        if (account) accounts.set(id, { ...account, extraData, updatedAt: now });
        leases.delete(id);
      },
      remove: async (id) => accounts.delete(id),
      async lease(id, until, now) {
        const held = leases.get(id);
        if (!accounts.get(id) || (held && held > now)) return false;
        leases.set(id, until);
        return true;
      },
      async release(id, until) {
        if (leases.get(id)?.getTime() === until.getTime()) leases.delete(id);
      },
    },
    sessions: {
      add: async (session) => sessions.set(session.idHash, session),
      find: async (idHash) => {
        const session = sessions.get(idHash);
        return session && hasItsAccount(session) ? session : undefined;
      },
      ofUser: async (id) =>
        sessions.all((session) => session.userId === id && hasItsAccount(session)),
      async seen(idHash, now) {
        const session = sessions.get(idHash);
        if (session) sessions.set(idHash, { ...session, lastSeenAt: now });
      },
      remove: async (idHash) => sessions.delete(idHash),
      removeAllOfUser: async (id) => sessions.deleteAll(({ userId }) => userId === id),
      removeAllOfAssociation: async (id) =>
        sessions.deleteAll(({ associationId }) => associationId === id),
    },
    paused: {
      add: async (record) => paused.set(record.idHash, record),
      find: async (idHash) => paused.get(idHash),
      async replace(record) {
        if (!paused.get(record.idHash)) return false;
        paused.set(record.idHash, record);
        return true;
      },
      remove: async (idHash) => paused.delete(idHash),
    },
    used: {
      async add(key, expiresAt, now) {
        used.deleteAll((expiry) => expiry < now);
        if (used.get(key)) return false;
        used.set(key, expiresAt);
        return true;
      },
    },
    limits: {
      async count(key, expiresAt, now) {
        limits.deleteAll((row) => row.expiresAt < now);
        const count = (limits.get(key)?.count ?? 0) + 1;
        limits.set(key, { count, expiresAt });
        return count;
      },
    },
  };

  // Transactions take turns, and a call outside of one is a transaction of its own.
  function transaction<T>(work: (tables: Tables) => Promise<T>): Promise<T> {
    const turn = queue.then(async () => {
      try {
        const result = await allOrNothing((through) => work(eachTable(tables, through)));
        for (const table of all) table.keep();
        return result;
      } catch (error) {
        for (const table of all) table.undo();
        throw error;
      }
    });
    queue = turn.catch(() => {});
    return turn;
  }

  return {
    ...eachTable(tables, (call) => transaction(call)),
    transaction,
    migrate: async () => {},
    pendingMigrations: async () => [],
    ping: async () => {},
    close: async () => {},
  };
}

/** The same tables, each call of which is made `through`. */
function eachTable(
  { users, associations, sessions, paused, used, limits, lock }: Tables,
  through: Through,
): Tables {
  return {
    users: eachCall(users, through),
    associations: eachCall(associations, through),
    sessions: eachCall(sessions, through),
    paused: eachCall(paused, through),
    used: eachCall(used, through),
    limits: eachCall(limits, through),
    lock,
  };
}

function eachCall<Calls extends object>(calls: Calls, through: Through): Calls {
  const wrapped = Object.entries(calls).map(([name, call]) => [
    name,
    (...given: readonly unknown[]) => through(() => call(...given)),
  ]);
  // The same names, each with the parameters and the result it had.
  return Object.fromEntries(wrapped) as Calls;
}

/** Rows by key that remember how to undo what was done to them since {@link Table.keep}. */
class Table<Key, Row> {
  readonly #rows = new Map<Key, Row>();
  #undo: (() => void)[] = [];

  get(key: Key): Row | undefined {
    return this.#rows.get(key);
  }

  all(matches: (row: Row) => boolean): Row[] {
    return [...this.#rows.values()].filter(matches);
  }

  first(matches: (row: Row) => boolean): Row | undefined {
    for (const row of this.#rows.values()) if (matches(row)) return row;
    return undefined;
  }

  set(key: Key, row: Row): void {
    this.#remember(key);
    this.#rows.set(key, row);
  }

  /** Whether there was one. */
  delete(key: Key): boolean {
    this.#remember(key);
    return this.#rows.delete(key);
  }

  deleteAll(matches: (row: Row) => boolean): void {
    for (const [key, row] of this.#rows) if (matches(row)) this.delete(key);
  }

  keep(): void {
    this.#undo = [];
  }

  undo(): void {
    for (const step of this.#undo.reverse()) step();
    this.#undo = [];
  }

  #remember(key: Key): void {
    const before = this.#rows.get(key);
    this.#undo.push(() => {
      if (before === undefined) this.#rows.delete(key);
      else this.#rows.set(key, before);
    });
  }
}
