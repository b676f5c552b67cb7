import type { Completed, Waiting } from "../pipeline-run.ts";
import { type Answer, jsonAnswer, seeOther, wantsJson, withParameters } from "./answers.ts";
import { publicUser, type Site, type Visit } from "./visit.ts";

/** The answer to a login that succeeded, or that waits for somebody to say something. */
export async function passed(
  visit: Visit,
  outcome: Completed | Waiting,
  forgotten: readonly string[],
): Promise<Answer> {
  return outcome.kind === "completed"
    ? signedIn(visit, outcome, forgotten)
    : waits(visit, outcome, forgotten);
}

function signedIn(
  { site, request }: Visit,
  { facts, session }: Completed,
  forgotten: readonly string[],
): Answer {
  site.gate.logger.info("signed in", { backend: facts.identity.provider, user: facts.user.id });
  const cookies = [...forgotten, sessionCookie(site, session)];
  if (!wantsJson(request)) return seeOther(facts.next, cookies);
  return jsonAnswer({ user: publicUser(facts), next: facts.next }, { cookies });
}

function waits({ site, request }: Visit, waiting: Waiting, forgotten: readonly string[]): Answer {
  const { id, login } = waiting;
  const cookies = [...forgotten, pausedCookie(site, waiting)];
  if (wantsJson(request)) {
    return jsonAnswer({ paused: { id, ...login.asking } }, { status: 202, cookies });
  }
  return seeOther(askedAt(site.gate.resumeUri(id), id, login), cookies);
}

/** The cookie by which a browser is signed in. */
export function sessionCookie({ gate, jar }: Site, session: string): string {
  return jar.set(jar.sessionName, session, gate.sessions.lifetime);
}

/** The cookie by which a browser is known as the one that is asked, for as long as the login waits. */
export function pausedCookie({ gate, jar }: Site, { id, login }: Waiting): string {
  const lifetime = Math.ceil((login.expiresAt - gate.now().getTime()) / 1000);
  return jar.set(jar.pausedName(id), login.browser, lifetime);
}

/** Where a paused login asks: our own page, or the application's. */
export function askedAt(ownPage: string, id: string, { asking }: Waiting["login"]): string {
  return "form" in asking ? ownPage : withParameters(asking.location, { resume: id });
}
