import type { BaseAuth } from "../backend.ts";
import { AuthError } from "../errors.ts";
import type { Gate } from "../gate.ts";
import type { Visitor } from "../pipeline-run.ts";
import type { SignedIn } from "../session.ts";
import type { SiteSetting } from "../settings.ts";
import type { User } from "../storage.ts";
import type { ClientOf } from "./clients.ts";
import type { CookieJar } from "./cookies.ts";
import type { FlowCookies } from "./flow-cookie.ts";
import type { Incoming } from "./incoming.ts";
import { postedFromHere } from "./origin-check.ts";
import type { Pages } from "./pages.ts";
import { safeNext } from "./safe-next.ts";
import { userAgentOf } from "./user-agent.ts";

/** What the routes need, besides the login itself. */
export interface Site {
  readonly gate: Gate;
  readonly backends: ReadonlyMap<string, BaseAuth>;
  /** The application's origin, as the world reaches it. */
  readonly origin: string;
  readonly basePath: string;
  /** Below {@link basePath}, with `:backend` in it. */
  readonly completePath: string;
  /** The site's own settings, where no backend is asked. */
  readonly setting: SiteSetting;
  readonly jar: CookieJar;
  readonly flows: FlowCookies;
  readonly pages: Pages;
  /** Whose request it is, as far as its address tells. */
  readonly clientOf: ClientOf;
}

/** One request to one of our addresses. */
export interface Visit {
  readonly site: Site;
  readonly request: Incoming;
  readonly url: URL;
  readonly cookies: ReadonlyMap<string, string>;
  /** The parameters of the query, and of a posted form behind them. */
  readonly parameters: URLSearchParams;
  /** What stands in the path for `:backend` and `:id`; empty where the route has none. */
  readonly backend: string;
  readonly id: string;
  /** What the visitor is here for, as the log calls it. */
  readonly errand: "login" | "disconnect" | "request";
}

/** The backend that the path names. @throws `backend_unknown` */
export function backendOf({ site, backend: name }: Pick<Visit, "site" | "backend">): BaseAuth {
  const backend = site.backends.get(name);
  if (backend) return backend;
  throw new AuthError("backend_unknown", { stage: "request", message: "no backend of this name" });
}

/** What people call a backend. */
export function titleOf(backend: BaseAuth): string {
  return backend.title || backend.name;
}

/** Where the request wants to go when all is done, if it may. */
export function nextOf({ site, parameters }: Visit): string | undefined {
  return safeNext(parameters.get("next"), site.origin, site.setting("allowedRedirectHosts"));
}

/** Who a request is signed in as, whatever its path. */
export async function readSession(
  { jar, gate }: Pick<Site, "jar" | "gate">,
  cookies: ReadonlyMap<string, string>,
): Promise<SignedIn | undefined> {
  const cookie = cookies.get(jar.sessionName);
  if (cookie === undefined) return undefined;
  const signedIn = await gate.sessions.read(gate.storage, cookie, gate.now());
  return signedIn?.tenant === gate.tenant ? signedIn : undefined;
}

/** The browser that a request comes from. */
export async function visitorOf(
  site: Pick<Site, "jar" | "gate">,
  cookies: ReadonlyMap<string, string>,
  headers: Incoming["headers"],
): Promise<Visitor> {
  return {
    signedIn: await readSession(site, cookies),
    session: cookies.get(site.jar.sessionName),
    userAgent: userAgentOf(headers),
  };
}

/** Refuses a POST that no page of ours made. @throws `request_forged` */
export function refuseForged({ site, request }: Visit): void {
  if (postedFromHere(request.headers, site.origin)) return;
  throw new AuthError("request_forged", {
    stage: "request",
    message: "a POST from another origin",
  });
}

/** What anybody who asks may know of a user who is signed in. */
export function publicUser({ user }: { readonly user: User }): object {
  const { id, username, email, fullName } = user;
  return { id, username, email, fullName };
}
