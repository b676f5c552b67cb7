import { type Context, Hono } from "hono";
import {
  type Auth,
  AuthError,
  type Html,
  type Logger,
  logFacts,
  type SignedIn,
  type Sql,
  type Storage,
  toAuthError,
  type User,
} from "sallyport";
import { hono } from "sallyport/adapters/hono";
import {
  type Affiliation,
  type AffiliationChanges,
  affiliationsOf,
  isActive,
  readAudit,
  refusals,
  userSubject,
} from "sallyport/affiliations";
import type { Site } from "./pages/layout.ts";
import { networksPage } from "./pages/networks.ts";
import { refusalPage } from "./pages/refusal.ts";
import { style } from "./style.ts";

/** What the portal is put together from. */
export interface PortalParts {
  readonly auth: Auth;
  readonly storage: Storage;
  readonly site: Site;
  /** Whether sign-in with PeeringDB is switched on. */
  readonly enabled: boolean;
  readonly logger: Logger;
  /** Whether this process is about to end, and wants no more to do. */
  readonly draining?: () => boolean;
  readonly now?: () => Date;
}

/** The member portal, as a Hono application. */
export function createPortal(parts: PortalParts): Hono {
  const { auth, site, enabled, logger, draining = () => false, now = () => new Date() } = parts;
  const { sql } = parts.storage;
  if (!sql) throw new Error("the portal needs a SQL storage");
  const app = new Hono();

  app.get("/healthz", (c) => c.json({ alive: true }, 200, probeHeaders));

  app.get("/readyz", async (c) => {
    const ready = !draining() && (await isReady());
    const again = ready ? {} : { "retry-after": "5" };
    return c.json({ ready }, ready ? 200 : 503, { ...probeHeaders, ...again });
  });

  if (!enabled) app.all("/auth/login/peeringdb/*", (c) => refused(c, notEnabled()));
  app.use(hono(auth));
  app.onError((thrown, c) => {
    const error = toAuthError(thrown);
    logger.error("a request failed", logFacts(error));
    return refused(c, error);
  });

  app.notFound((c) => refused(c, notFound()));

  app.get("/style.css", (c) => {
    c.header("cache-control", "max-age=3600");
    return c.body(style, 200, { "content-type": "text/css; charset=utf-8" });
  });

  // Browsers ask for one, whatever the pages say. There is none.
  app.get("/favicon.ico", (c) => c.body(null, 204, { "cache-control": "max-age=86400" }));

  app.get("/", async (c) => {
    const session = await auth.session(c.req.raw);
    if (!session) return c.redirect("/auth/login", 303);
    const { user } = session;
    const affiliations = await affiliationsOf(sql, user.id);
    const refusal = refusalFor(user, affiliations, now());
    if (refusal) return refused(c, refusal, user);
    const changes = await changesAt(sql, session);
    const sessions = await auth.sessions(user, c.req.raw);
    return page(networksPage(site, { user, affiliations, changes, sessions, now: now() }));
  });

  app.get("/api/me", async (c) => {
    c.header("cache-control", "no-store");
    const user = await auth.user(c.req.raw);
    if (!user) return c.json({ error: { code: "not_signed_in" } }, 401);
    const affiliations = await affiliationsOf(sql, user.id);
    const refusal = refusalFor(user, affiliations, now());
    if (refusal) return c.json({ error: { code: refusal.code } }, 403);
    const { id, username, email, fullName } = user;
    return c.json({
      user: { id, username, email, fullName },
      affiliations: affiliations.map(toApi),
    });
  });

  return app;

  async function isReady(): Promise<boolean> {
    try {
      await auth.ready();
      return true;
    } catch (error) {
      logger.warn("the portal is not ready", logFacts(toAuthError(error)));
      return false;
    }
  }

  /** Says why not: a page, or JSON for a program. `user` is who is signed in nevertheless. */
  function refused(c: Context, error: AuthError, user?: User): Response {
    const { status, code, stage, explanation, retryAfter } = error;
    const headers = retryAfter === undefined ? {} : { "retry-after": String(retryAfter) };
    if (c.req.path.startsWith("/api/") || c.req.header("accept")?.startsWith("application/json")) {
      const message = `${explanation.sentence} ${explanation.nextStep}`;
      return Response.json({ error: { code, stage, message } }, { status, headers });
    }
    return page(refusalPage(site, { error, signInHref: "/auth/login" }, user), status, headers);
  }
}

// Memberships change while people are signed in, so each request asks again.
function refusalFor(
  user: User,
  affiliations: readonly Affiliation[],
  now: Date,
): AuthError | undefined {
  const mayStay = user.isAdmin || affiliations.some(({ customer }) => isActive(customer, now));
  if (mayStay) return undefined;
  const code = affiliations.length > 0 ? "affiliations_no_active" : "affiliations_no_match";
  return new AuthError(code, { stage: "session", status: 403, explanation: refusals[code] });
}

// The login and what it wrote to the audit log bear the same instant.
async function changesAt(
  sql: Sql,
  { user, authenticatedAt: at }: SignedIn,
): Promise<AffiliationChanges> {
  const entries = await readAudit(sql, userSubject(user.id), { at });
  const of = (action: string) =>
    // What the affiliations step wrote.
    entries.filter((entry) => entry.action === action).map(({ detail }) => detail as never);
  return { added: of("affiliation.added"), removed: of("affiliation.removed") };
}

function toApi({ customer: { asn, name }, privs, createdBy }: Affiliation) {
  return { asn, name, privs, createdBy };
}

function notEnabled(): AuthError {
  return new AuthError("not_enabled", {
    stage: "begin",
    status: 403,
    explanation: {
      sentence: "Sign-in with PeeringDB is not enabled on this portal.",
      nextStep: "Please contact our support if you expected it to be.",
    },
  });
}

function notFound(): AuthError {
  const explanation = {
    sentence: "There is no such page.",
    nextStep: "The name of this site, above, leads to its first page.",
  };
  return new AuthError("page_unknown", { stage: "request", status: 404, explanation });
}

function page(body: Html, status = 200, more: Readonly<Record<string, string>> = {}): Response {
  return new Response(body.text, { status, headers: { ...pageHeaders, ...more } });
}

const probeHeaders = { "cache-control": "no-store" };

const pageHeaders = {
  "content-type": "text/html; charset=utf-8",
  "cache-control": "no-store",
  "content-security-policy":
    "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
  "cross-origin-opener-policy": "same-origin",
  // Not less: the sign-out form's POST must name its origin.
  "referrer-policy": "same-origin",
  "x-content-type-options": "nosniff",
};
