import type { Completed, Waiting } from "../pipeline-run.ts";
import { type Answer, jsonAnswer, seeOther, wantsJson, withParameters } from "./answers.ts";
import { publicUser, type Visit } from "./visit.ts";

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
  const { gate, jar } = site;
  gate.logger.info("signed in", { backend: facts.identity.provider, user: facts.user.id });
  const cookies = [...forgotten, jar.set(jar.sessionName, session, gate.sessions.lifetime)];
  if (!wantsJson(request)) return seeOther(facts.next, cookies);
  return jsonAnswer({ user: publicUser(facts), next: facts.next }, { cookies });
}

function waits(
  { site, request }: Visit,
  { id, login }: Waiting,
  forgotten: readonly string[],
): Answer {
  const { gate, jar } = site;
  const lifetime = Math.ceil((login.expiresAt - gate.now().getTime()) / 1000);
  const cookies = [...forgotten, jar.set(jar.pausedName(id), login.browser, lifetime)];
  if (wantsJson(request)) {
    return jsonAnswer({ paused: { id, ...login.asking } }, { status: 202, cookies });
  }
  return seeOther(askedAt(gate.resumeUri(id), id, login), cookies);
}

/** Where a paused login asks: our own page, or the application's. */
export function askedAt(ownPage: string, id: string, { asking }: Waiting["login"]): string {
  return "form" in asking ? ownPage : withParameters(asking.location, { resume: id });
}
