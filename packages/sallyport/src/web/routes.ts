import type { BaseAuth } from "../backend.ts";
import { AuthError, logFacts } from "../errors.ts";
import { begin, complete, type Gate, stateOf } from "../login.ts";
import type { SignedIn } from "../session.ts";
import { toAuthError } from "../storage.ts";
import {
  type Answer,
  failureBody,
  jsonAnswer,
  pageAnswer,
  seeOther,
  wantsJson,
} from "./answers.ts";
import { type CookieJar, parseCookies } from "./cookies.ts";
import type { FlowCookies } from "./flow-cookie.ts";
import { type Incoming, readForm } from "./incoming.ts";
import { comesFromHere, isPrefetch, postedFromHere } from "./origin-check.ts";
import { type Pages, repostPage, submitScript } from "./pages.ts";
import { safeNext } from "./safe-next.ts";

/** What the routes need, besides the login itself. */
export interface Site {
  readonly gate: Gate;
  readonly backends: ReadonlyMap<string, BaseAuth>;
  /** The application's origin, as the world reaches it. */
  readonly origin: string;
  readonly basePath: string;
  /** Below {@link basePath}, with `:backend` in it. */
  readonly completePath: string;
  readonly loginRedirectUrl: string;
  readonly logoutRedirectUrl: string;
  readonly allowedRedirectHosts: readonly string[];
  readonly jar: CookieJar;
  readonly flows: FlowCookies;
  readonly pages: Pages;
}

/** One request to one of our addresses. */
interface Visit {
  readonly site: Site;
  readonly request: Incoming;
  readonly url: URL;
  readonly cookies: ReadonlyMap<string, string>;
  /** The parameters of the query, and of a posted form behind them. */
  readonly parameters: URLSearchParams;
}

/** Answers a request to one of our routes; undefined where the path is not ours. */
export async function answer(site: Site, request: Incoming): Promise<Answer | undefined> {
  const url = new URL(request.url);
  if (!url.pathname.startsWith(`${site.basePath}/`)) return undefined;
  const path = url.pathname.slice(site.basePath.length);
  const route = findRoute(site, path);
  if (!route) return undefined;

  const parameters = url.searchParams;
  const cookies = parseCookies(request.headers.get("cookie"));
  const visit: Visit = { site, request, url, cookies, parameters };
  try {
    const handler = route.methods[request.method];
    if (!handler) throw methodNotAllowed(request.method);
    for (const [name, value] of await readForm(request)) parameters.append(name, value);
    return await handler(visit, route.backend);
  } catch (error) {
    return failed(visit, route.backend, error, Object.keys(route.methods));
  }
}

type Handler = (visit: Visit, backend: string) => Promise<Answer>;

interface Route {
  readonly methods: Readonly<Record<string, Handler>>;
  readonly backend: string;
}

function findRoute(site: Site, path: string): Route | undefined {
  if (path === "/login") return { methods: { GET: signInPage }, backend: "" };
  if (path === "/session") return { methods: { GET: whoIsSignedIn }, backend: "" };
  if (path === "/logout") return { methods: { POST: logout }, backend: "" };
  const completed = between(path, site.completePath);
  if (completed) {
    const posts = site.backends.get(completed)?.postCallback;
    return { methods: posts ? { GET: finish, POST: finish } : { GET: finish }, backend: completed };
  }
  const begun = between(path, "/login/:backend");
  if (begun) return { methods: { GET: follow, POST: start }, backend: begun };
  return undefined;
}

// What stands for `:backend` in a path, if the rest is the pattern's.
function between(path: string, pattern: string): string | undefined {
  const [head = "", tail = ""] = pattern.split(":backend");
  const name = path.slice(head.length, path.length - tail.length);
  return /^[\w-]+$/.test(name) && path === head + name + tail ? name : undefined;
}

/** `GET /login`: a button for each backend. */
async function signInPage({ site, url }: Visit): Promise<Answer> {
  const next = safeNext(url.searchParams.get("next"), site.origin, site.allowedRedirectHosts);
  const query = next === undefined ? "" : `?next=${encodeURIComponent(next)}`;
  const links = [...site.backends.values()].map((backend) => ({
    backend: backend.name,
    title: backend.title || backend.name,
    href: `${site.basePath}/login/${backend.name}${query}`,
  }));
  return pageAnswer(site.pages.signIn({ links }));
}

/** `GET /login/:backend`: a plain link on our own pages; from elsewhere, one more click. */
async function follow(visit: Visit, name: string): Promise<Answer> {
  const { site, request, url } = visit;
  const backend = backendNamed(site, name);
  if (isPrefetch(request.headers)) throw new AuthError("prefetch_refused", { stage: "request" });
  const signedIn = await signedInNow(visit);
  if (!signedIn && comesFromHere(request.headers, site.origin)) return start(visit, name);

  const title = backend.title || backend.name;
  const view = { title, action: url.pathname + url.search, user: signedIn?.user };
  return pageAnswer(site.pages.confirm(view), { hasForm: true });
}

/** `POST /login/:backend`: the login begins, and the browser leaves for the provider. */
async function start(visit: Visit, name: string): Promise<Answer> {
  const { site, request, url, cookies, parameters } = visit;
  const backend = backendNamed(site, name);
  if (request.method === "POST") refuseForged(visit);
  const data = dataOf(backend, parameters);
  const missing = backend.dataFields.filter(({ name, label }) => label && !data[name]);
  if (missing.length > 0) {
    const view = {
      title: backend.title || name,
      action: url.pathname + url.search,
      fields: missing,
    };
    return pageAnswer(site.pages.ask(view), { hasForm: true });
  }
  const wanted = safeNext(parameters.get("next"), site.origin, site.allowedRedirectHosts);
  const next = wanted ?? site.loginRedirectUrl;
  const signedIn = (await signedInNow(visit))?.user;
  const { location, flow } = await begin(site.gate, backend, { next, signedIn, data });
  return seeOther(location, await site.flows.keep(flow, cookies));
}

/** What was said of the fields that the backend declares, and of nothing else. */
function dataOf(
  { dataFields }: BaseAuth,
  parameters: URLSearchParams,
): Readonly<Record<string, string>> {
  const said = dataFields.map(({ name }) => [name, parameters.get(name)?.trim() ?? ""] as const);
  return Object.fromEntries(
    said.filter(([, value]) => value !== "" && value.length <= longestDatum),
  );
}

/** The longest value that may be said, in characters. */
const longestDatum = 2048;

/** `GET|POST /complete/:backend`: the browser is back from the provider. */
async function finish(visit: Visit, name: string): Promise<Answer> {
  const { site, url, cookies, request, parameters: callback } = visit;
  const backend = backendNamed(site, name);
  const state = stateOf(backend, callback);
  const flow = await site.flows.find(state, cookies);
  // A POST from another site comes without our cookies; one from our own page has them.
  if (request.method === "POST" && state && !flow && !callback.has(reposted)) {
    callback.set(reposted, "1");
    return pageAnswer(repostPage(url.pathname, callback), { hasForm: true, script: submitScript });
  }
  callback.delete(reposted);
  const signedIn = flow?.userId == null ? undefined : (await signedInNow(visit))?.user;
  const session = cookies.get(site.jar.sessionName);
  const header = (name: string) => request.headers.get(name);
  const done = await complete(site.gate, backend, { callback, header, flow, signedIn, session });

  site.gate.logger.info("signed in", { backend: name, user: done.facts.user.id });
  const set = [
    ...forgottenFlow(visit, backend),
    site.jar.set(site.jar.sessionName, done.session, site.gate.sessions.lifetime),
  ];
  if (!wantsJson(request)) return seeOther(done.next, set);
  return jsonAnswer({ user: publicUser(done.facts), next: done.next }, { cookies: set });
}

/** The field that our own page adds when it posts a callback again. */
const reposted = "sallyport_reposted";

/** `POST /logout`: the session ends, in the database and in the browser. */
async function logout(visit: Visit): Promise<Answer> {
  const { site, cookies, request } = visit;
  refuseForged(visit);
  const cookie = cookies.get(site.jar.sessionName);
  if (cookie !== undefined) await site.gate.sessions.end(site.gate.storage, cookie);
  const gone = [site.jar.clear(site.jar.sessionName)];
  if (wantsJson(request)) return jsonAnswer(null, { cookies: gone });
  return seeOther(site.logoutRedirectUrl, gone);
}

/** `GET /session`: who is signed in, as JSON, or `null`. */
async function whoIsSignedIn(visit: Visit): Promise<Answer> {
  const signedIn = await signedInNow(visit);
  if (!signedIn) return jsonAnswer(null);
  const { backend, amr, authenticatedAt, expiresAt } = signedIn;
  return jsonAnswer({ user: publicUser(signedIn), backend, amr, authenticatedAt, expiresAt });
}

/** Who a request is signed in as, whatever its path. */
export async function readSession(
  site: Site,
  cookies: ReadonlyMap<string, string>,
): Promise<SignedIn | undefined> {
  const cookie = cookies.get(site.jar.sessionName);
  const { sessions, storage, now } = site.gate;
  return cookie === undefined ? undefined : sessions.read(storage, cookie, now());
}

function signedInNow({ site, cookies }: Visit): Promise<SignedIn | undefined> {
  return readSession(site, cookies);
}

async function failed(
  visit: Visit,
  name: string,
  thrown: unknown,
  methods: readonly string[],
): Promise<Answer> {
  const { site, request } = visit;
  // Whatever is no AuthError yet was thrown while a session was read or ended.
  const error = toAuthError(thrown);
  report(visit, name, error);

  const backend = site.backends.get(name);
  // A request that was not let in, HEAD for one, leaves the flow to the one that will be.
  const forget = backend && error.stage !== "request" ? forgottenFlow(visit, backend) : [];
  const more: Record<string, string> = {};
  if (error.retryAfter !== undefined) more["retry-after"] = String(Math.ceil(error.retryAfter));
  if (error.status === 405) more.allow = methods.join(", ");
  const options = { status: error.status, cookies: forget, more };
  if (wantsJson(request)) return jsonAnswer(failureBody(error), options);
  const view = { error, signInHref: `${site.basePath}/login` };
  return pageAnswer(site.pages.failure(view), options);
}

function report({ site }: Visit, backend: string, error: AuthError): void {
  const facts = { backend, ...logFacts(error) };
  // Requests that begin nothing are no login, and any robot can send them.
  if (error.stage === "request" && error.code !== "application_fault") {
    site.gate.logger.info("a request was refused", facts);
  } else {
    site.gate.logger[error.status >= 500 ? "error" : "warn"]("a login failed", facts);
  }
}

function forgottenFlow({ site, parameters, cookies }: Visit, backend: BaseAuth): string[] {
  return site.flows.forget(stateOf(backend, parameters), cookies);
}

function backendNamed(site: Site, name: string): BaseAuth {
  const backend = site.backends.get(name);
  if (backend) return backend;
  throw new AuthError("backend_unknown", { stage: "request", message: "no backend of this name" });
}

function refuseForged({ site, request }: Visit): void {
  if (postedFromHere(request.headers, site.origin)) return;
  throw new AuthError("request_forged", {
    stage: "request",
    message: "a POST from another origin",
  });
}

function methodNotAllowed(method: string): AuthError {
  return new AuthError("method_not_allowed", {
    stage: "request",
    message: `${method} is not allowed`,
  });
}

function publicUser({ user }: Pick<SignedIn, "user">): object {
  const { id, username, email, fullName } = user;
  return { id, username, email, fullName };
}
