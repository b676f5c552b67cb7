import type { BaseAuth } from "../backend.ts";
import { AuthError } from "../errors.ts";
import type { Asking } from "../pause.ts";
import type { Completed, Waiting } from "../pipeline-run.ts";
import type { Association, User } from "../storage.ts";
import { signInWithToken } from "../token-sign-in.ts";
import { backendSpan } from "../tracing.ts";
import { parseCookies } from "./cookies.ts";
import type { WithHeaders } from "./incoming.ts";
import { postedFromHere } from "./origin-check.ts";
import { pausedCookie, sessionCookie } from "./passed.ts";
import { type Site, visitorOf } from "./visit.ts";

/** What may be said along with a token. */
export interface TokenSignInOptions {
  /** The request that brought it. Who is signed in there connects another account. */
  readonly request?: WithHeaders | undefined;
  /** What the application had put into the id_token, where it had: then it must be in it. */
  readonly nonce?: string | undefined;
}

/** What became of a token: a session, or a question first. */
export type TokenSignIn = SignedInByToken | PausedByToken;

/** Somebody is signed in. */
export interface SignedInByToken extends WithCookie {
  readonly kind: "signed-in";
  readonly user: User;
  readonly isNew: boolean;
  readonly association: Association | undefined;
  /** The value of the session's cookie. */
  readonly session: string;
}

/** A step has a question; the reply goes to `POST /resume/:id`, with the cookie. */
export interface PausedByToken extends WithCookie {
  readonly kind: "paused";
  readonly id: string;
  readonly asking: Asking;
  readonly expiresAt: Date;
}

interface WithCookie {
  /** The `Set-Cookie` line for the answer: without its cookie, what follows is not recognised. */
  readonly setCookie: string;
}

/** Signs somebody in with a token that the application's own address was sent. */
export async function tokenSignIn(
  site: Site,
  backend: BaseAuth,
  token: string,
  { request, nonce }: TokenSignInOptions,
): Promise<TokenSignIn> {
  const visitor = request ? await bringerOf(site, request) : noVisitor;
  const brought = { token, nonce, visitor, next: backend.setting("loginRedirectUrl") };
  const outcome = await site.gate.trace(backendSpan("token-sign-in", backend), () =>
    signInWithToken(site.gate, backend, brought),
  );
  return toResult(site, outcome);
}

const noVisitor = { signedIn: undefined, session: undefined, userAgent: null };

async function bringerOf(site: Site, { headers }: WithHeaders) {
  const get = (name: string) =>
    headers instanceof Headers ? headers.get(name) : (headers[name as "cookie"] ?? null);
  // A page of somebody else's could bring its own token and the cookies of who looks at it.
  if (!postedFromHere({ get }, site.origin)) {
    throw new AuthError("request_forged", {
      stage: "request",
      message: "a token from another origin",
    });
  }
  return visitorOf(site, parseCookies(get("cookie")), { get });
}

function toResult(site: Site, outcome: Completed | Waiting): TokenSignIn {
  if (outcome.kind === "completed") {
    const { session, facts } = outcome;
    const { user, isNew, association } = facts;
    site.gate.logger.info("signed in", { backend: facts.identity.provider, user: user.id });
    const setCookie = sessionCookie(site, session);
    return { kind: "signed-in", user, isNew, association, session, setCookie };
  }
  const { id, login } = outcome;
  const expiresAt = new Date(login.expiresAt);
  return {
    kind: "paused",
    id,
    asking: login.asking,
    expiresAt,
    setCookie: pausedCookie(site, outcome),
  };
}
