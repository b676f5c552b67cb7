import type { NewUser, User, UserChanges, UserId } from "./storage.ts";

/**
 * A user as an application's own table has them: an id, and whichever of a {@link User}'s fields
 * there are columns for. What is missing or null is as a new user has it: empty, active, no
 * administrator. Truths may be 0 and 1, and times text, as SQLite has them; other columns are
 * passed over.
 */
export type StoredUser = { readonly id: UserId | bigint } & {
  readonly [Field in Exclude<keyof User, "id">]?: Stored<User[Field]> | null | undefined;
};

type Stored<Value> = Value extends boolean
  ? boolean | number
  : Value extends Date
    ? Date | string
    : Value;

/** What the ids of an application's users are: `text` for UUIDs, cuids and integers past 2^53. */
export type UserIds = "integer" | "text";

/**
 * An application's own table of users, in the storage's own database. Each function is handed
 * the connection of the transaction that it is part of, as the storage's driver has it, and asks
 * that one alone: then all that a login writes is there, or nothing is. It neither begins nor ends
 * a transaction, and lets the driver's errors pass. What the application has no column for it
 * leaves out.
 *
 * ```ts
 * const store: UserStore<SqliteDatabase> = {
 *   find: (id, db) => db.prepare("select * from people where id = ?").get(id) as StoredUser,
 *   …
 * };
 * sqliteStorage("app.db", { users: store });
 * ```
 */
export interface UserStore<Connection> {
  readonly transactional?: true | undefined;
  /** Default `integer`. Stays what it was when the tables were made. */
  readonly ids?: UserIds | undefined;
  find(id: UserId, connection: Connection): Later<StoredUser | null | undefined>;
  /**
   * Whoever has this address, several where several do.
   *
   * @param email in NFKC and lower case, to be compared with the column in lower case.
   */
  findByEmail(email: string, connection: Connection): Later<readonly StoredUser[]>;
  /** Gives the user as {@link find} does. */
  add(user: NewUser, connection: Connection, now: Date): Later<StoredUser>;
  /** Each login is one, of `lastLoginAt` at least. Where nobody has the id, nothing changes. */
  update(id: UserId, changes: UserChanges, connection: Connection, now: Date): Later<unknown>;
  /** Takes along what of the application's belongs to the user. Nothing where nobody has the id. */
  remove(id: UserId, connection: Connection): Later<unknown>;
  /** Only where usernames are unique: whoever has this one, however it is capitalised. */
  findByUsername?(username: string, connection: Connection): Later<StoredUser | null | undefined>;
}

/**
 * An application's own table of users, where its data layer cannot use our connection: each
 * function asks by a connection of its own. A key in a column of its own makes up for it, so that
 * no login that fails, or is killed, leaves a user behind. Throw `Conflict` where somebody else has
 * a unique value, and `StorageUnavailable` where the database is away.
 */
export interface DetachedUserStore {
  readonly transactional: false;
  /** As {@link UserStore.ids}. No id may ever be given twice. */
  readonly ids?: UserIds | undefined;
  find(id: UserId): Later<StoredUser | null | undefined>;
  /** As {@link UserStore.findByEmail}. */
  findByEmail(email: string): Later<readonly StoredUser[]>;
  /**
   * Makes a user and keeps the key in a unique column, in one statement. Where that key is kept
   * already, gives the user who has it, and makes none.
   */
  add(user: NewUser, made: { readonly key: string; readonly now: Date }): Later<StoredUser>;
  findByKey(key: string): Later<StoredUser | null | undefined>;
  /** As {@link UserStore.update}. */
  update(id: UserId, changes: UserChanges, now: Date): Later<unknown>;
  /** As {@link UserStore.remove}. May be called again for a user who is gone. */
  remove(id: UserId): Later<unknown>;
  /** As {@link UserStore.findByUsername}. */
  findByUsername?(username: string): Later<StoredUser | null | undefined>;
}

type Later<T> = T | Promise<T>;
