import { AuthError } from "../errors.ts";
import { resume } from "../login.ts";
import { findPaused, type Held } from "../paused.ts";
import { backendSpan } from "../tracing.ts";
import { type Answer, jsonAnswer, pageAnswer, seeOther, wantsJson } from "./answers.ts";
import { askedAt, passed } from "./passed.ts";
import { backendOf, readSession, refuseForged, titleOf, type Visit, visitorOf } from "./visit.ts";

/** `GET /resume/:id`: what a paused login asks. Nothing happens yet: mail programs follow links, too. */
export async function showPaused(visit: Visit): Promise<Answer> {
  const { site, id, url, request } = visit;
  const held = await heldBy(visit);
  if (!held) return finished(visit);
  const { login, byLink } = held;
  if (wantsJson(request)) return jsonAnswer({ paused: { id, ...login.asking } });
  const action = url.pathname + url.search;
  if (byLink) {
    const title = titleOf(backendOf({ site, backend: login.backend }));
    const { username, email } = login.identity.details;
    const view = { title, account: username ?? email ?? "", action, here: held.here };
    return pageAnswer(site.pages.confirmLink(view), { hasForm: true });
  }
  if ("form" in login.asking) {
    return pageAnswer(site.pages.ask({ form: login.asking.form, action }), { hasForm: true });
  }
  return seeOther(askedAt("", id, login));
}

/** `POST /resume/:id`: the reply, with which the login goes on. */
export async function goOnWithPaused(visit: Visit): Promise<Answer> {
  const { site, id, cookies, request } = visit;
  refuseForged(visit);
  const held = await heldBy(visit);
  if (!held) return finished(visit);
  const backend = backendOf({ site, backend: held.login.backend });
  const visitor = await visitorOf(site, cookies, request.headers);
  const outcome = await site.gate.trace(backendSpan("resume", backend), () =>
    resume(site.gate, backend, held, saidTo(held, visit), visitor),
  );
  const { jar } = site;
  return passed(
    visit,
    outcome,
    outcome.kind === "completed" ? [jar.clear(jar.pausedName(id))] : [],
  );
}

/** The form from the page before, sent again: the person is signed in. */
function finished({ site, request }: Visit): Answer {
  return wantsJson(request)
    ? jsonAnswer({ paused: null })
    : seeOther(site.setting("loginRedirectUrl"));
}

/** The paused login; undefined where it is finished and this browser is signed in already. */
async function heldBy({ site, id, cookies, url }: Visit): Promise<Held | undefined> {
  const browser = cookies.get(site.jar.pausedName(id));
  try {
    return await findPaused(site.gate, { id, browser, link: url.searchParams.get("link") });
  } catch (error) {
    const finished = error instanceof AuthError && error.code === "resume_unknown";
    if (finished && (await readSession(site, cookies))) return undefined;
    throw error;
  }
}

/** The fields that our form has; from a page of the application's all that it sends. */
function saidTo({ login }: Held, { parameters }: Visit): Readonly<Record<string, string>> {
  const said = Object.fromEntries([...parameters].map(([name, value]) => [name, value.trim()]));
  delete said.link;
  if (!("form" in login.asking)) return said;
  const names = login.asking.form.fields.map(({ name }) => name);
  return Object.fromEntries(Object.entries(said).filter(([name]) => names.includes(name)));
}
