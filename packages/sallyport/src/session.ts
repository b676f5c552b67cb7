import type { JsonObject } from "./identity.ts";
import type { Tables, User, UserId } from "./storage.ts";

/** A login that was begun and waits for the browser to come back. Kept sealed in a cookie. */
export interface Flow {
  readonly backend: string;
  /** Where there are several tenants, whose backend it is. */
  readonly tenant: string | null;
  /** 256 random bits that travel through the provider; the cookie is named for its first eight. */
  readonly state: string;
  /** What the backend needs again, for example the PKCE verifier. */
  readonly keep: JsonObject;
  /** Where to go when it is done; already checked. */
  readonly next: string;
  /** What came along when it began, by name. */
  readonly fields: Readonly<Record<string, string>>;
  /** Who was signed in when it began; only they may complete it. */
  readonly userId: UserId | null;
  /** Whether they had proved who they are shortly before. */
  readonly recentlySignedIn: boolean;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

/** What is known of a signed-in browser. */
export interface SignedIn {
  readonly user: User;
  /** The backend of the login. */
  readonly backend: string;
  /** As it was told when the session started: at another tenant it counts for nothing. */
  readonly tenant: string | null;
  /** How the person proved who they are then (RFC 8176); null where the provider did not say. */
  readonly amr: readonly string[] | null;
  readonly authenticatedAt: Date;
  readonly expiresAt: Date;
}

/** A login that succeeded and is to become a session. */
export interface NewSession {
  readonly userId: UserId;
  readonly backend: string;
  /** Where there are several tenants, the one to which it gives access. */
  readonly tenant: string | null;
  /** The account that the person signed in with. */
  readonly associationId: number | null;
  readonly amr: readonly string[] | null;
  /** What the browser calls itself, at most 500 characters; null where it does not say. */
  readonly userAgent: string | null;
  /** The cookie of the session that this one replaces, if the browser had one. */
  readonly replaces: string | undefined;
}

/**
 * How an application remembers who is signed in. `databaseSessions` is the default,
 * `sealedSessions` the other one that there is.
 */
export interface SessionStore {
  /** How long the cookie lives, in seconds. */
  readonly lifetime: number;
  /** Makes a session, as part of the login's transaction, and gives the cookie's value. */
  start(tables: Tables, session: NewSession, now: Date): Promise<string>;
  /** Asked at every request: see {@link userOfSession} for what must hold each time. */
  read(tables: Tables, cookie: string, now: Date): Promise<SignedIn | undefined>;
  end(tables: Tables, cookie: string): Promise<void>;
  /** Left out where the store cannot tell where somebody is signed in. */
  readonly list?: SessionList | undefined;
}

/** What a store can do that finds a user's sessions again. */
export interface SessionList {
  /** Those that still count, in any order. */
  ofUser(tables: Tables, userId: UserId, now: Date): Promise<readonly ListedSession[]>;
  /** The id by which the session of this cookie is listed. */
  idOf(cookie: string): Promise<string>;
  /** Ends the session that is listed by this id. False where it was gone already. */
  end(tables: Tables, id: string): Promise<boolean>;
}

/** A session as its own user may see it. Nobody can sign in with what stands here. */
export interface ListedSession {
  readonly id: string;
  /** The backend of the login. */
  readonly backend: string;
  /** Where there are several tenants, the one to which it gives access. */
  readonly tenant: string | null;
  readonly createdAt: Date;
  /** The last request, or not long before it. */
  readonly lastSeenAt: Date;
  /** When it ends in any case. */
  readonly expiresAt: Date;
  /** What the browser called itself at the login; null where it did not say. */
  readonly userAgent: string | null;
}

/**
 * The user whom a session stands for, to be asked for at every request: undefined once they
 * are gone or disabled, or the account that they signed in with leads to them no longer.
 */
export async function userOfSession(
  tables: Tables,
  { userId, associationId }: Pick<NewSession, "userId" | "associationId">,
): Promise<User | undefined> {
  const user = await tables.users.find(userId);
  if (!user?.isActive) return undefined;
  if (associationId === null) return user;
  const account = await tables.associations.get(associationId);
  return account?.userId === user.id ? user : undefined;
}
