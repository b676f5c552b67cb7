import { setTimeout as delay } from "node:timers/promises";
import { type Answer, empty, json, type Outcome, redirect } from "./answer.ts";
import { answerControl } from "./control.ts";
import { type Fault, faultyOutcome } from "./faults.ts";
import type { Incoming } from "./incoming.ts";
import { errorPage } from "./pages/error-page.ts";
import type { Provider } from "./provider.ts";
import { type Route, routes } from "./routes.ts";
import type { Surroundings } from "./surroundings.ts";

/** What a request gets: from the control endpoints, or from the pretend PeeringDB. */
export async function respond(sandbox: Surroundings, request: Incoming): Promise<Outcome> {
  if (request.path.startsWith("/sandbox/")) return answerControl(sandbox, request);
  const noteStatus = sandbox.log.add(request);
  const outcome = await answerAsPeeringDb(sandbox, request);
  if (typeof outcome === "object") noteStatus(outcome.status);
  return outcome;
}

async function answerAsPeeringDb(sandbox: Surroundings, request: Incoming): Promise<Outcome> {
  const { path } = request;
  const limited = path === "/" ? undefined : sandbox.rateLimit?.count(request.ip);
  if (limited !== undefined) return limited;
  const route = routes.get(path);
  if (route === undefined) return routes.has(`${path}/`) ? withSlash(request) : notFound(path);

  const fault = route.endpoint && sandbox.faults.take(route.endpoint);
  const outcome = fault && (await misbehave(fault, sandbox.closing));
  return outcome ?? basicRefused(request) ?? handle(sandbox.provider, request, route, fault);
}

async function misbehave(fault: Fault, closing: AbortSignal): Promise<Outcome | undefined> {
  if (fault.delayMs !== undefined) {
    const ended = await delay(fault.delayMs, undefined, { signal: closing }).catch(() => "drop");
    if (ended === "drop") return "drop";
  }
  return faultyOutcome(fault);
}

function handle(
  provider: Provider,
  request: Incoming,
  { methods }: Route,
  fault: Fault | undefined,
): Answer | Promise<Answer> {
  const handler = methods[request.method === "HEAD" ? "GET" : request.method];
  if (handler !== undefined) return handler(provider, request, fault?.idToken);
  return empty(405, { Allow: [...Object.keys(methods), "OPTIONS"].join(", ") });
}

/**
 * PeeringDB takes Basic for the login of one of its users, at each address and before anything
 * else, so that `client_secret_basic` fails although discovery offers it.
 *
 * https://github.com/peeringdb/peeringdb/blob/3b79bdd1/src/peeringdb_server/middleware.py#L249
 */
function basicRefused({ authorization }: Incoming): Answer | undefined {
  if (!authorization?.startsWith("Basic ")) return undefined;
  return json(401, { meta: { error: "Invalid username or password" } });
}

/**
 * Django's APPEND_SLASH: a permanent redirect whatever the method, so that a POST comes back as a
 * GET and ends in 405. https://github.com/peeringdb/peeringdb/issues/1134
 */
function withSlash({ path, query }: Incoming): Answer {
  return redirect(301, query.size > 0 ? `${path}/?${query}` : `${path}/`);
}

function notFound(path: string): Answer {
  return errorPage(404, `There is nothing at ${path}.`);
}
