import type { BaseAuth } from "../backend.ts";
import { AuthError } from "../errors.ts";
import { countConnect, countStart } from "../limits.ts";
import { begin, complete, stateOf } from "../login.ts";
import { backendSpan } from "../tracing.ts";
import { type Answer, pageAnswer, seeOther } from "./answers.ts";
import { comesFromHere, isPrefetch } from "./origin-check.ts";
import { departurePage, repostPage, submitScript } from "./pages.ts";
import { passed } from "./passed.ts";
import { userAgentOf } from "./user-agent.ts";
import { backendOf, nextOf, readSession, refuseForged, titleOf, type Visit } from "./visit.ts";

/** `GET /login`: a button for each backend. */
export async function signInPage(visit: Visit): Promise<Answer> {
  const { site } = visit;
  const next = nextOf(visit);
  const query = next === undefined ? "" : `?next=${encodeURIComponent(next)}`;
  const links = [...site.backends.values()].map((backend) => ({
    backend: backend.name,
    title: titleOf(backend),
    href: `${site.basePath}/login/${backend.name}${query}`,
  }));
  return pageAnswer(site.pages.signIn({ links }));
}

/** `GET /login/:backend`: a plain link on our own pages; from elsewhere, one more click. */
export async function followLink(visit: Visit): Promise<Answer> {
  const { site, request, url } = visit;
  const backend = backendOf(visit);
  if (isPrefetch(request.headers)) throw new AuthError("prefetch_refused", { stage: "request" });
  const signedIn = await readSession(site, visit.cookies);
  if (!signedIn && comesFromHere(request.headers, site.origin)) return beginLogin(visit);

  const view = { title: titleOf(backend), action: url.pathname + url.search, user: signedIn?.user };
  return pageAnswer(site.pages.confirm(view), { hasForm: true });
}

/** `POST /login/:backend`: the login begins, and the browser leaves for the provider. */
export async function beginLogin(visit: Visit): Promise<Answer> {
  const { site, request, url, cookies, parameters } = visit;
  const backend = backendOf(visit);
  if (request.method === "POST") refuseForged(visit);
  const data = said(
    backend.dataFields.map(({ name }) => name),
    parameters,
  );
  const missing = backend.dataFields.filter(({ name, label }) => label && !data[name]);
  if (missing.length > 0) {
    const fields = missing.map(({ name, label = "", placeholder }) => ({
      name,
      label,
      placeholder,
    }));
    const title = titleOf(backend);
    const form = { title: `Sign in with ${title}`, fields, button: `Continue to ${title}` };
    const view = { form, action: url.pathname + url.search };
    return pageAnswer(site.pages.ask(view), { hasForm: true });
  }
  const next = nextOf(visit) ?? backend.setting("loginRedirectUrl");
  const signedIn = await readSession(site, cookies);
  await countStart(site.gate, site.clientOf(request));
  // It is to connect an account.
  if (signedIn) await countConnect(site.gate, signedIn.user);
  const fields = said(backend.setting("fieldsStoredInSession"), parameters);
  const wish = { next, signedIn, data, fields };
  const { departure, flow } = await site.gate.trace(backendSpan("begin", backend), () =>
    begin(site.gate, backend, wish),
  );
  const set = await site.flows.keep(flow, cookies);
  if ("location" in departure) return seeOther(departure.location, set);
  const { page } = departure;
  return pageAnswer(departurePage(page), { ...page, hasForm: true, cookies: set });
}

/** What was said of these fields, and of nothing else. */
function said(
  names: readonly string[],
  parameters: URLSearchParams,
): Readonly<Record<string, string>> {
  const values = names.map((name) => [name, parameters.get(name)?.trim() ?? ""] as const);
  return Object.fromEntries(
    values.filter(([, value]) => value !== "" && value.length <= longestValue),
  );
}

/** The longest value that may be said, in characters. */
const longestValue = 2048;

/** `GET|POST /complete/:backend`: the browser is back from the provider. */
export async function completeLogin(visit: Visit): Promise<Answer> {
  const { site, url, cookies, request, parameters: callback } = visit;
  const backend = backendOf(visit);
  const state = stateOf(backend, callback);
  const flow = await site.flows.find(state, cookies);
  // A POST from another site comes without our cookies; one from our own page has them.
  if (request.method === "POST" && state && !flow && !callback.has(reposted)) {
    callback.set(reposted, "1");
    return pageAnswer(repostPage(url.pathname, callback), { hasForm: true, script: submitScript });
  }
  callback.delete(reposted);
  const signedIn = flow?.userId == null ? undefined : await readSession(site, cookies);
  const session = cookies.get(site.jar.sessionName);
  const header = (name: string) => request.headers.get(name);
  const userAgent = userAgentOf(request.headers);
  const back = { callback, header, flow, signedIn, session, userAgent };
  const outcome = await site.gate.trace(backendSpan("complete", backend), () =>
    complete(site.gate, backend, back),
  );
  return passed(visit, outcome, forgottenFlow(visit));
}

/** The field that our own page adds when it posts a callback again. */
const reposted = "sallyport_reposted";

/** `Set-Cookie` lines that forget the flow which this request is about. */
export function forgottenFlow({ site, backend: name, parameters, cookies }: Visit): string[] {
  const backend: BaseAuth | undefined = site.backends.get(name);
  return backend ? site.flows.forget(stateOf(backend, parameters), cookies) : [];
}
