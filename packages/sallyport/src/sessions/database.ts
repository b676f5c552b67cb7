import { sha256, toBase64Url } from "#platform";
import { randomToken } from "../seal.ts";
import type { SessionStore } from "../session.ts";
import type { SessionRecord } from "../storage.ts";

/** How long sessions live. */
export interface DatabaseSessionOptions {
  /** Seconds without a request after which a session ends. Default 12 hours. */
  readonly idle?: number | undefined;
  /** Seconds after the login at which it ends in any case. Default 7 days. */
  readonly absolute?: number | undefined;
}

/**
 * Sessions as rows of which the database knows only the SHA-256 of the cookie, so that
 * whoever reads the database can sign in as nobody. Any number of processes may share them.
 */
export function databaseSessions(options: DatabaseSessionOptions = {}): SessionStore {
  const idle = (options.idle ?? 12 * 3600) * 1000;
  const absolute = (options.absolute ?? 7 * 24 * 3600) * 1000;
  // A request rewrites `last_seen_at` only when this much of the idle time has passed.
  const grain = idle / 50;

  const unseenFor = ({ lastSeenAt }: SessionRecord, now: Date) =>
    now.getTime() - lastSeenAt.getTime();
  const counts = (session: SessionRecord, now: Date) =>
    session.expiresAt > now && unseenFor(session, now) <= idle;

  return {
    lifetime: absolute / 1000,

    async start(tables, { replaces, ...session }, now) {
      if (replaces !== undefined) await tables.sessions.remove(await hashOf(replaces));
      const cookie = randomToken();
      await tables.sessions.add({
        ...session,
        idHash: await hashOf(cookie),
        createdAt: now,
        authenticatedAt: now,
        lastSeenAt: now,
        expiresAt: new Date(now.getTime() + absolute),
      });
      return cookie;
    },

    async read(tables, cookie, now) {
      const session = await tables.sessions.find(await hashOf(cookie));
      if (!session || !counts(session, now)) return undefined;
      const user = await tables.users.find(session.userId);
      if (!user?.isActive) return undefined;
      if (unseenFor(session, now) > grain) await tables.sessions.seen(session.idHash, now);
      const { backend, tenant, amr, authenticatedAt, expiresAt } = session;
      return { user, backend, tenant, amr, authenticatedAt, expiresAt };
    },

    async end(tables, cookie) {
      await tables.sessions.remove(await hashOf(cookie));
    },

    list: {
      async ofUser(tables, userId, now) {
        const sessions = await tables.sessions.ofUser(userId);
        return sessions
          .filter((session) => counts(session, now))
          .map(({ idHash, backend, tenant, createdAt, lastSeenAt, expiresAt, userAgent }) => ({
            id: idHash,
            backend,
            tenant,
            createdAt,
            lastSeenAt,
            expiresAt,
            userAgent,
          }));
      },
      idOf: hashOf,
      end: (tables, id) => tables.sessions.remove(id),
    },
  };
}

async function hashOf(cookie: string): Promise<string> {
  return toBase64Url(await sha256(cookie));
}
