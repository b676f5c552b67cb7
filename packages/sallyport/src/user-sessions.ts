import { AuthError } from "./errors.ts";
import type { Gate } from "./gate.ts";
import type { ListedSession, SessionList } from "./session.ts";
import type { Tables, UserId } from "./storage.ts";
import { inTransaction } from "./transaction.ts";

// "Your devices": where a user is signed in, and how it ends there.

/** One of a user's sessions. */
export interface UserSession extends ListedSession {
  /** It is the one of the request that asks. */
  readonly current: boolean;
}

/** Who asks for a user's sessions. */
export interface Asker {
  /** Sees sessions of this tenant only; undefined for whoever may see all. */
  readonly tenant?: string | null | undefined;
  /** The session's cookie, if there is one. */
  readonly cookie?: string | undefined;
}

type At = Pick<Gate, "sessions" | "storage" | "now">;

/**
 * Where a user is signed in, the newest activity first.
 *
 * @throws `sessions_not_listed`
 */
export function sessionsOf(gate: At, userId: UserId, asker: Asker): Promise<UserSession[]> {
  return find(listOf(gate), gate.storage, { userId, asker, now: gate.now() });
}

/**
 * Ends those of a user's sessions that `which` names, all or none, and gives them.
 *
 * @throws `sessions_not_listed`
 */
export function endSessions(
  gate: At,
  userId: UserId,
  asker: Asker,
  which: (session: UserSession) => boolean,
): Promise<UserSession[]> {
  const list = listOf(gate);
  const now = gate.now();
  return inTransaction(gate.storage, async (tables) => {
    const ended: UserSession[] = [];
    for (const session of await find(list, tables, { userId, asker, now })) {
      if (which(session) && (await list.end(tables, session.id))) ended.push(session);
    }
    return ended;
  });
}

function listOf({ sessions }: At): SessionList {
  if (sessions.list) return sessions.list;
  const message =
    "the session store cannot tell where a user is signed in: use databaseSessions, or give your own store a `list`";
  throw new AuthError("sessions_not_listed", { stage: "request", message });
}

async function find(
  list: SessionList,
  tables: Tables,
  { userId, asker, now }: { readonly userId: UserId; readonly asker: Asker; readonly now: Date },
): Promise<UserSession[]> {
  const { tenant, cookie } = asker;
  const present = cookie === undefined ? undefined : await list.idOf(cookie);
  const listed = await list.ofUser(tables, userId, now);
  return listed
    .filter((session) => tenant === undefined || session.tenant === tenant)
    .map((session) => ({ ...session, current: session.id === present }))
    .sort((one, other) => other.lastSeenAt.getTime() - one.lastSeenAt.getTime());
}
