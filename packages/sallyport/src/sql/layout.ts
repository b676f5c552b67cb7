import {
  Conflict,
  type Storage,
  StorageUnavailable,
  type Tables,
  type UserId,
} from "../storage.ts";
import type { DetachedUserStore, UserStore } from "../user-store.ts";
import { type Lend, lockOver, type OwnSql, type Query } from "./connection.ts";
import { detachedUsers, withDetachedUsers } from "./detached-users.ts";
import type { Dialect } from "./dialect.ts";
import {
  coreMigrations,
  type MigrationSet,
  type MigrationTexts,
  ourUsers,
  textsOf,
} from "./migrations.ts";
import { besideOwnUsers, standingAlone } from "./own-users.ts";
import { coreMigrationsOf, intentMigrations, ownUsers } from "./own-users-migrations.ts";
import { toUserId } from "./stored-user.ts";
import { sqlTables } from "./tables.ts";

/** Which tables there are. */
export interface LayoutOptions<Handle> {
  /** Tables of modules that bring their own, such as `affiliationMigrations`. */
  readonly migrations?: readonly MigrationSet[] | undefined;
  /**
   * False where this user of the database may not change its tables: first use only checks that
   * they are up to date, and fails with `tables_outdated` where they are not. Default true.
   */
  readonly migrate?: boolean | undefined;
  /** The application's own users, in place of the table `users`. */
  readonly users?: UserStore<Handle> | DetachedUserStore | undefined;
}

/** Which tables there are, and what they need of a storage. */
export interface Layout<Handle> {
  readonly sets: readonly MigrationTexts[];
  /** The tables over a connection that is lent, alone or within a transaction. */
  tables(sql: OwnSql, lend: Lend<Handle>, where: "alone" | "within"): Tables;
  /** The tables outside of a transaction. */
  alone(tables: Tables, transaction: Storage["transaction"]): Tables;
  /** The work of a transaction, between its beginning and its commit. */
  guard<T>(query: Query, work: () => Promise<T>): Promise<T>;
  /** What lies around the storage. */
  around(storage: Storage): Storage;
}

/** The layout for users of ours, or of the application's. */
export function layoutFor<Handle>(
  dialect: Dialect,
  { migrations = [], users }: LayoutOptions<Handle>,
): Layout<Handle> {
  const over = (
    sql: OwnSql,
    where: "alone" | "within",
    toUserId?: (value: unknown) => UserId,
  ): Tables =>
    sqlTables(sql, lockOver(dialect, sql), {
      forUpdate: where === "within" ? dialect.forUpdate : undefined,
      toUserId,
    });
  if (!users) {
    const user = ourUsers(dialect.types);
    return {
      sets: [coreMigrations, ...migrations].map((set) => textsOf(set, dialect, user)),
      tables: (sql, _, where) => over(sql, where),
      alone: (tables) => tables,
      guard: (_, work) => work(),
      around: (storage) => storage,
    };
  }
  const { ids = "integer" } = users;
  const detached = users.transactional === false ? users : undefined;
  const core = [coreMigrationsOf(ids), ...(detached ? [intentMigrations] : [])];
  const sets = [...core, ...migrations];
  const own = {
    store: users.transactional === false ? detachedUsers(users) : users,
    ofUser: sets.flatMap(({ ofUser = [] }) => ofUser),
  };
  return {
    sets: sets.map((set) => textsOf(set, dialect, ownUsers(ids)(dialect.types))),
    tables: (sql, lend, where) =>
      besideOwnUsers(
        over(sql, where, (id) => toUserId(id, ids)),
        own,
        lend,
      ),
    alone: standingAlone,
    guard: detached ? (_, work) => work() : guarded,
    around: (storage) => (detached ? withDetachedUsers(storage, dialect, detached) : storage),
  };
}

// Once the transaction is over, by whatever the store did, there is no such savepoint.
async function guarded<T>(query: Query, work: () => Promise<T>): Promise<T> {
  await query("savepoint sallyport", []);
  const result = await work();
  await query("release savepoint sallyport", []).catch((cause: unknown) => {
    if (cause instanceof Conflict || cause instanceof StorageUnavailable) throw cause;
    const message = "the users store ended the transaction, or went on after an error in it";
    throw new Error(message, { cause });
  });
  return result;
}
