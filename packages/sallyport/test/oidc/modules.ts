import { SignJWT } from "jose";
import { client } from "../provider.ts";
import {
  leftHalf,
  type Misbehaviour,
  makeKey,
  type SigningKey,
  signed,
  unsigned,
} from "./misbehaving-provider.ts";

// The OpenID Foundation's tests for relying parties, by name: what the provider does, and
// what must become of the login. docs/reference/conformance.md is made from this list.

const [one, two, other] = await Promise.all([makeKey("1"), makeKey("2"), makeKey("3")]);
const elliptic = await makeKey("ec", "ES256");

/** What the provider signs with, unless a module has it otherwise. */
export const usualKeys: readonly SigningKey[] = [one, elliptic];

/** Which of the Foundation's plans a module belongs to. */
export type Plan = "Basic" | "Config" | "Refresh" | "Comprehensive" | "FAPI";

/** One of the Foundation's modules. */
export interface Module {
  readonly name: string;
  readonly plan: Plan;
  /** What the provider does. */
  readonly provider: string;
  /** What we must do. */
  readonly must: string;
  readonly behaves?: Misbehaviour;
  /** How it behaves from the second login on, if there is one. */
  readonly later?: Misbehaviour;
  /** The keys of the second login. */
  readonly rotatesTo?: readonly SigningKey[];
  /** The tokens are renewed, too. */
  readonly refreshes?: boolean;
  /** The code that it is refused with; undefined where the login, and the renewal, succeed. */
  readonly refusedAs?: string;
  /** What the operator reads about the refusal, in part. */
  readonly because?: string;
  /** A request that must have been made. */
  readonly asked?: string;
}

const refuse = "refuse";
const signIn = "sign the person in";
const invalid = "id_token_invalid";

const basic = inPlan("Basic", "oidcc-client-test", [
  { name: "", provider: "answers in good order", must: signIn },
  wrongClaims("invalid-iss", "names another issuer in the id_token", {
    iss: "https://other.example",
  }),
  wrongClaims("missing-sub", "leaves sub out", { sub: undefined }),
  wrongClaims("invalid-aud", "issues the id_token for another client", { aud: "another" }),
  wrongClaims("missing-iat", "leaves iat out", { iat: undefined }),
  {
    name: "kid-absent-single-jwks",
    provider: "names no key, and has one",
    must: signIn,
    behaves: { header: { kid: undefined }, published: [one.jwk] },
  },
  {
    name: "kid-absent-multiple-jwks",
    provider: "names no key, and has several",
    must: "try those that fit",
    behaves: { header: { kid: undefined }, published: [other.jwk, two.jwk, one.jwk] },
  },
  { name: "idtoken-sig-rs256", provider: "signs with RS256", must: signIn },
  {
    name: "idtoken-sig-none",
    provider: "does not sign the id_token",
    must: refuse,
    behaves: { sign: unsigned },
    refusedAs: invalid,
    because: "ERR_JOSE_ALG",
  },
  {
    name: "invalid-sig-rs256",
    provider: "signs with a key that it does not publish, under the name of one that it does",
    must: refuse,
    behaves: { sign: (claims) => signed(claims, other, { kid: one.jwk.kid }) },
    refusedAs: invalid,
    because: "ERR_JWS_SIGNATURE",
  },
  {
    name: "userinfo-invalid-sub",
    provider: "names another person in UserInfo",
    must: refuse,
    behaves: { userinfo: { sub: "another" } },
    refusedAs: invalid,
    because: "UserInfo",
  },
  wrongClaims("nonce-invalid", "sends another nonce", { nonce: "another" }),
  {
    name: "scope-userinfo-claims",
    provider: "answers the scopes with claims in UserInfo",
    must: "take them",
    asked: "GET /userinfo",
  },
  {
    name: "client-secret-basic",
    provider: "lists no way of client authentication",
    must: "use client_secret_basic",
    asked: "POST /token with Basic",
  },
]);

const config = inPlan("Config", "oidcc-client-test", [
  {
    name: "discovery-openid-config",
    provider: "publishes a discovery document",
    must: "read it",
    asked: "GET /.well-known/openid-configuration",
  },
  {
    name: "discovery-jwks-uri-keys",
    provider: "publishes its keys",
    must: "read them",
    asked: "GET /jwks",
  },
  {
    name: "discovery-issuer-mismatch",
    provider: "names another issuer in the discovery document",
    must: "stop",
    behaves: { metadata: (issuer: string) => ({ issuer: `${issuer}/other` }) },
    refusedAs: "discovery_failed",
    because: "issuer",
  },
  {
    name: "idtoken-sig-none",
    provider: "does not sign the id_token",
    must: refuse,
    behaves: { sign: unsigned },
    refusedAs: invalid,
    because: "ERR_JOSE_ALG",
  },
  {
    name: "signing-key-rotation",
    provider: "changes its keys between two logins",
    must: signIn,
    rotatesTo: [two],
  },
  {
    name: "signing-key-rotation-just-before-signing",
    provider: "changes its keys while it answers the second login's token request",
    must: signIn,
    // Its key set is read before and after: the keys change with the signature.
    later: { sign: (claims) => signed(claims, two), published: [two.jwk] },
  },
]);

const refresh = inPlan("Refresh", "oidcc-client-test", [
  {
    name: "refresh-token",
    provider: "renews the tokens, with an id_token",
    must: "take them",
  },
  {
    name: "refresh-token-invalid-issuer",
    provider: "names another issuer in the renewed id_token",
    must: refuse,
    behaves: { refreshed: { iss: "https://other.example" } },
    refusedAs: invalid,
    because: "iss is not",
  },
  {
    name: "refresh-token-invalid-sub",
    provider: "names another person in the renewed id_token",
    must: refuse,
    behaves: { refreshed: { sub: "another" } },
    refusedAs: invalid,
    because: "another sub",
  },
]);

const comprehensive = inPlan("Comprehensive", "oidcc-client-test", [
  wrongClaims("missing-aud", "leaves aud out", { aud: undefined }),
  {
    name: "invalid-sig-es256",
    provider: "signs ES256 with a key that it does not publish",
    must: refuse,
    behaves: {
      sign: async (claims) =>
        signed(claims, await makeKey("ec", "ES256"), { kid: elliptic.jwk.kid }),
    },
    refusedAs: invalid,
    because: "ERR_JWS_SIGNATURE",
  },
  {
    name: "invalid-sig-hs256",
    provider: "signs with HS256",
    must: refuse,
    behaves: { sign: sharedSecret },
    refusedAs: invalid,
    because: "ERR_JOSE_ALG",
  },
  wrongClaims("invalid-athash", "sends a wrong at_hash", { at_hash: leftHalf("another") }),
  {
    name: "missing-athash",
    provider: "sends no at_hash, which the code flow does not ask for",
    must: signIn,
    behaves: { claims: { at_hash: undefined } },
  },
  wrongClaims("invalid-chash", "sends a wrong c_hash", { c_hash: leftHalf("another") }),
  {
    name: "missing-chash",
    provider: "sends no c_hash, which the code flow does not ask for",
    must: signIn,
    behaves: { claims: { c_hash: undefined } },
  },
  {
    name: "nonce-unless-code-flow",
    provider: "looks for a nonce, which the code flow may leave out",
    must: "send one all the same",
    asked: "GET /authorize with nonce",
  },
  {
    name: "userinfo-bearer-header",
    provider: "looks for the access token in UserInfo's header",
    must: "send it there",
    asked: "GET /userinfo with Bearer",
  },
  {
    name: "userinfo-signed",
    provider: "sends UserInfo as a signed token, which nobody asked for",
    must: refuse,
    behaves: { userinfo: "a.signed.token" },
    refusedAs: "answer_invalid",
    because: "JSON",
  },
]);

const fapi = inPlan("FAPI", "fapi2-security-profile-final-client-test", [
  {
    name: "invalid-authorization-response-iss",
    provider: "names another issuer in the callback",
    must: refuse,
    behaves: { callback: (parameters) => parameters.set("iss", "https://other.example") },
    refusedAs: "callback_invalid",
    because: "another issuer",
  },
  {
    name: "remove-authorization-response-iss",
    provider: "promises an issuer in the callback, and sends none",
    must: refuse,
    behaves: { callback: (parameters) => parameters.delete("iss") },
    refusedAs: "callback_invalid",
    because: "no issuer",
  },
  {
    name: "ensure-authorization-response-with-invalid-state-fails",
    provider: "sends another state",
    must: refuse,
    behaves: { callback: (parameters) => parameters.set("state", "another") },
    refusedAs: "state_unknown",
    because: "no flow",
  },
  {
    name: "ensure-authorization-response-with-invalid-missing-state-fails",
    provider: "sends no state",
    must: refuse,
    behaves: { callback: (parameters) => parameters.delete("state") },
    refusedAs: "state_missing",
    because: "no state",
  },
  wrongClaims("invalid-expired-exp", "sends an id_token that has expired", { exp: 1 }),
  wrongClaims("invalid-missing-exp", "leaves exp out", { exp: undefined }),
  wrongClaims("invalid-missing-iss", "leaves iss out", { iss: undefined }),
  wrongClaims("invalid-missing-nonce", "leaves the nonce out", { nonce: undefined }),
  wrongClaims("invalid-secondary-aud", "names an audience besides us that nobody trusts", {
    aud: [client.id, "another"],
    azp: client.id,
  }),
  {
    name: "valid-aud-as-array",
    provider: "names us in a list",
    must: signIn,
    behaves: { claims: { aud: [client.id] } },
  },
  {
    name: "invalid-null-alg",
    provider: "does not sign the id_token",
    must: refuse,
    behaves: { sign: unsigned },
    refusedAs: invalid,
    because: "ERR_JOSE_ALG",
  },
  {
    name: "invalid-alternate-alg",
    provider: "signs with an algorithm that we did not allow",
    must: refuse,
    behaves: { sign: sharedSecret },
    refusedAs: invalid,
    because: "ERR_JOSE_ALG",
  },
  {
    name: "token-type-case-insensitivity",
    provider: "writes the token's type as bEaReR",
    must: signIn,
    behaves: { tokens: { token_type: "bEaReR" } },
  },
  {
    name: "token-endpoint-response-without-expires_in",
    provider: "does not say when the access token ends",
    must: signIn,
    behaves: { tokens: { expires_in: undefined } },
  },
]);

const fapiAdvanced = inPlan("FAPI", "fapi1-advanced-final-client-test", [
  wrongClaims("iat-is-week-in-past", "sends an id_token that it issued a week ago", {
    iat: Date.parse("2026-11-13T12:00:00Z") / 1000,
  }),
]);

/** All of them, in the order of the page. */
export const modules: readonly Module[] = [
  ...basic,
  ...config,
  ...refresh.map((module) => ({ ...module, refreshes: true })),
  ...comprehensive,
  ...fapi,
  ...fapiAdvanced,
];

/** The plans' modules that there is nothing to run for, and why. */
export const notRun: Readonly<Record<string, string>> = {
  "oidcc-client-test-userinfo-bearer-body": "the access token goes into the header only",
  "oidcc-client-test-form-post-error": "in openid-connect.test.ts, since its answer is a POST",
  "oidcc-client-test-aggregated-claims": "claims of third parties are not read",
  "oidcc-client-test-distributed-claims": "claims of third parties are not read",
  "oidcc-client-test-mtls-endpoint-aliases": "there is no client authentication by certificate",
};

type Named = Omit<Module, "plan">;

function inPlan(plan: Plan, prefix: string, named: readonly Named[]): readonly Module[] {
  return named.map((module) => ({
    ...module,
    plan,
    name: [prefix, module.name].filter(Boolean).join("-"),
  }));
}

function wrongClaims(
  name: string,
  provider: string,
  claims: Readonly<Record<string, unknown>>,
): Named {
  const [because = ""] = Object.keys(claims);
  return { name, provider, must: refuse, behaves: { claims }, refusedAs: invalid, because };
}

function sharedSecret(claims: Readonly<Record<string, unknown>>): Promise<string> {
  const key = new TextEncoder().encode(client.secret.padEnd(32));
  return new SignJWT({ ...claims }).setProtectedHeader({ alg: "HS256" }).sign(key);
}
