import { fetchTransport, transport } from "#platform";
import { type AccessTokenOptions, accessToken } from "./access-token.ts";
import type { BaseAuth, Environment } from "./backend.ts";
import { defaultDisconnectPipeline } from "./default-disconnect-pipeline.ts";
import { defaultPipeline } from "./default-pipeline.ts";
import type { DisconnectPipeline } from "./disconnect-pipeline.ts";
import { AuthError, type Stage } from "./errors.ts";
import { createEvents, type EventName, type Listener } from "./events.ts";
import type { Gate } from "./gate.ts";
import type { Tokens } from "./identity.ts";
import { consoleLogger, type Logger } from "./logger.ts";
import type { Pipeline } from "./pipeline.ts";
import { refresh } from "./refresh.ts";
import { createSeal } from "./seal.ts";
import type { SessionStore, SignedIn } from "./session.ts";
import { databaseSessions } from "./sessions/database.ts";
import {
  catalogue,
  type GivenToSite,
  ownUrlNames,
  readSiteSettings,
  settingNames,
} from "./settings.ts";
import type { Association, Storage, User } from "./storage.ts";
import { type Tracer, traceWith } from "./tracing.ts";
import { type Answer, toResponse } from "./web/answers.ts";
import { cookieJar, parseCookies } from "./web/cookies.ts";
import { flowCookies } from "./web/flow-cookie.ts";
import type { Incoming, WithHeaders } from "./web/incoming.ts";
import { builtInPages, type Pages } from "./web/pages.ts";
import { answer } from "./web/routes.ts";
import { safeNext } from "./web/safe-next.ts";
import { type TokenSignIn, type TokenSignInOptions, tokenSignIn } from "./web/token-sign-in.ts";
import { readSession, type Site } from "./web/visit.ts";
import { publicTransport } from "./wire/public-http.ts";

/** Settings of the site that stand beside the rest of its configuration. */
type Beside =
  | "loginRedirectUrl"
  | "logoutRedirectUrl"
  | "disconnectRedirectUrl"
  | "loginErrorUrl"
  | "inactiveUserUrl"
  | "fieldsStoredInSession"
  | "recentSignIn"
  | "allowedRedirectHosts";

/** What {@link createAuth} is told. */
export interface AuthConfig extends Pick<GivenToSite, Beside> {
  /** Where the world reaches the application: an origin, https except on loopback. */
  readonly baseUrl: string;
  /** Newest first; the older ones still open what they sealed. `openssl rand -hex 32` makes one. */
  readonly secrets: readonly string[];
  readonly backends: readonly BaseAuth[];
  readonly storage: Storage;
  /** Default `/auth`. */
  readonly basePath?: string | undefined;
  /** Where providers send the browser back to, below `basePath`. Default `/complete/:backend`. */
  readonly completePath?: string | undefined;
  /** Settings for all backends that do not say otherwise themselves. */
  readonly settings?: Omit<GivenToSite, Beside> | undefined;
  readonly pipeline?: Pipeline | undefined;
  readonly disconnectPipeline?: DisconnectPipeline | undefined;
  /** How signed-in browsers are remembered. Default {@link databaseSessions}. */
  readonly session?: SessionStore | undefined;
  /** Pages of your own in place of the built-in ones. */
  readonly pages?: Partial<Pages> | undefined;
  /** For a proxy, or a test. Default: keep-alive connections on Node, `fetch` elsewhere. */
  readonly fetch?: typeof globalThis.fetch | undefined;
  /** Milliseconds for one request to a provider, and for all of one login. Default 10 s and 15 s. */
  readonly timeouts?: { readonly call?: number; readonly login?: number } | undefined;
  /** Default: the console, a line each. */
  readonly logger?: Logger | undefined;
  /** OpenTelemetry's, for a span a login, step and request: `trace.getTracer("sallyport")`. */
  readonly tracer?: Tracer | undefined;
  /** Where backends find settings that their constructor was not given. Default `process.env`. */
  readonly env?: Environment | undefined;
  /** The clock. */
  readonly now?: (() => Date) | undefined;
}

/** What an application holds. */
export interface Auth {
  /** Answers a request to one of our routes; undefined where the path is not ours. */
  handle(request: Request): Promise<Response | undefined>;
  /** The same in plain values, for adapters of servers without web requests. */
  answer(request: Incoming): Promise<Answer | undefined>;
  /** Who is signed in. */
  user(request: WithHeaders): Promise<User | undefined>;
  /** Who is signed in, since when and how. */
  session(request: WithHeaders): Promise<SignedIn | undefined>;
  /** The accounts that lead to a user. */
  associations(user: Pick<User, "id">): Promise<readonly Association[]>;
  /**
   * An access token of the user's account, renewed if need be. Ask each time, and keep it
   * nowhere else. @throws `association_unknown`, `token_missing`, `token_revoked`.
   */
  accessToken(
    user: Pick<User, "id">,
    backend: string,
    options?: AccessTokenOptions,
  ): Promise<string>;
  /** Newer tokens than an association came with. @throws `token_missing`, `token_revoked`. */
  refresh(association: Association): Promise<Tokens>;
  /**
   * Signs in who an application on a device was given a token about: an id_token, or the
   * access token of a backend that can tell whom it was made for. @throws `token_not_accepted`,
   * and what any login ends with.
   */
  signInWithToken(
    backend: string,
    token: string,
    options?: TokenSignInOptions,
  ): Promise<TokenSignIn>;
  /** Tells a listener what happens, once it stands. Gives a function that ends it. */
  on<Name extends EventName>(name: Name, listener: Listener<Name>): () => void;
  close(): Promise<void>;
  /** The configured origin, for adapters: a request's own Host is never believed. */
  readonly origin: string;
}

/**
 * Puts a sign-in together.
 *
 * @throws `settings_invalid`, saying which setting and what was expected.
 */
export function createAuth(config: AuthConfig): Auth {
  const origin = checkedOrigin(config.baseUrl);
  const basePath = checkedPath("basePath", config.basePath ?? "/auth");
  const completePath = checkedPath("completePath", config.completePath ?? "/complete/:backend");
  if (!completePath.includes("/:backend") || completePath === "/login/:backend") {
    throw invalid('completePath must contain "/:backend", and be another than the login\'s');
  }
  const { storage, now = () => new Date() } = config;
  // A `fetch` of the application's own decides for itself whom it asks.
  const own = config.fetch && fetchTransport(config.fetch);
  const logger = config.logger ?? consoleLogger;
  const trace = traceWith(config.tracer);
  const steps = config.pipeline ?? defaultPipeline;
  const disconnectSteps = config.disconnectPipeline ?? defaultDisconnectPipeline;
  const environment = config.env ?? processEnvironment();
  const given: GivenToSite = { ...config, ...config.settings };
  const setting = readSiteSettings(given, environment);
  const backends = bindBackends(config.backends, given, environment);
  const stepNames = new Set([...steps, ...disconnectSteps].map(({ name }) => name));
  for (const backend of backends.values()) checkSteps(backend, stepNames);
  const leadsSomewhere = (url: string) =>
    safeNext(url, origin, setting("allowedRedirectHosts")) !== undefined;
  checkUrls("", { setting }, leadsSomewhere);
  for (const backend of backends.values()) {
    checkUrls(`backend ${backend.name}: `, backend, leadsSomewhere);
  }
  const gate: Gate = {
    storage,
    now,
    sessions: config.session ?? databaseSessions(),
    pipeline: steps,
    disconnectPipeline: disconnectSteps,
    logger,
    events: createEvents(logger),
    trace,
    waysIn: () => [...backends.keys()],
    recently: setting("recentSignIn") * 1000,
    seal: createSeal(config.secrets, "tokens"),
    bounds: {
      transport: own ?? transport,
      publicTransport: own ?? publicTransport(),
      callTimeout: config.timeouts?.call ?? 10_000,
      loginTimeout: config.timeouts?.login ?? 15_000,
      trace,
    },
    redirectUri: ({ name }) => origin + basePath + completePath.replace(":backend", name),
    resumeUri: (id) => `${origin}${basePath}/resume/${id}`,
  };
  const jar = cookieJar(origin.startsWith("https:"));
  const site: Site = {
    gate,
    backends,
    origin,
    basePath,
    completePath,
    setting,
    jar,
    flows: flowCookies(jar, createSeal(config.secrets, "flow"), setting("loginRedirectUrl")),
    pages: { ...builtInPages, ...config.pages },
  };
  const backendNamed = (name: string, stage: Stage) => {
    const backend = backends.get(name);
    if (backend) return backend;
    throw new AuthError("backend_unknown", { stage, message: `no backend is called "${name}"` });
  };
  const session = ({ headers }: WithHeaders) =>
    readSession(
      site,
      parseCookies(headers instanceof Headers ? headers.get("cookie") : headers.cookie),
    );

  return {
    origin,
    async handle(request) {
      const given = await answer(site, request);
      return given && toResponse(given);
    },
    answer: (request) => answer(site, request),
    session,
    user: async (request) => (await session(request))?.user,
    associations: ({ id }) => storage.associations.ofUser(id),
    accessToken: async (user, name, options) =>
      accessToken(gate, backendNamed(name, "refresh"), user, options),
    refresh: async (association) =>
      refresh(gate, backendNamed(association.provider, "refresh"), association),
    signInWithToken: async (name, token, options = {}) =>
      tokenSignIn(site, backendNamed(name, "request"), token, options),
    on: gate.events.on,
    close: () => storage.close(),
  };
}

function bindBackends(
  backends: readonly BaseAuth[],
  given: GivenToSite,
  environment: Environment,
): ReadonlyMap<string, BaseAuth> {
  const named = new Map<string, BaseAuth>();
  for (const backend of backends) {
    if (named.has(backend.name)) throw invalid(`two backends are called "${backend.name}"`);
    backend.joinSite(given);
    backend.bind(environment);
    named.set(backend.name, backend);
  }
  return named;
}

function checkSteps(backend: BaseAuth, steps: ReadonlySet<string>): void {
  const missing = backend.neededSteps.find((needed) => !steps.has(needed));
  if (missing) {
    throw invalid(`backend ${backend.name} is safe only with step "${missing}" in the pipeline`);
  }
  for (const name of settingNames) {
    const { step, usual } = catalogue[name];
    const isUsual = JSON.stringify(backend.setting(name)) === JSON.stringify(usual);
    if (!step || steps.has(step) || isUsual) continue;
    throw invalid(`${name} of backend ${backend.name} needs step "${step}" in the pipeline`);
  }
}

/** What redirects follow is held to the rules of `next`, wherever it was given. */
function checkUrls(
  owner: string,
  from: Pick<Site, "setting">,
  leadsSomewhere: (url: string) => boolean,
): void {
  for (const name of ownUrlNames) {
    const url = from.setting(name);
    if (url !== undefined && !leadsSomewhere(url)) {
      throw invalid(`${owner}${name} must be a path, or at an allowed host`);
    }
  }
}

function checkedOrigin(baseUrl: string): string {
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : undefined;
  if (!url || !/^https?:$/.test(url.protocol)) throw invalid(`baseUrl is not a URL: "${baseUrl}"`);
  if (url.pathname !== "/" || url.search || url.hash || url.username) {
    throw invalid(`baseUrl must be an origin without a path: "${url.origin}"`);
  }
  const loopback = /^(localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname);
  if (url.protocol === "http:" && !loopback) {
    throw invalid("baseUrl must be https; plain http is for loopback only");
  }
  return url.origin;
}

function checkedPath(name: string, path: string): string {
  if (/^(\/[\w:.-]+)+$/.test(path)) return path;
  throw invalid(`${name} must be a path like "/auth", not "${path}"`);
}

function processEnvironment(): Environment {
  return (globalThis as { process?: { env?: Environment } }).process?.env ?? {};
}

function invalid(what: string): AuthError {
  return new AuthError("settings_invalid", { stage: "settings", message: `createAuth: ${what}` });
}
