import { fetchTransport, transport } from "#platform";
import { type AccessTokenOptions, accessToken } from "./access-token.ts";
import type { BaseAuth, Environment } from "./backend.ts";
import {
  bindBackends,
  checkedLimits,
  checkedOrigin,
  checkedPath,
  checkedProxies,
  checkSteps,
  checkUrls,
  invalid,
  tenantOrigin,
} from "./checked-config.ts";
import { defaultDisconnectPipeline } from "./default-disconnect-pipeline.ts";
import { defaultPipeline } from "./default-pipeline.ts";
import type { DisconnectPipeline } from "./disconnect-pipeline.ts";
import { AuthError, type Stage } from "./errors.ts";
import { createEvents, type EventName, type Listener } from "./events.ts";
import type { Gate } from "./gate.ts";
import type { Tokens } from "./identity.ts";
import { inTime } from "./in-time.ts";
import { Limiter, type LimitSettings } from "./limiter.ts";
import { consoleLogger, type Logger } from "./logger.ts";
import type { Pipeline } from "./pipeline.ts";
import { refresh } from "./refresh.ts";
import { createSeal } from "./seal.ts";
import type { SessionStore, SignedIn } from "./session.ts";
import { databaseSessions } from "./sessions/database.ts";
import { type GivenToSite, readSiteSettings } from "./settings.ts";
import type { Association, Storage, User } from "./storage.ts";
import type { MaybeLater, TenantBackends, TenantRequest } from "./tenants.ts";
import { type Tracer, traceWith } from "./tracing.ts";
import { endSessions, sessionsOf, type UserSession } from "./user-sessions.ts";
import { addressesAt } from "./web/addresses.ts";
import { type Answer, toResponse } from "./web/answers.ts";
import { clientsBehind } from "./web/clients.ts";
import { cookieJar } from "./web/cookies.ts";
import { flowCookies } from "./web/flow-cookie.ts";
import { type Incoming, toIncoming, type WithHeaders } from "./web/incoming.ts";
import { builtInPages, type Pages } from "./web/pages.ts";
import { safeNext } from "./web/safe-next.ts";
import { oneSite } from "./web/sites.ts";
import { tenantSites } from "./web/tenant-sites.ts";
import { type TokenSignIn, type TokenSignInOptions, tokenSignIn } from "./web/token-sign-in.ts";
import type { Site } from "./web/visit.ts";
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
  /** No two of one name; where there are tenants, each tenant's. */
  readonly backends: readonly BaseAuth[] | TenantBackends;
  /** Names the tenant that a request is for, where each has backends of its own; undefined for none. */
  readonly tenant?: ((request: TenantRequest) => MaybeLater<string | undefined>) | undefined;
  /** The origin at which a tenant is reached, by the scheme of {@link baseUrl}; that one unless given. */
  readonly tenantUrl?: ((tenant: string) => MaybeLater<string>) | undefined;
  /** Seconds after which a tenant's backends are asked for again. Default 300. */
  readonly tenantLifetime?: number | undefined;
  readonly storage: Storage;
  /** Default `/auth`. With `/:tenant` in it each tenant has addresses of its own at one origin. */
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
  /** How often one client, user or mailbox may do what costs something. On, unless `false`. */
  readonly limits?: LimitSettings | false | undefined;
  /**
   * Addresses, and networks like `10.0.0.0/8`, of the proxies before the application, whose
   * `X-Forwarded-For` says where a request came from. None, unless given: then it is not read.
   */
  readonly trustedProxies?: readonly string[] | undefined;
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
  /**
   * Answers a request to one of our routes; undefined where the path is not ours.
   *
   * @param peer who is at the other end of the connection. Without an address, limits by
   *   address are off.
   */
  handle(
    request: Request,
    peer?: { readonly address?: string | undefined },
  ): Promise<Response | undefined>;
  /** The same in plain values, for adapters of servers without web requests. */
  answer(request: Incoming): Promise<Answer | undefined>;
  /** Who is signed in. */
  user(request: WithHeaders): Promise<User | undefined>;
  /** Who is signed in, since when and how. */
  session(request: WithHeaders): Promise<SignedIn | undefined>;
  /**
   * Where a user is signed in, the newest activity first. With the request that asks, its own
   * session is `current`, and of several tenants only the request's own is looked at.
   *
   * @throws `sessions_not_listed`
   */
  sessions(user: Pick<User, "id">, request?: WithHeaders): Promise<readonly UserSession[]>;
  /**
   * Ends one of a user's sessions, by the `id` it is listed with. False where they have none
   * of this id. @throws `sessions_not_listed`
   */
  endSession(user: Pick<User, "id">, id: string): Promise<boolean>;
  /**
   * Ends all of a user's sessions and says how many; with `except` all but that request's own,
   * of its own tenant only where there are several. @throws `sessions_not_listed`
   */
  endSessions(
    user: Pick<User, "id">,
    options?: { readonly except?: WithHeaders | undefined },
  ): Promise<number>;
  /** The accounts that lead to a user. */
  associations(user: Pick<User, "id">): Promise<readonly Association[]>;
  /**
   * An access token of the user's account, renewed if need be. Ask each time, and keep it
   * nowhere else. @throws `association_unknown`, `token_missing`, `token_revoked`.
   */
  accessToken(
    user: Pick<User, "id">,
    backend: string,
    options?: AccessTokenOptions & OfTenant,
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
    options?: TokenSignInOptions & OfTenant,
  ): Promise<TokenSignIn>;
  /** Has this process ask for a tenant's backends again: their settings have changed. */
  forgetTenant(name: string): void;
  /** Tells a listener what happens, once it stands. Gives a function that ends it. */
  on<Name extends EventName>(name: Name, listener: Listener<Name>): () => void;
  /**
   * Resolves where this process can sign people in: the tables are up to date and the database
   * answers within two seconds. Asks each time. For a readiness probe.
   *
   * @throws `StorageUnavailable` where it does not answer, and what a migration failed with.
   */
  ready(): Promise<void>;
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
  const stepNames = new Set([...steps, ...disconnectSteps].map(({ name }) => name));
  const leadsSomewhere = (url: string) =>
    safeNext(url, origin, setting("allowedRedirectHosts")) !== undefined;
  checkUrls("", { setting }, leadsSomewhere);
  const bind = (those: readonly BaseAuth[], environment: Environment) => {
    const bound = bindBackends(those, given, environment);
    for (const backend of bound.values()) {
      checkSteps(backend, stepNames);
      checkUrls(`backend ${backend.name}: `, backend, leadsSomewhere);
    }
    return bound;
  };
  const tenants = tenantsOf(config);
  if (!tenants && basePath.includes("/:tenant"))
    throw invalid('basePath needs tenants for ":tenant"');
  const ofAll = typeof config.backends === "function" ? [] : config.backends;
  const backends = bind(ofAll, environment);
  const gate: Gate = {
    tenant: null,
    storage,
    now,
    sessions: config.session ?? databaseSessions(),
    pipeline: steps,
    disconnectPipeline: disconnectSteps,
    logger,
    events: createEvents(logger),
    limiter: new Limiter(checkedLimits(config.limits ?? {})),
    trace,
    ...addressesAt({ backends, origin, basePath, completePath }),
    recently: setting("recentSignIn") * 1000,
    seal: createSeal(config.secrets, "tokens"),
    bounds: {
      transport: own ?? transport,
      publicTransport: own ?? publicTransport(),
      callTimeout: config.timeouts?.call ?? 10_000,
      loginTimeout: config.timeouts?.login ?? 15_000,
      trace,
    },
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
    clientOf: clientsBehind(checkedProxies(config.trustedProxies ?? []), {
      logger,
      // Plain http is for loopback only: somebody else speaks https before us.
      behindProxy: origin.startsWith("https:"),
    }),
  };
  const sites = tenants
    ? tenantSites(site, {
        ...tenants,
        // Nobody's backend finds a client in the environment that belongs to somebody else.
        bind: (given) => bind(given, {}),
        origin: async (name) => tenantOrigin(await config.tenantUrl?.(name), origin),
        lifetime: (config.tenantLifetime ?? 300) * 1000,
      })
    : oneSite(site);

  return {
    origin,
    async handle(request, { address } = {}) {
      const given = await sites.answer(toIncoming(request, address));
      return given && toResponse(given);
    },
    answer: sites.answer,
    session: sites.session,
    user: async (request) => (await sites.session(request))?.user,
    sessions: async ({ id }, request) =>
      sessionsOf(gate, id, request ? await sites.asker(request) : {}),
    endSession: async (user, id) =>
      (await endSessions(gate, user.id, {}, (session) => session.id === id)).length > 0,
    endSessions: async ({ id }, { except } = {}) => {
      const asker = except ? await sites.asker(except) : {};
      return (await endSessions(gate, id, asker, ({ current }) => !current)).length;
    },
    associations: ({ id }) => storage.associations.ofUser(id),
    accessToken: async (user, name, { tenant = null, ...options } = {}) => {
      const { gate, backends } = await sites.ofTenant(tenant);
      return accessToken(gate, backendNamed(backends, name, "refresh"), user, options);
    },
    refresh: async (association) => {
      const { gate, backends } = await sites.ofTenant(association.tenant);
      return refresh(gate, backendNamed(backends, association.provider, "refresh"), association);
    },
    signInWithToken: async (name, token, { tenant = null, ...options } = {}) => {
      const site = await sites.ofTenant(tenant);
      return tokenSignIn(site, backendNamed(site.backends, name, "request"), token, options);
    },
    forgetTenant: sites.forget,
    on: gate.events.on,
    ready: () => inTime(storage.ping(), 2000, "the database did not answer"),
    close: () => storage.close(),
  };
}

/** What only needs to be said where there are tenants. */
interface OfTenant {
  /** The tenant whose backend it is; needed where there are tenants. */
  readonly tenant?: string | undefined;
}

function backendNamed(
  backends: ReadonlyMap<string, BaseAuth>,
  name: string,
  stage: Stage,
): BaseAuth {
  const backend = backends.get(name);
  if (backend) return backend;
  throw new AuthError("backend_unknown", { stage, message: `no backend is called "${name}"` });
}

function processEnvironment(): Environment {
  return (globalThis as { process?: { env?: Environment } }).process?.env ?? {};
}

/** What tells tenants apart; undefined where one set of backends is everybody's. */
function tenantsOf({ tenant, backends }: AuthConfig) {
  const each = typeof backends === "function" ? backends : undefined;
  if (tenant && each) return { tenant, backends: each };
  if (tenant || each) throw invalid("tenant, and a function as backends, need each other");
  return undefined;
}
