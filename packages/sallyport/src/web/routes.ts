import { AuthError, logFacts } from "../errors.ts";
import { countingFailures } from "../limits.ts";
import { toAuthError } from "../storage.ts";
import { disconnectAccount, logout, whoIsSignedIn } from "./account.ts";
import {
  type Answer,
  failureBody,
  jsonAnswer,
  pageAnswer,
  seeOther,
  wantsJson,
  withParameters,
} from "./answers.ts";
import { parseCookies } from "./cookies.ts";
import { type Incoming, readForm } from "./incoming.ts";
import { describeUs } from "./metadata.ts";
import { goOnWithPaused, showPaused } from "./resume.ts";
import { endUserSessions, whereSignedIn } from "./sessions.ts";
import { beginLogin, completeLogin, followLink, forgottenFlow, signInPage } from "./sign-in.ts";
import type { Site, Visit } from "./visit.ts";

type Handler = (visit: Visit) => Promise<Answer>;

interface Route {
  readonly path: string;
  /** What it is called in the log when it fails. */
  readonly errand: Visit["errand"];
  readonly methods: Readonly<Record<string, Handler>>;
}

/** Answers a request to one of our routes; undefined where the path is not ours. */
export async function answer(site: Site, request: Incoming): Promise<Answer | undefined> {
  const url = new URL(request.url);
  if (!url.pathname.startsWith(`${site.basePath}/`)) return undefined;
  const found = findRoute(site, url.pathname.slice(site.basePath.length));
  if (!found) return undefined;

  const { methods, named } = found;
  const parameters = url.searchParams;
  const cookies = parseCookies(request.headers.get("cookie"));
  const visit: Visit = { site, request, url, cookies, parameters, ...named };
  try {
    const handler = methods[request.method];
    if (!handler) throw methodNotAllowed(request.method);
    for (const [name, value] of await readForm(request)) parameters.append(name, value);
    return await handler(visit);
  } catch (error) {
    return failed(visit, error, Object.keys(methods));
  }
}

/** The answer to a request that got to no route, since its tenant is not known or not in order. */
export function refused(site: Site, request: Incoming, error: unknown): Promise<Answer> {
  const url = new URL(request.url);
  const nothing = { cookies: new Map(), parameters: new URLSearchParams(), backend: "", id: "" };
  return failed({ errand: "request", site, request, url, ...nothing }, error, []);
}

const comeBack = limited(completeLogin);

const routes: readonly Route[] = [
  { path: "/login", errand: "login", methods: { GET: signInPage } },
  { path: "/login/:backend", errand: "login", methods: { GET: followLink, POST: beginLogin } },
  {
    path: "/resume/:id",
    errand: "login",
    methods: { GET: limited(showPaused), POST: limited(goOnWithPaused) },
  },
  { path: "/metadata/:backend", errand: "request", methods: { GET: describeUs } },
  { path: "/session", errand: "request", methods: { GET: whoIsSignedIn } },
  { path: "/sessions", errand: "request", methods: { GET: whereSignedIn } },
  { path: "/sessions/end", errand: "request", methods: { POST: endUserSessions } },
  { path: "/logout", errand: "request", methods: { POST: logout } },
  { path: "/disconnect/:backend", errand: "disconnect", methods: { POST: disconnectAccount } },
  { path: "/disconnect/:backend/:id", errand: "disconnect", methods: { POST: disconnectAccount } },
];

/** Answers whoever has not failed too often here. */
function limited(handler: Handler): Handler {
  return (visit) => {
    const { gate, clientOf } = visit.site;
    return countingFailures(gate, clientOf(visit.request), () => handler(visit));
  };
}

interface Found {
  readonly methods: Route["methods"];
  readonly named: Pick<Visit, "backend" | "id" | "errand">;
}

function findRoute({ completePath, backends }: Site, path: string): Found | undefined {
  const completed = match(path, completePath);
  if (completed) {
    const posts = backends.get(completed.backend)?.postCallback;
    const methods = posts ? { GET: comeBack, POST: comeBack } : { GET: comeBack };
    return { methods, named: { ...completed, errand: "login" } };
  }
  for (const { path: pattern, methods, errand } of routes) {
    const named = match(path, pattern);
    if (named) return { methods, named: { ...named, errand } };
  }
  return undefined;
}

/** What stands in a path for the pattern's `:backend` and `:id`, if the rest is the same. */
function match(path: string, pattern: string): Pick<Visit, "backend" | "id"> | undefined {
  const parts = path.split("/");
  const wanted = pattern.split("/");
  const named = { backend: "", id: "" };
  const fits = wanted.every((want, at) => {
    const part = parts[at] ?? "";
    if (want !== ":backend" && want !== ":id") return part === want;
    named[want === ":id" ? "id" : "backend"] = part;
    return /^[\w-]+$/.test(part);
  });
  return fits && parts.length === wanted.length ? named : undefined;
}

async function failed(visit: Visit, thrown: unknown, methods: readonly string[]): Promise<Answer> {
  const { site, request } = visit;
  // Whatever is no AuthError yet was thrown while a session was read or ended.
  const error = toAuthError(thrown);
  // A paused login's address does not name its backend.
  const backend = visit.backend || (error.backend ?? "");
  await report(visit, error);

  // A request that was not let in, HEAD for one, leaves the flow to the one that will be.
  const cookies = error.stage === "request" ? [] : forgottenFlow(visit);
  const more: Record<string, string> = {};
  if (error.retryAfter !== undefined) more["retry-after"] = String(Math.ceil(error.retryAfter));
  if (error.status === 405) more.allow = methods.join(", ");
  const options = { status: error.status, cookies, more };
  if (wantsJson(request)) return jsonAnswer(failureBody(error), options);
  const elsewhere = elsewhereFor(site, backend, error);
  if (elsewhere)
    return seeOther(withParameters(elsewhere, { error: error.code, backend }), cookies);
  const view = { error, signInHref: `${site.basePath}/login` };
  return pageAnswer(site.pages.failure(view), options);
}

/** Where the application wants failed logins to lead; our own page otherwise. */
function elsewhereFor(site: Site, backend: string, { code, stage }: AuthError): string | undefined {
  if (stage === "request") return undefined;
  const at: Pick<Site, "setting"> = site.backends.get(backend) ?? site;
  return (
    (code === "user_inactive" ? at.setting("inactiveUserUrl") : undefined) ??
    at.setting("loginErrorUrl")
  );
}

async function report({ site, backend, errand }: Visit, error: AuthError): Promise<void> {
  const { logger, events } = site.gate;
  const facts = { backend, ...logFacts(error) };
  // Requests that begin nothing are no login, and any robot can send them.
  if (error.stage === "request" && error.code !== "application_fault") {
    logger.info("a request was refused", facts);
    return;
  }
  logger[error.status >= 500 ? "error" : "warn"](`a ${errand} failed`, facts);
  if (errand === "login") await events.emit("login-failed", { backend, error });
}

function methodNotAllowed(method: string): AuthError {
  return new AuthError("method_not_allowed", {
    stage: "request",
    message: `${method} is not allowed`,
  });
}
