import { Hono } from "hono";
import { type Auth, AuthError, type Html, type SignedIn, type Storage, type User } from "sallyport";
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
  readonly now?: () => Date;
}

/** The member portal, as a Hono application. */
export function createPortal({
  auth,
  storage,
  site,
  enabled,
  now = () => new Date(),
}: PortalParts): Hono {
  const { sql } = storage;
  if (!sql) throw new Error("the portal needs a SQL storage");
  const app = new Hono();
  const refused = (error: AuthError, user?: User) =>
    page(refusalPage(site, { error, signInHref: "/auth/login" }, user), error.status);

  if (!enabled) app.all("/auth/login/peeringdb/*", () => refused(notEnabled()));
  app.use(hono(auth));

  app.get("/style.css", (c) => {
    c.header("cache-control", "max-age=3600");
    return c.body(style, 200, { "content-type": "text/css; charset=utf-8" });
  });

  // Browsers ask for one, whatever the pages say. There is none.
  app.get("/favicon.ico", (c) => c.body(null, 204, { "cache-control": "max-age=86400" }));

  app.get("/", async (c) => {
    const session = await auth.session(c.req.raw);
    if (!session) return c.redirect("/auth/login", 303);
    const affiliations = await affiliationsOf(sql, session.user.id);
    const refusal = refusalFor(session, affiliations, now());
    if (refusal) return refused(refusal, session.user);
    const changes = await changesAt(session);
    return page(networksPage(site, { user: session.user, affiliations, changes, now: now() }));
  });

  app.get("/api/me", async (c) => {
    c.header("cache-control", "no-store");
    const session = await auth.session(c.req.raw);
    if (!session) return c.json({ error: { code: "not_signed_in" } }, 401);
    const affiliations = await affiliationsOf(sql, session.user.id);
    const refusal = refusalFor(session, affiliations, now());
    if (refusal) return c.json({ error: { code: refusal.code } }, 403);
    const { id, username, email, fullName } = session.user;
    return c.json({
      user: { id, username, email, fullName },
      affiliations: affiliations.map(({ customer: { asn, name }, privs, createdBy }) => ({
        asn,
        name,
        privs,
        createdBy,
      })),
    });
  });

  // The login and what it wrote to the audit log bear the same instant.
  async function changesAt({ user, authenticatedAt: at }: SignedIn): Promise<AffiliationChanges> {
    const entries = await readAudit(sql as NonNullable<typeof sql>, userSubject(user.id), { at });
    const of = (action: string) =>
      // What the affiliations step wrote.
      entries.filter((entry) => entry.action === action).map(({ detail }) => detail as never);
    return { added: of("affiliation.added"), removed: of("affiliation.removed") };
  }

  return app;
}

// Memberships change while people are signed in, so each request asks again.
function refusalFor(
  { user }: SignedIn,
  affiliations: readonly Affiliation[],
  now: Date,
): AuthError | undefined {
  if (user.isAdmin || affiliations.some(({ customer }) => isActive(customer, now)))
    return undefined;
  const code = affiliations.length > 0 ? "affiliations_no_active" : "affiliations_no_match";
  return new AuthError(code, { stage: "session", status: 403, explanation: refusals[code] });
}

function notEnabled(): AuthError {
  return new AuthError("not_enabled", {
    stage: "request",
    status: 403,
    explanation: {
      sentence: "Sign-in with PeeringDB is not enabled on this portal.",
      nextStep: "Please contact our support if you expected it to be.",
    },
  });
}

function page(body: Html, status = 200): Response {
  return new Response(body.text, { status, headers: pageHeaders });
}

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
