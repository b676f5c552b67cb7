import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { OidcAuth } from "../../src/backends/oidc.ts";
import type { OpenIdConnectSettings } from "../../src/protocols/openid-connect.ts";
import {
  fieldsOf,
  person,
  startIndependentProvider,
  throughProvider,
  type Wanted,
} from "../oidc/independent-provider.ts";
import { client } from "../provider.ts";
import { origin, startSite } from "../site.ts";

// Whole logins, over HTTP, with a provider that we did not write.

const redirectUri = `${origin}/auth/complete/oidc`;

/** A backend that is answered by a form. */
class PostedOidc extends OidcAuth {
  override readonly postCallback = true;
}

async function start(
  t: TestContext,
  wanted: Partial<Wanted> = {},
  settings: OpenIdConnectSettings = {},
  Backend: typeof OidcAuth = OidcAuth,
) {
  const provider = await startIndependentProvider(t, { redirectUri, ...wanted });
  const known = { clientId: client.id, clientSecret: client.secret, oidcEndpoint: provider.issuer };
  const backend = new Backend({ ...known, ...settings });
  const site = await startSite(t, { backends: () => [backend], now: () => new Date() });

  /** Signs in, and says who came out. */
  async function signIn(path = "/auth/login/oidc") {
    const browser = site.browser();
    const left = await browser.get(path);
    assert.equal(left.status, 303, JSON.stringify(site.lines));
    const departure = left.headers.get("location") ?? "";
    const { location, form } = await throughProvider(provider.issuer, departure);
    const crossSite = { "sec-fetch-site": "cross-site", origin: provider.issuer };
    let back = await browser.send(form ? "POST" : "GET", location, crossSite, form);
    // The post came without cookies, so our own page posts it again.
    if (form) back = await browser.post(location, undefined, fieldsOf(await back.text()));
    assert.equal(back.status, 303, JSON.stringify(site.lines));
    const session = await (await browser.get("/auth/session")).json();
    return { departure: new URL(departure), form, session };
  }
  return { provider, site, signIn };
}

for (const algorithm of ["RS256", "PS256", "ES256", "EdDSA"]) {
  test(`a person signs in with an id_token that is signed with ${algorithm}`, async (t) => {
    const { signIn, site } = await start(t, { algorithm });
    const { departure, session } = await signIn();
    assert.equal(departure.searchParams.get("code_challenge_method"), "S256");
    assert.match(departure.searchParams.get("nonce") ?? "", /^[\w-]{43}$/);
    assert.equal(session.user.username, "ada");
    assert.equal(session.user.email, person.email);
    const [association] = await site.storage.associations.ofUser(session.user.id);
    assert.equal(association?.uid, person.sub);
  });
}

test("keys that were changed between two logins are found", async (t) => {
  const { provider, signIn } = await start(t);
  await signIn();
  await provider.rotate();
  await signIn();
  assert.equal(provider.requests.filter((line) => line === "GET /jwks").length, 2);
  const documents = provider.requests.filter((line) => line.includes(".well-known"));
  assert.equal(documents.length, 1);
});

test("the provider may answer with a form", async (t) => {
  const { signIn } = await start(t, {}, {}, PostedOidc);
  const { departure, form, session } = await signIn();
  assert.equal(departure.searchParams.get("response_mode"), "form_post");
  assert.ok(form?.get("code"));
  assert.equal(session.user.username, "ada");
});

test("where the provider takes pushed requests only, they are pushed", async (t) => {
  const { provider, signIn } = await start(t, { pushedOnly: true });
  const { departure, session } = await signIn();
  assert.deepEqual([...departure.searchParams.keys()].toSorted(), ["client_id", "request_uri"]);
  assert.ok(provider.requests.includes("POST /request"));
  assert.equal(session.user.username, "ada");
});

test("a backend may push its requests by its own choice", async (t) => {
  const { signIn } = await start(t, {}, { usePushedRequests: true });
  const { departure } = await signIn();
  assert.match(departure.searchParams.get("request_uri") ?? "", /^urn:ietf:params:oauth:/);
});

test("how old a proof may be is asked for, and checked", async (t) => {
  const { signIn } = await start(t, {}, { maxAge: 300 });
  const { departure, session } = await signIn("/auth/login/oidc?max_age=86400");
  assert.equal(departure.searchParams.get("max_age"), "300");
  assert.equal(session.user.username, "ada");
});

test("tokens are renewed, and the id_token that comes along is checked", async (t) => {
  const { signIn, site } = await start(t);
  const { session } = await signIn();
  const [association] = await site.storage.associations.ofUser(session.user.id);
  assert.ok(association);
  const tokens = await site.auth.refresh(association);
  assert.ok(tokens.accessToken);
});
