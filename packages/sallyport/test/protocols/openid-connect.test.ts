import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { OidcAuth } from "../../src/backends/oidc.ts";
import type { JsonObject } from "../../src/identity.ts";
import type { OpenIdConnectSettings } from "../../src/protocols/openid-connect.ts";
import { bound, departure, failureOf, httpFor, now } from "../backend.ts";
import {
  type Misbehaviour,
  makeKey,
  person,
  signed,
  startOpenIdSite,
} from "../oidc/misbehaving-provider.ts";
import { client } from "../provider.ts";
import { codeOf } from "../site.ts";

const keys = [await makeKey("the-key", "ES256")];

/** A backend that is told everything, so that it asks for no discovery document. */
const told: OpenIdConnectSettings = {
  clientId: client.id,
  idTokenIssuer: "https://op.example",
  authorizationUrl: "https://op.example/authorize?tenant=1",
  accessTokenUrl: "https://op.example/token",
  jwksUri: "https://op.example/jwks",
  endSessionEndpoint: "https://op.example/out?tenant=1",
};

async function requestOf(settings: OpenIdConnectSettings = {}, data: Record<string, string> = {}) {
  const { url, keep } = await departure(bound(new OidcAuth({ ...told, ...settings })), "s", data);
  return { query: url.searchParams, keep };
}

/** Signs in at a provider that behaves so. */
async function signIn(
  t: TestContext,
  misbehaviour: Misbehaviour = {},
  settings: OpenIdConnectSettings = {},
  query = "",
) {
  const { site, openId } = await startOpenIdSite(t, keys, settings);
  openId.behave(misbehaviour);
  const browser = site.browser();
  const left = await browser.get(`/auth/login/oidc${query}`);
  const back = (await browser.follow(left)).headers.get("location") ?? "";
  const answer = await browser.send("GET", back, { "sec-fetch-site": "cross-site" });
  const association = await site.storage.associations.find("oidc", person.sub);
  const user = association && (await site.storage.users.find(association.userId));
  const code = answer.status === 303 ? undefined : await codeOf(answer);
  return { site, openId, association, user, code };
}

test("the request asks for openid, brings a nonce, and keeps it from the browser", async () => {
  const { query, keep } = await requestOf();
  assert.equal(query.get("scope"), "openid profile email");
  assert.equal(query.get("response_type"), "code");
  assert.equal(query.get("code_challenge_method"), "S256");
  assert.match(query.get("nonce") ?? "", /^[\w-]{43}$/);
  assert.equal(keep?.nonce, query.get("nonce"));
  assert.equal(query.get("tenant"), "1");
  assert.equal(query.has("response_mode"), false);
});

test("openid is asked for whatever the scopes are", async () => {
  const { query } = await requestOf({ scope: ["groups"], ignoreDefaultScope: true });
  assert.equal(query.get("scope"), "openid groups");
});

test("a link may say what is asked of the authentication", async () => {
  const said = {
    prompt: "login consent",
    login_hint: "ada@example.net",
    claims: '{"userinfo":{"email":null}}',
    ui_locales: "fr-CA fr",
    acr_values: "gold silver",
    max_age: "300",
    display: "popup",
  };
  const { query, keep } = await requestOf({}, said);
  for (const [name, value] of Object.entries(said)) assert.equal(query.get(name), value);
  assert.equal(keep?.maxAge, "300");
  assert.equal(keep?.acrValues, "gold silver");
});

for (const [name, value] of [
  ["prompt", "none login"],
  ["prompt", "whatever"],
  ["max_age", "-1"],
  ["max_age", "1e3"],
  ["claims", "[]"],
  ["claims", "{"],
  ["display", "wide"],
  ["ui_locales", "fr&x"],
] as const) {
  test(`what cannot be meant is refused: ${name}=${value}`, async () => {
    const error = await failureOf(requestOf({}, { [name]: value }));
    assert.deepEqual([error.code, error.status], ["data_invalid", 400]);
  });
}

test("no link says otherwise than the settings", async () => {
  const settings = {
    maxAge: 300,
    acrValues: "gold",
    claims: { id_token: { acr: null } },
    authExtraArguments: { prompt: "consent" },
  };
  const said = { max_age: "99999", acr_values: "bronze", claims: "{}", prompt: "none" };
  const { query, keep } = await requestOf(settings, said);
  assert.equal(query.get("max_age"), "300");
  assert.equal(query.get("acr_values"), "gold");
  assert.equal(query.get("claims"), '{"id_token":{"acr":null}}');
  assert.equal(query.get("prompt"), "consent");
  assert.equal(keep?.maxAge, "300");
});

const wrongSettings: Readonly<Record<string, OpenIdConnectSettings>> = {
  "no issuer": { clientId: "me" },
  "an issuer that is no URL": { clientId: "me", oidcEndpoint: "op.example" },
  "one address missing": { ...told, jwksUri: undefined },
  "the algorithm none": { ...told, jwtAlgorithms: ["none"] },
  "an algorithm with a shared secret": { ...told, jwtAlgorithms: ["RS256", "HS256"] },
  "a leeway that is no number": { ...told, jwtLeeway: Number.NaN },
  "a prompt that is none": { ...told, prompt: "sometimes" },
  "an unknown way of client authentication": {
    ...told,
    tokenEndpointAuthMethod: "magic" as "none",
  },
};

for (const [what, settings] of Object.entries(wrongSettings)) {
  test(`settings with ${what} are refused at the start`, () => {
    assert.throws(() => bound(new OidcAuth(settings)), { code: "settings_invalid" });
  });
}

test("the environment sets it up, by python-social-auth's names", async () => {
  const backend = bound(new OidcAuth(), {
    SOCIAL_AUTH_OIDC_KEY: "me",
    SOCIAL_AUTH_OIDC_ID_TOKEN_ISSUER: "https://op.example",
    SOCIAL_AUTH_OIDC_AUTHORIZATION_URL: "https://op.example/authorize",
    SOCIAL_AUTH_OIDC_ACCESS_TOKEN_URL: "https://op.example/token",
    SOCIAL_AUTH_OIDC_JWKS_URI: "https://op.example/jwks",
    SOCIAL_AUTH_OIDC_JWT_ALGORITHMS: "ES256",
    SOCIAL_AUTH_OIDC_MAX_AGE: "60",
    SOCIAL_AUTH_OIDC_FULLNAME_KEY: "display",
  });
  assert.equal(backend.getUserDetails({ display: "Ada" }).fullName, "Ada");
  assert.equal((await departure(backend)).url.searchParams.get("max_age"), "60");
});

test("requests go to https, or to where the provider is", () => {
  const backend = bound(new OidcAuth({ clientId: "me", oidcEndpoint: "http://127.0.0.1:99" }));
  assert.equal(backend.mayRequest(new URL("http://127.0.0.1:99/token")), true);
  assert.equal(backend.mayRequest(new URL("https://op.example/token")), true);
  assert.equal(backend.mayRequest(new URL("http://op.example/token")), false);
});

test("the profile is the id_token's and UserInfo's, and what is kept is sealed", async (t) => {
  const { user, association, site, openId } = await signIn(t);
  assert.equal(user?.username, person.preferred_username);
  assert.equal(user?.email, person.email);
  assert.equal(user?.fullName, person.name);
  const { id, id_token, _oidc_id_token_context: context } = association?.extraData ?? {};
  assert.equal(id, person.sub);
  assert.match(String(id_token), /^v1\./);
  const { iss, sub, aud } = context as JsonObject;
  assert.deepEqual({ iss, sub, aud }, { iss: openId.issuer, sub: person.sub, aud: client.id });
  assert.equal(site.provider.to("/userinfo").length, 1);
});

test("UserInfo is not asked where the id_token is enough", async (t) => {
  const claims = { email: "ada@id.example", preferred_username: "countess" };
  const { user, site } = await signIn(t, { claims }, { useUserinfo: false });
  assert.equal(user?.username, "countess");
  assert.equal(site.provider.to("/userinfo").length, 0);
});

for (const [said, verified] of [
  [true, true],
  ["true", true],
  [false, false],
  ["false", false],
  [1, false],
  [undefined, false],
] as const) {
  test(`an address with email_verified ${typeof said} ${said}: ${verified}`, () => {
    const backend = bound(new OidcAuth(told));
    const details = backend.getUserDetails({ email: "ada@example.net", email_verified: said });
    assert.equal(details.emailVerified, verified);
  });
}

test("email_verified speaks of the claim email, and of no other", () => {
  const backend = bound(new OidcAuth({ ...told, emailKey: "upn" }));
  const profile = { email: "ada@example.net", upn: "root@example.net", email_verified: true };
  const details = backend.getUserDetails(profile);
  assert.deepEqual([details.email, details.emailVerified], ["root@example.net", false]);
});

test("an address and its verification come from one place", async (t) => {
  const { user } = await signIn(t, {
    claims: { email: "ada@id.example", email_verified: true },
    userinfo: { email: "other@example.net", email_verified: undefined },
  });
  assert.equal(user?.email, "other@example.net");
  assert.equal(user?.emailVerified, false);
});

test("UserInfo's email_verified says nothing about the id_token's address", async (t) => {
  const { user } = await signIn(t, {
    claims: { email: "ada@id.example" },
    userinfo: { email: undefined, email_verified: true },
  });
  assert.equal(user?.email, "ada@id.example");
  assert.equal(user?.emailVerified, false);
});

test("what UserInfo says about the login counts for nothing", async (t) => {
  const { association } = await signIn(t, { userinfo: { aud: "x", iss: "x", nonce: "x" } });
  const context = association?.extraData._oidc_id_token_context as JsonObject;
  assert.equal(context.aud, client.id);
});

test("the claims that are the details are settings", () => {
  const backend = bound(new OidcAuth({ ...told, usernameKey: "nick", idKey: "oid" }));
  assert.equal(backend.getUserDetails({ nick: "ada" }).username, "ada");
  assert.equal(backend.getUserId({ oid: "7", sub: "1" }), "7");
});

test("max_age and acr_values of a link are checked in the id_token", async (t) => {
  const query = "?max_age=300&acr_values=gold";
  const old = { auth_time: 1_700_000_000, acr: "gold" };
  assert.equal((await signIn(t, { claims: old }, {}, query)).code, "id_token_invalid");
  assert.equal((await signIn(t, { claims: { acr: "tin" } }, {}, query)).code, "id_token_invalid");
  assert.equal((await signIn(t, { claims: { acr: "gold" } }, {}, query)).code, undefined);
});

test("an issuer in the callback is compared even where none was promised", async (t) => {
  const metadata = () => ({ authorization_response_iss_parameter_supported: undefined });
  const wrong = (parameters: URLSearchParams) => parameters.set("iss", "https://other.example");
  const none = (parameters: URLSearchParams) => parameters.delete("iss");
  const { code, site } = await signIn(t, { metadata, callback: wrong });
  assert.equal(code, "callback_invalid");
  assert.equal(site.provider.to("/token").length, 0);
  assert.equal((await signIn(t, { metadata, callback: none })).code, undefined);
});

test("an error of another issuer is refused as such, one of ours is told", async (t) => {
  const foreign = (parameters: URLSearchParams) => {
    parameters.set("error", "access_denied");
    parameters.set("iss", "https://other.example");
  };
  assert.equal((await signIn(t, { callback: foreign })).code, "callback_invalid");
  const denied = (parameters: URLSearchParams) => parameters.set("error", "access_denied");
  assert.equal((await signIn(t, { callback: denied })).code, "access_denied");
});

test("oidcc-client-test-form-post-error: an error that comes as a form is shown", async (t) => {
  class PostedOidc extends OidcAuth {
    override readonly postCallback = true;
  }
  const { site, openId } = await startOpenIdSite(t, keys, {}, PostedOidc);
  const browser = site.browser();
  const left = new URL((await browser.get("/auth/login/oidc")).headers.get("location") ?? "");
  assert.equal(left.searchParams.get("response_mode"), "form_post");
  const state = left.searchParams.get("state") ?? "";
  const fields = new URLSearchParams({ error: "server_error", state, iss: openId.issuer });
  const answer = await browser.post("/auth/complete/oidc", undefined, fields);
  assert.equal(answer.status, 502);
  assert.equal(await codeOf(answer), "provider_refused");
});

for (const [listed, scheme] of [
  [undefined, "basic"],
  [["client_secret_basic", "client_secret_post"], "basic"],
  [["client_secret_post"], "post"],
] as const) {
  test(`where discovery lists ${listed}, the client uses ${scheme}`, async (t) => {
    const metadata = () => ({ token_endpoint_auth_methods_supported: listed });
    const { site, code } = await signIn(t, { metadata });
    assert.equal(code, undefined);
    const [request] = site.provider.to("/token");
    assert.equal(request?.headers.authorization !== undefined, scheme === "basic");
    assert.equal(request?.form.has("client_secret"), scheme === "post");
  });
}

test("a refreshed id_token may leave out what the standard lets it", async (t) => {
  const { site, association } = await signIn(t, { refreshed: { auth_time: undefined } });
  assert.ok(association);
  assert.ok((await site.auth.refresh(association)).accessToken);
});

for (const [claim, value] of [
  ["azp", client.id],
  ["auth_time", 1_700_000_000],
  ["nonce", "another"],
] as const) {
  test(`a refreshed id_token with another ${claim} is refused`, async (t) => {
    const { site, association } = await signIn(t, { refreshed: { [claim]: value } });
    assert.ok(association);
    const error = await failureOf(site.auth.refresh(association));
    assert.deepEqual([error.code, error.stage], ["id_token_invalid", "refresh"]);
    assert.match(error.message, new RegExp(`another ${claim}$`));
  });
}

test("a refresh without an id_token is none the worse", async (t) => {
  const { site, openId, association } = await signIn(t);
  openId.behave({ tokens: { id_token: undefined } });
  assert.ok(association);
  assert.ok((await site.auth.refresh(association)).accessToken);
});

test("a token answer without an id_token is refused", async (t) => {
  const { code, site } = await signIn(t, { tokens: { id_token: undefined } });
  assert.equal(code, "id_token_invalid");
  assert.equal(site.provider.to("/userinfo").length, 0);
});

test("a flow that brings no nonce fits no id_token", async (t) => {
  const { site } = await startOpenIdSite(t, keys);
  const oidcEndpoint = site.provider.origin;
  const settings = { oidcEndpoint, clientId: client.id, clientSecret: client.secret };
  const backend = bound(new OidcAuth(settings));
  const { url, keep = {} } = await departure(backend);
  const went = await fetch(url, { redirect: "manual" });
  const { searchParams: callback } = new URL(went.headers.get("location") ?? "");
  const arrival = {
    http: httpFor(backend),
    redirectUri: url.searchParams.get("redirect_uri") ?? "",
    callback,
    headers: {},
    keep: { verifier: keep.verifier },
    once: async () => true,
    now,
  };
  const error = await failureOf(backend.authComplete(arrival));
  assert.match(error.message, /nonce/);
});

test("where to sign out is the provider's own place, with what it needs", async () => {
  const backend = bound(new OidcAuth(told));
  const wish = { idToken: "the.id.token", returnTo: "https://portal.example.net/", state: "s" };
  const url = new URL((await backend.endSessionUrl({ http: httpFor(backend), now }, wish)) ?? "");
  assert.deepEqual(Object.fromEntries(url.searchParams), {
    tenant: "1",
    client_id: client.id,
    id_token_hint: wish.idToken,
    post_logout_redirect_uri: wish.returnTo,
    state: wish.state,
  });
  const silent = bound(new OidcAuth({ ...told, endSessionEndpoint: undefined }));
  assert.equal(await silent.endSessionUrl({ http: httpFor(silent), now }), undefined);
});

test("pushed requests need a place to be pushed to", async () => {
  const error = await failureOf(requestOf({ usePushedRequests: true }));
  assert.equal(error.code, "discovery_failed");
});

test("an algorithm of the settings replaces the list", async (t) => {
  const sign = (claims: Readonly<Record<string, unknown>>) => signed(claims, keys[0] as never);
  const { code } = await signIn(t, { sign }, { jwtAlgorithms: ["RS256"] });
  assert.equal(code, "id_token_invalid");
});
