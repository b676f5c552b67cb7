import { createSeal } from "../seal.ts";
import { type NewSession, type SessionStore, userOfSession } from "../session.ts";

/** What keeps sessions in a cookie, and for how long. */
export interface SealedSessionOptions {
  /** Newest first; the older ones still open what they sealed. Those of `createAuth` will do. */
  readonly secrets: readonly string[];
  /** Seconds after the login at which a session ends. Default 12 hours. */
  readonly absolute?: number | undefined;
}

/** The most that a cookie's value may weigh, in characters. A usual one has some 300. */
const longest = 1024;

/** What the cookie says. */
interface Sealed extends Pick<NewSession, "userId" | "backend" | "tenant" | "associationId"> {
  readonly amr: readonly string[] | null;
  /** Milliseconds since 1970. */
  readonly authenticatedAt: number;
}

/**
 * Sessions of which the database knows nothing: all is in the cookie, sealed. A login writes
 * no row for it. Each request still looks whether the user is there and enabled, and has the
 * account that they signed in with.
 *
 * Nobody has a list, so a session cannot be ended from elsewhere, and a copy of the cookie
 * outlives the sign-out. There is no idle time either: it would take a new cookie with every
 * answer, and one that is on its way when somebody signs out would sign them in again.
 *
 * @throws `settings_invalid` without a secret, or with one that is too short.
 */
export function sealedSessions({
  secrets,
  absolute = 12 * 3600,
}: SealedSessionOptions): SessionStore {
  const seal = createSeal(secrets, "session");

  return {
    lifetime: absolute,

    async start(_tables, { userId, backend, tenant, associationId, amr }, now) {
      const authenticatedAt = now.getTime();
      const said: Sealed = { userId, backend, tenant, associationId, amr, authenticatedAt };
      const cookie = await seal.close(JSON.stringify(said));
      if (cookie.length <= longest) return cookie;
      // Only this may be long. A part of the list might claim more than all of it.
      const short = await seal.close(JSON.stringify({ ...said, amr: null }));
      if (short.length <= longest) return short;
      throw new Error(`a session of ${short.length} characters is too long for a cookie`);
    },

    async read(tables, cookie, now) {
      const text = await seal.open(cookie);
      if (text === undefined) return undefined;
      // Only we can have sealed it, so it is one of ours.
      const { authenticatedAt, ...session } = JSON.parse(text) as Sealed;
      const expiresAt = new Date(authenticatedAt + absolute * 1000);
      if (expiresAt <= now) return undefined;
      const user = await userOfSession(tables, session);
      if (!user) return undefined;
      const { backend, tenant, amr } = session;
      const since = new Date(authenticatedAt);
      return { user, backend, tenant, amr, authenticatedAt: since, expiresAt };
    },

    // The browser forgets it; there is nothing else to end.
    async end() {},
  };
}
