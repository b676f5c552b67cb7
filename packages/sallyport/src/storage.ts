import { AuthError } from "./errors.ts";
import type { JsonObject } from "./identity.ts";

/** A user's key. Ours are integers; an application's own may be text. */
export type UserId = number | string;

/** A user of the application. */
export interface User {
  readonly id: UserId;
  /** Unique, however it is capitalised. */
  readonly username: string;
  readonly email: string | null;
  readonly emailVerified: boolean;
  readonly firstName: string;
  readonly lastName: string;
  readonly fullName: string;
  readonly isActive: boolean;
  /** Set by hand only, never by a login. */
  readonly isAdmin: boolean;
  /** What made this user, for example a backend's name. */
  readonly creator: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly lastLoginAt: Date | null;
}

/** What a new user is made from. */
export type NewUser = Pick<User, "username" | "creator"> &
  Partial<Pick<User, "email" | "emailVerified" | "firstName" | "lastName" | "fullName">> & {
    /** The account that the user is made for: logins with it at once make one user. */
    readonly account?: { readonly provider: string; readonly uid: string } | undefined;
  };

/** A new user complete: active, no administrator, and empty where nothing was said. */
export function completeUser({ account: _, ...user }: NewUser, now: Date): Omit<User, "id"> {
  return {
    email: null,
    emailVerified: false,
    firstName: "",
    lastName: "",
    fullName: "",
    isActive: true,
    isAdmin: false,
    ...user,
    createdAt: now,
    updatedAt: now,
    lastLoginAt: null,
  };
}

/** What may change about a user. */
export type UserChanges = Partial<Omit<User, "id" | "createdAt" | "updatedAt">>;

/** The users. */
export interface Users {
  find(id: UserId): Promise<User | undefined>;
  /** Whoever has this address as NFKC and lower case compare it; several where several do. */
  findByEmail(email: string): Promise<readonly User[]>;
  /** @throws {@link Conflict} where the username is taken. */
  add(user: NewUser, now: Date): Promise<User>;
  /** @throws {@link Conflict} where the username is taken. */
  update(id: UserId, changes: UserChanges, now: Date): Promise<void>;
  /** Takes along what is theirs in other tables of ours. Where nobody has the id, nothing happens. */
  remove(id: UserId): Promise<void>;
  /** Whoever has this username as NFKC and lower case compare it. */
  findByUsername(username: string): Promise<User | undefined>;
}

/** One account at one provider that belongs to one user. */
export interface Association {
  readonly id: number;
  readonly userId: UserId;
  readonly provider: string;
  /** That of a tenant begins with the tenant's name and a colon. */
  readonly uid: string;
  /** Whose backend it is an account of, where there are several tenants. */
  readonly tenant: string | null;
  /** What the backend keeps; tokens in it are sealed. */
  readonly extraData: JsonObject;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** Which account belongs to which user: python-social-auth's `social_auth`. */
export interface Associations {
  /**
   * Provider and uid compare byte by byte. Within a transaction what is found is nobody else's
   * to change until its end, so that extra data made from it loses nothing; {@link get} too.
   */
  find(provider: string, uid: string): Promise<Association | undefined>;
  get(id: number): Promise<Association | undefined>;
  ofUser(userId: UserId): Promise<readonly Association[]>;
  /** @throws {@link Conflict} where the account is associated already. */
  add(
    association: { userId: UserId; provider: string; uid: string; tenant?: string | null },
    now: Date,
  ): Promise<Association>;
  setExtraData(id: number, extraData: JsonObject, now: Date): Promise<void>;
  /** False where it was gone already. */
  remove(id: number): Promise<boolean>;
  /**
   * True for the one caller who may renew this account's tokens, over any number of processes,
   * until `until`, or until {@link setExtraData} keeps what came, or {@link release}.
   */
  lease(id: number, until: Date, now: Date): Promise<boolean>;
  /** Ends the lease that lasts until `until`, so that another caller may try. */
  release(id: number, until: Date): Promise<void>;
}

/** A row of `sessions`. The cookie's value itself is nowhere in it. */
export interface SessionRecord {
  readonly idHash: string;
  readonly userId: UserId;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly lastSeenAt: Date;
  readonly authenticatedAt: Date;
  readonly backend: string;
  /** Where there are several tenants, the one that this session is good at. */
  readonly tenant: string | null;
  /** The account that the person signed in with; null where that is not known. */
  readonly associationId: number | null;
  /** How the person proved who they are (RFC 8176); null where the provider did not say. */
  readonly amr: readonly string[] | null;
  /** What the browser called itself then; null where it did not. */
  readonly userAgent: string | null;
}

/**
 * Who is signed in, where sessions are kept in the database. One that came from an account which
 * is there no longer is not found: a login may commit in the moment in which that account goes.
 */
export interface Sessions {
  add(session: SessionRecord): Promise<void>;
  find(idHash: string): Promise<SessionRecord | undefined>;
  /** In no order, and with those that have ended by themselves but are not cleared away yet. */
  ofUser(userId: UserId): Promise<readonly SessionRecord[]>;
  seen(idHash: string, now: Date): Promise<void>;
  /** False where it was gone already. */
  remove(idHash: string): Promise<boolean>;
  removeAllOfUser(userId: UserId): Promise<void>;
  /** Ends what was begun by signing in with this account. */
  removeAllOfAssociation(associationId: number): Promise<void>;
}

/** A row of `social_partial`: a paused login, sealed. */
export interface PausedRecord {
  readonly idHash: string;
  readonly data: string;
  readonly expiresAt: Date;
}

/** Logins that wait for somebody to say something. */
export interface PausedLogins {
  add(paused: PausedRecord): Promise<void>;
  find(idHash: string): Promise<PausedRecord | undefined>;
  /** Puts it in the place of the one of this id. False where that is gone. */
  replace(paused: PausedRecord): Promise<boolean>;
  /** True for exactly one caller: whoever takes it away goes on with it. */
  remove(idHash: string): Promise<boolean>;
}

/** One-time things (states, nonces, resume links) that were used. */
export interface Used {
  /** True for exactly one caller a key, over any number of processes. */
  add(key: string, expiresAt: Date, now: Date): Promise<boolean>;
}

/** How often something happened, for whatever may not happen too often. */
export interface Limits {
  /**
   * Counts a key once more, and says how often that was until now. Each number comes once, over
   * any number of processes. From `expiresAt` on nobody asks for the key again.
   */
  count(key: string, expiresAt: Date, now: Date): Promise<number>;
}

/** The database itself, for modules that bring tables of their own. */
export interface Sql {
  /** Rows of a query with `?` placeholders; times come as text or `Date`, truths as 0 and 1 or as such. */
  all(text: string, values: readonly SqlValue[]): Promise<readonly SqlRow[]>;
  /** Runs a statement and says how many rows it changed. */
  run(text: string, values: readonly SqlValue[]): Promise<number>;
  /**
   * Runs an INSERT into a table that has an `id` and says which the new row got.
   * @throws {@link Conflict} on a taken key.
   */
  insert(text: string, values: readonly SqlValue[]): Promise<number>;
  /**
   * Runs an INSERT unless a key of it is taken, and says whether it did. Within a
   * transaction this is the way to ask: after a {@link Conflict} that one is over.
   */
  tryInsert(text: string, values: readonly SqlValue[]): Promise<boolean>;
}

/** What a statement can carry; the driver's side turns it into what its database takes. */
export type SqlValue = string | number | boolean | Date | null;

/** A row as the driver gives it. */
export type SqlRow = Readonly<Record<string, unknown>>;

/** All tables, inside or outside a transaction. Those of one are dead when it has ended. */
export interface Tables {
  readonly users: Users;
  readonly associations: Associations;
  readonly sessions: Sessions;
  readonly paused: PausedLogins;
  readonly used: Used;
  readonly limits: Limits;
  /**
   * Waits for whoever holds this key, then holds it until the transaction ends: for what no
   * unique key guards. What is read afterwards is what the other one left. Outside of a
   * transaction it holds nothing. Several keys are taken in one order everywhere, else two
   * transactions wait for each other and one of them gets a {@link Conflict}.
   */
  lock(key: string): Promise<void>;
  /** Present where the tables are in a SQL database. */
  readonly sql?: Sql | undefined;
}

/**
 * Where users, associations and sessions are kept. Called directly, each operation stands
 * alone; within {@link Storage.transaction} all of them happen or none does.
 */
export interface Storage extends Tables {
  /**
   * Reads see what others have committed before the read, not before the transaction. A
   * statement that fails ends it: nothing is kept, even if the work catches the error.
   *
   * @throws {@link Conflict} where it lost a race and may be started over,
   * {@link StorageUnavailable} where the database does not answer. Where the answer to the
   * commit is lost, what was written may stand.
   */
  transaction<T>(work: (tables: Tables) => Promise<T>): Promise<T>;
  /**
   * Brings the tables up to date; where the storage may not change them, it only checks that they
   * are. Called before first use; harmless when repeated.
   */
  migrate(): Promise<void>;
  /** What {@link migrate} would run now, as `003-tenants of core`. Changes nothing. */
  pendingMigrations(): Promise<readonly string[]>;
  /**
   * Resolves where the tables are up to date and the database answers. Asks each time.
   *
   * @throws {@link StorageUnavailable} where it does not answer.
   */
  ping(): Promise<void>;
  /** Ends what the storage opened; harmless when repeated. */
  close(): Promise<void>;
}

/** A transaction lost a race (a taken key, a deadlock) and wrote nothing; it may start over. */
export class Conflict extends Error {
  override readonly name = "Conflict";
}

/** The database cannot be reached, or is too busy to answer. */
export class StorageUnavailable extends Error {
  override readonly name = "StorageUnavailable";
}

/** Whatever was thrown, the storage's own errors above all, as the `AuthError` that a request ends with. */
export function toAuthError(thrown: unknown): AuthError {
  if (thrown instanceof AuthError) return thrown;
  const code =
    thrown instanceof StorageUnavailable
      ? "storage_unavailable"
      : thrown instanceof Conflict
        ? "storage_conflict"
        : "application_fault";
  const message =
    thrown instanceof Error ? thrown.message : "something that is not an Error was thrown";
  return new AuthError(code, { stage: "storage", message, cause: thrown });
}

/** What two usernames or e-mail addresses are compared by: NFKC, lower case. */
export function comparisonKey(text: string): string {
  return text.normalize("NFKC").toLowerCase();
}
