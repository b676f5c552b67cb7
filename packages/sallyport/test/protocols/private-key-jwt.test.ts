import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { decodeJwt, decodeProtectedHeader, exportJWK, exportPKCS8, generateKeyPair } from "jose";
import { OidcAuth } from "../../src/backends/oidc.ts";
import { jwtSigner } from "../../src/protocols/jwt-signer.ts";
import type { OpenIdConnectSettings } from "../../src/protocols/openid-connect.ts";
import { bound, failureOf, httpFor, now } from "../backend.ts";
import {
  startIndependentProvider,
  throughProvider,
  type Wanted,
} from "../oidc/independent-provider.ts";
import { client } from "../provider.ts";
import { codeOf, ExampleOAuth2, origin, startSite } from "../site.ts";

// Clients that sign instead of sending a secret, with a provider that we did not write.

const redirectUri = `${origin}/auth/complete/oidc`;

async function makeKey(algorithm: string, kid = "ours") {
  const { privateKey, publicKey } = await generateKeyPair(algorithm, { extractable: true });
  return {
    pem: await exportPKCS8(privateKey),
    jwk: JSON.stringify({ ...(await exportJWK(privateKey)), kid, alg: algorithm }),
    published: { ...(await exportJWK(publicKey)), kid, use: "sig" },
  };
}

type Tamper = (form: URLSearchParams) => void;

/** An application whose client signs, and everything that it proved itself with. */
async function start(
  t: TestContext,
  clientKey: NonNullable<Wanted["clientKey"]>,
  settings: OpenIdConnectSettings,
  { tamper = () => {}, ...wanted }: Partial<Wanted> & { tamper?: Tamper } = {},
) {
  const provider = await startIndependentProvider(t, { redirectUri, clientKey, ...wanted });
  const assertions: string[] = [];
  const site = await startSite(t, {
    backends: () => [
      new OidcAuth({
        clientId: client.id,
        oidcEndpoint: provider.issuer,
        tokenEndpointAuthMethod: "private_key_jwt",
        revokeTokenUrl: `${provider.issuer}/token/revocation`,
        ...settings,
      }),
    ],
    now: () => new Date(),
    fetch: async (url, init) => {
      if (typeof init?.body !== "string") return fetch(url, init);
      const form = new URLSearchParams(init.body);
      tamper(form);
      assertions.push(form.get("client_assertion") ?? "");
      return fetch(url, { ...init, body: String(form) });
    },
  });
  const browser = site.browser();
  const signIn = async () => {
    const left = await browser.get("/auth/login/oidc");
    if (left.status !== 303) return left;
    const { location } = await throughProvider(provider.issuer, left.headers.get("location") ?? "");
    return browser.send("GET", location, { "sec-fetch-site": "cross-site" });
  };
  const association = async () => {
    const session = await (await browser.get("/auth/session")).json();
    const [found] = await site.storage.associations.ofUser(session.user.id);
    assert.ok(found);
    return found;
  };
  return { provider, site, assertions, signIn, association };
}

for (const [algorithm, setting] of [
  ["RS256", undefined],
  ["PS256", "PS256"],
  ["ES256", undefined],
  ["ES384", undefined],
  ["EdDSA", undefined],
] as const) {
  test(`a client signs with the key of a PEM file: ${algorithm}`, async (t) => {
    const { pem, published } = await makeKey(algorithm);
    const { signIn, site, assertions, provider } = await start(t, published, {
      clientKey: pem,
      clientKeyId: "ours",
      clientKeyAlgorithm: setting,
    });
    assert.equal((await signIn()).status, 303, JSON.stringify(site.lines));
    const [assertion = ""] = assertions;
    assert.deepEqual(decodeProtectedHeader(assertion), { alg: algorithm, kid: "ours" });
    const { iss, sub, aud, jti, iat = 0, exp } = decodeJwt(assertion);
    assert.deepEqual([iss, sub, aud, exp], [client.id, client.id, provider.issuer, iat + 60]);
    assert.match(jti ?? "", /^[\w-]{43}$/);
  });
}

test("a JWK says by itself what it is called and signs with", async (t) => {
  const { jwk, published } = await makeKey("PS256");
  const { signIn, site, assertions } = await start(t, published, { clientKey: jwk });
  assert.equal((await signIn()).status, 303, JSON.stringify(site.lines));
  const header = decodeProtectedHeader(assertions[0] ?? "");
  assert.deepEqual(header, { alg: "PS256", kid: "ours" });
});

test("requests are pushed, tokens renewed and taken back with a new assertion each", async (t) => {
  const { pem, published } = await makeKey("ES256");
  // As an environment file has it.
  const clientKey = pem.replaceAll("\n", "\\n");
  const { signIn, site, assertions, association, provider } = await start(
    t,
    published,
    { clientKey },
    { pushedOnly: true },
  );
  assert.equal((await signIn()).status, 303, JSON.stringify(site.lines));
  await site.auth.refresh(await association());
  const backend = bound(
    new OidcAuth({
      clientId: client.id,
      oidcEndpoint: provider.issuer,
      tokenEndpointAuthMethod: "private_key_jwt",
      revokeTokenUrl: `${provider.issuer}/token/revocation`,
      clientKey,
    }),
  );
  assert.equal(await backend.revokeToken("a token", httpFor(backend), new Date()), true);
  const posts = provider.requests.filter((line) => line.startsWith("POST"));
  assert.deepEqual(posts, [
    "POST /request",
    "POST /token",
    "POST /token",
    "POST /token/revocation",
  ]);
  assert.equal(new Set(assertions.map((assertion) => decodeJwt(assertion).jti)).size, 3);
});

const [registered, another] = await Promise.all([makeKey("ES256"), makeKey("ES256")]);

const wrongAssertions: Readonly<Record<string, Tamper>> = {
  "whose claims were changed": (form) => {
    const [header, payload = "", signature] = (form.get("client_assertion") ?? "").split(".");
    const claims = JSON.parse(Buffer.from(payload, "base64url").toString());
    const changed = Buffer.from(JSON.stringify({ ...claims, exp: claims.exp + 1 }));
    form.set("client_assertion", [header, changed.toString("base64url"), signature].join("."));
  },
  "that is missing": (form) => form.delete("client_assertion"),
};

for (const [what, tamper] of Object.entries(wrongAssertions)) {
  test(`the provider refuses an assertion ${what}, and we say so`, async (t) => {
    const settings = { clientKey: registered.pem };
    const { signIn, site } = await start(t, registered.published, settings, { tamper });
    const answer = await signIn();
    assert.deepEqual([answer.status, await codeOf(answer)], [502, "client_refused"]);
    assert.equal(
      site.lines.some(({ facts }) => JSON.stringify(facts).includes("eyJ")),
      false,
    );
  });
}

test("the provider refuses an assertion that it has seen before", async (t) => {
  const sent: string[] = [];
  const tamper: Tamper = (form) => {
    sent.push(form.get("client_assertion") ?? "");
    form.set("client_assertion", sent[0] ?? "");
  };
  const settings = { clientKey: registered.pem };
  const more = { tamper, pushedOnly: true };
  const { signIn, provider } = await start(t, registered.published, settings, more);
  assert.equal(await codeOf(await signIn()), "client_refused");
  assert.ok(provider.requests.includes("POST /token"));
});

test("the provider refuses another key", async (t) => {
  const { signIn } = await start(t, registered.published, { clientKey: another.pem });
  assert.equal(await codeOf(await signIn()), "client_refused");
});

class SigningOAuth2 extends ExampleOAuth2 {
  override readonly signer = jwtSigner;
}

test("a backend of plain OAuth 2 that signs nothing cannot prove itself with a key", () => {
  const settings = { clientId: client.id, url: "https://provider.example", clientKey: "a key" };
  const backend = new ExampleOAuth2({ ...settings, tokenEndpointAuthMethod: "private_key_jwt" });
  assert.throws(() => backend.bind({}), { code: "settings_invalid", message: /needs "signer"/ });
});

test("without an issuer the assertion is for the token endpoint", async (t) => {
  const site = await startSite(t, {
    backends: ({ origin: url }) => [
      new SigningOAuth2({
        url,
        clientId: client.id,
        tokenEndpointAuthMethod: "private_key_jwt",
        clientKey: registered.pem,
      }),
    ],
  });
  await site.browser().signIn("example");
  const [request] = site.provider.to("/token");
  const claims = decodeJwt(request?.form.get("client_assertion") ?? "");
  assert.equal(claims.aud, `${site.provider.origin}/token`);
  assert.equal(claims.iat, site.clock.now.getTime() / 1000);
  assert.equal(request?.form.has("client_secret"), false);
});

const publicJwk = JSON.stringify(registered.published);
const wrongKeys: Readonly<Record<string, OpenIdConnectSettings>> = {
  "no key": {},
  "a key of OpenSSL's older form": { clientKey: "-----BEGIN RSA PRIVATE KEY-----" },
  "the public half": { clientKey: publicJwk },
  "an algorithm with a shared secret": {
    clientKey: registered.pem,
    clientKeyAlgorithm: "HS256",
  },
};
const oidc = {
  clientId: "me",
  oidcEndpoint: "https://op.example",
  tokenEndpointAuthMethod: "private_key_jwt",
} as const;

for (const [what, settings] of Object.entries(wrongKeys)) {
  test(`it does not start with ${what}`, () => {
    assert.throws(() => bound(new OidcAuth({ ...oidc, ...settings })), {
      code: "settings_invalid",
      message: /clientKey/,
    });
  });
}

for (const [what, settings] of [
  ["of a kind that cannot sign so", { clientKey: registered.pem, clientKeyAlgorithm: "RS256" }],
  ["that breaks off", { clientKey: registered.pem.slice(0, 60) }],
  ["with a shared secret", { clientKey: '{"kty":"oct","k":"AAAA","d":"x"}' }],
] as const) {
  test(`a key ${what} is said to be a wrong setting, and not shown`, async () => {
    const backend = bound(
      new OidcAuth({ ...oidc, ...settings, revokeTokenUrl: "https://op.example/r" }),
    );
    const error = await failureOf(backend.revokeToken("a token", httpFor(backend), now));
    assert.equal(error.code, "settings_invalid");
    assert.doesNotMatch(error.message, /BEGIN|AAAA/);
  });
}
