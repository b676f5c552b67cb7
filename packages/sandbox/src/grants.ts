import { randomInt } from "node:crypto";

/** What somebody agreed to on the sign-in page. */
export interface Consent {
  readonly clientId: string;
  /** The id that picks the person. */
  readonly person: string;
  readonly scopes: readonly string[];
  readonly amr: readonly string[];
  /** Milliseconds since the epoch. */
  readonly signedInAt: number;
  readonly redirectUri: string;
  readonly nonce: string | undefined;
  readonly challenge: { readonly method: "S256" | "plain"; readonly value: string } | undefined;
}

/** What an access token opens. */
export interface Access {
  readonly clientId: string;
  readonly person: string;
  readonly scopes: readonly string[];
  readonly amr: readonly string[];
  readonly signedInAt: number;
}

/** An access token and the refresh token that came with it. */
export interface TokenPair {
  readonly accessToken: string;
  readonly refreshToken: string;
}

/** A stored refresh token: it knows its scopes only through its access token. */
export interface Refresh {
  readonly clientId: string;
  readonly person: string;
  readonly signedInAt: number;
  readonly accessToken: string;
}

/** Seconds for which an access token, and an id_token, is good. */
export const ACCESS_SECONDS = 36_000;
const CODE_SECONDS = 60;
const ALPHANUMERICS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
// A load test leaves thousands of logins a second behind; the oldest are forgotten.
const KEPT = 100_000;

type Expiring<T> = T & { readonly expiresAt: number };

/**
 * Codes and tokens, related as in django-oauth-toolkit: a refresh token finds its scopes through
 * its access token. So a person who revokes an application, which deletes access tokens only,
 * leaves a refresh token that still works and is worth nothing.
 *
 * https://github.com/django-oauth/django-oauth-toolkit/blob/3.3.0/oauth2_provider/oauth2_validators.py
 */
export class Grants {
  readonly #now: () => number;
  readonly #codes = new Map<string, Expiring<Consent>>();
  readonly #access = new Map<string, Expiring<Access>>();
  readonly #refresh = new Map<string, Refresh>();

  /** `now` in milliseconds since the epoch. */
  constructor(now: () => number) {
    this.#now = now;
  }

  issueCode(consent: Consent): string {
    const expiresAt = this.#now() + CODE_SECONDS * 1000;
    return keep(this.#codes, { ...consent, expiresAt });
  }

  /** What a code stands for, while it is good; reading does not use it up. */
  findCode(code: string, clientId: string): Consent | undefined {
    const consent = this.#fresh(this.#codes.get(code));
    return consent?.clientId === clientId ? consent : undefined;
  }

  /** Uses a code up. A code that was refused for its verifier stays good, as at PeeringDB. */
  spendCode(code: string): void {
    this.#codes.delete(code);
  }

  issueTokens(access: Access): TokenPair {
    const { clientId, person, signedInAt } = access;
    const expiresAt = this.#now() + ACCESS_SECONDS * 1000;
    const accessToken = keep(this.#access, { ...access, expiresAt });
    const refreshToken = keep(this.#refresh, { clientId, person, signedInAt, accessToken });
    return { accessToken, refreshToken };
  }

  /** What an access token opens, while it is good. */
  findAccess(token: string): Expiring<Access> | undefined {
    return this.#fresh(this.#access.get(token));
  }

  findRefresh(token: string, clientId: string): Refresh | undefined {
    const refresh = this.#refresh.get(token);
    return refresh?.clientId === clientId ? refresh : undefined;
  }

  /** The scopes a refresh token may ask for; none once its access token was revoked. */
  scopesOf(refresh: Refresh): readonly string[] {
    return this.#access.get(refresh.accessToken)?.scopes ?? [];
  }

  /** Ends a token: a refresh token takes its access token with it, not the other way round. */
  revoke(token: string): void {
    const refresh = this.#refresh.get(token);
    if (refresh !== undefined) this.#access.delete(refresh.accessToken);
    this.#refresh.delete(token);
    this.#access.delete(token);
  }

  /** Ends all access tokens of a person, as "revoke" on PeeringDB's page does; says how many. */
  revokeAccessOf(person: string): number {
    const tokens = [...this.#access].filter(([, access]) => access.person === person);
    for (const [token] of tokens) this.#access.delete(token);
    return tokens.length;
  }

  #fresh<T extends { readonly expiresAt: number }>(found: T | undefined): T | undefined {
    return found !== undefined && this.#now() < found.expiresAt ? found : undefined;
  }
}

function keep<T>(store: Map<string, T>, value: T): string {
  const token = Array.from({ length: 30 }, () => ALPHANUMERICS[randomInt(62)]).join("");
  store.set(token, value);
  const oldest = store.keys().next().value;
  if (store.size > KEPT && oldest !== undefined) store.delete(oldest);
  return token;
}
