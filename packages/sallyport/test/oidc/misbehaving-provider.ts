import { createHash } from "node:crypto";
import type { TestContext } from "node:test";
import {
  type CryptoKey,
  exportJWK,
  generateKeyPair,
  type JWK,
  type JWTHeaderParameters,
  SignJWT,
  UnsecuredJWT,
} from "jose";
import { OidcAuth } from "../../src/backends/oidc.ts";
import type { OpenIdConnectSettings } from "../../src/protocols/openid-connect.ts";
import { client, type Provider, type Recorded, type Reply } from "../provider.ts";
import { type Site, startSite } from "../site.ts";

// An OpenID provider of our own that is wrong on demand. It shares nothing with the library
// but jose, which signs here what it checks there.

type Claims = Readonly<Record<string, unknown>>;

/** A key that the provider signs with. */
export interface SigningKey {
  readonly algorithm: string;
  readonly privateKey: CryptoKey;
  readonly jwk: JWK;
}

/** How the provider differs from one in good order. */
export interface Misbehaviour {
  /** Other members of the discovery document; undefined takes one away. */
  readonly metadata?: (issuer: string) => Claims;
  /** Other claims of the id_token; undefined takes one away. */
  readonly claims?: Claims;
  /** The same for a refreshed id_token. */
  readonly refreshed?: Claims;
  /** Other members of the header. */
  readonly header?: Claims;
  /** Signs another way. */
  readonly sign?: (claims: Claims) => Promise<string> | string;
  /** What the key set lists, where it is not the keys. */
  readonly published?: readonly JWK[];
  /** Other members of UserInfo's answer, or something else. */
  readonly userinfo?: Claims | string;
  /** Other members of the token endpoint's answer. */
  readonly tokens?: Claims;
  /** Changes the parameters that the browser brings back. */
  readonly callback?: (parameters: URLSearchParams) => void;
}

/** What UserInfo says of the person. */
export const person = {
  sub: "248289761001",
  preferred_username: "ada",
  name: "Ada Lovelace",
  given_name: "Ada",
  family_name: "Lovelace",
  email: "ada@example.net",
  email_verified: true,
  phone_number: "+1 555 0100",
  address: { country: "GB" },
};

/** A key of its own; its id is the name. */
export async function makeKey(name: string, algorithm = "RS256"): Promise<SigningKey> {
  const { privateKey, publicKey } = await generateKeyPair(algorithm, { extractable: true });
  const jwk = { ...(await exportJWK(publicKey)), kid: name, use: "sig", alg: algorithm };
  return { algorithm, privateKey, jwk };
}

/** Signs claims as a provider does. */
export function signed(claims: Claims, key: SigningKey, header: Claims = {}): Promise<string> {
  const { algorithm: alg, jwk, privateKey } = key;
  const full = { alg, kid: jwk.kid, ...header } as JWTHeaderParameters;
  return new SignJWT({ ...claims }).setProtectedHeader(full).sign(privateKey);
}

/** A token without a signature. */
export function unsigned(claims: Claims): string {
  return new UnsecuredJWT({ ...claims }).encode();
}

/** `at_hash` and `c_hash`, by the standard's words and not by the library's code. */
export function leftHalf(value: string): string {
  return createHash("sha256").update(value, "ascii").digest().subarray(0, 16).toString("base64url");
}

type Path = "/.well-known/openid-configuration" | "/jwks" | "/authorize" | "/token" | "/userinfo";

/** The provider, on top of the plain one. */
export class OpenIdProvider {
  readonly issuer: string;
  /** What it answers, by path; for a provider with other paths. */
  readonly answers: Readonly<Record<Path, (request: Recorded) => Promise<Reply>>>;
  readonly #provider: Provider;
  readonly #now: () => Date;
  #keys: readonly SigningKey[];
  #wrong: Misbehaviour = {};
  #nonce: string | null = null;

  /** The issuer may be another than where it listens: a path below it, or a name that leads here. */
  constructor(
    provider: Provider,
    keys: readonly SigningKey[],
    { issuer = provider.origin, now }: { issuer?: string; now: () => Date },
  ) {
    this.issuer = issuer;
    this.#provider = provider;
    this.#keys = keys;
    this.#now = now;
    this.answers = {
      "/.well-known/openid-configuration": async () => this.#metadata(),
      "/jwks": async () => this.#keySet(),
      "/authorize": async (request) => this.#authorize({ ...request, path: "/authorize" }),
      "/token": (request) => this.#token({ ...request, path: "/token" }),
      "/userinfo": async (request) => this.#userinfo(request),
    };
    const prefix = new URL(issuer).pathname.replace(/\/$/, "");
    for (const [path, answer] of Object.entries(this.answers)) provider.on(prefix + path, answer);
  }

  /** From now on it behaves so. */
  behave(misbehaviour: Misbehaviour): void {
    this.#wrong = misbehaviour;
  }

  /** Its keys are gone, others are there. */
  rotate(keys: readonly SigningKey[]): void {
    this.#keys = keys;
  }

  #metadata(): Reply {
    const { issuer } = this;
    const usual = {
      issuer,
      authorization_endpoint: `${issuer}/authorize`,
      token_endpoint: `${issuer}/token`,
      userinfo_endpoint: `${issuer}/userinfo`,
      jwks_uri: `${issuer}/jwks`,
      end_session_endpoint: `${issuer}/sign-out`,
      authorization_response_iss_parameter_supported: true,
    };
    return { body: { ...usual, ...this.#wrong.metadata?.(issuer) } };
  }

  #keySet(): Reply {
    return { body: { keys: this.#wrong.published ?? this.#keys.map(({ jwk }) => jwk) } };
  }

  #authorize(request: Recorded): Reply {
    this.#nonce = request.query.get("nonce");
    const usual = this.#provider.standard(request);
    const back = new URL(usual.headers?.location ?? "");
    back.searchParams.set("iss", this.issuer);
    this.#wrong.callback?.(back.searchParams);
    return { ...usual, headers: { location: back.href } };
  }

  async #token(request: Recorded): Promise<Reply> {
    const usual = this.#provider.standard(withPlainBasic(request));
    const body = Object(usual.body) as Record<string, unknown>;
    if (typeof body.access_token !== "string") return usual;
    const claims = this.#claims(request.form.has("refresh_token"));
    const [key] = this.#keys as [SigningKey];
    const { sign, header, tokens } = this.#wrong;
    const idToken = await (sign?.(claims) ?? signed(claims, key, header));
    this.#provider.secrets.push(idToken);
    return { body: { ...body, id_token: idToken, ...tokens } };
  }

  #claims(refreshed: boolean): Claims {
    const now = Math.floor(this.#now().getTime() / 1000);
    const times = { iat: now, exp: now + 300, auth_time: now };
    const usual = { iss: this.issuer, sub: person.sub, aud: client.id, ...times };
    if (refreshed) return { ...usual, ...this.#wrong.refreshed };
    return { ...usual, nonce: this.#nonce, ...this.#wrong.claims };
  }

  #userinfo(request: Recorded): Reply {
    const known = this.#provider.standard({ ...request, path: "/profile" }).status !== 401;
    if (!known) return { status: 401 };
    const { userinfo } = this.#wrong;
    return { body: typeof userinfo === "string" ? userinfo : { ...person, ...userinfo } };
  }
}

/** An application with the provider's backend, `oidc`; both end with the test. */
export async function startOpenIdSite(
  t: TestContext,
  keys: readonly SigningKey[],
  settings: OpenIdConnectSettings = {},
  Backend: typeof OidcAuth = OidcAuth,
): Promise<{ readonly site: Site; readonly openId: OpenIdProvider }> {
  const site = await startSite(t, {
    backends: ({ origin }) => {
      const known = { oidcEndpoint: origin, clientId: client.id, clientSecret: client.secret };
      return [new Backend({ ...known, ...settings })];
    },
  });
  const openId = new OpenIdProvider(site.provider, keys, { now: () => site.clock.now });
  return { site, openId };
}

// The id and the secret are encoded before they are joined (RFC 6749, section 2.3.1).
function withPlainBasic(request: Recorded): Recorded {
  const [, encoded] = /^Basic (.+)$/.exec(request.headers.authorization ?? "") ?? [];
  if (encoded === undefined) return request;
  const authorization = `Basic ${btoa(decodeURIComponent(atob(encoded)))}`;
  return { ...request, headers: { ...request.headers, authorization } };
}
