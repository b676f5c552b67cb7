import { AuthError } from "../errors.ts";
import { endSessions, sessionsOf } from "../user-sessions.ts";
import { type Answer, jsonAnswer, seeOther, wantsJson } from "./answers.ts";
import { nextOf, readSession, refuseForged, type Visit } from "./visit.ts";

/** `GET /sessions`: where the user is signed in, as JSON, or `null` where nobody is. */
export async function whereSignedIn(visit: Visit): Promise<Answer> {
  const { site, cookies } = visit;
  const signedIn = await readSession(site, cookies);
  if (!signedIn) return jsonAnswer(null);
  const sessions = await sessionsOf(site.gate, signedIn.user.id, askerOf(visit));
  return jsonAnswer(sessions.map(({ tenant: _, ...shown }) => shown));
}

/** `POST /sessions/end`: the session named by `id`, or with `all=1` every other one, ends. */
export async function endUserSessions(visit: Visit): Promise<Answer> {
  const { site, cookies, request, parameters } = visit;
  refuseForged(visit);
  const signedIn = await readSession(site, cookies);
  if (!signedIn) throw new AuthError("not_signed_in", { stage: "request" });
  const all = parameters.get("all") === "1";
  const ended = await endSessions(site.gate, signedIn.user.id, askerOf(visit), (session) =>
    all ? !session.current : session.id === parameters.get("id"),
  );
  const isOut = ended.some(({ current }) => current);
  const gone = isOut ? [site.jar.clear(site.jar.sessionName)] : [];
  if (wantsJson(request))
    return jsonAnswer({ ended: ended.map(({ id }) => id) }, { cookies: gone });
  const here = site.setting(isOut ? "logoutRedirectUrl" : "loginRedirectUrl");
  return seeOther(nextOf(visit) ?? here, gone);
}

function askerOf({ site, cookies }: Visit) {
  return { tenant: site.gate.tenant, cookie: cookies.get(site.jar.sessionName) };
}
