import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { FacebookOAuth2 } from "../src/backends/facebook.ts";
import { GitHubOAuth2, GitHubOrganizationOAuth2 } from "../src/backends/github.ts";
import { SteamOpenId } from "../src/backends/steam.ts";
import { TwitterOAuth } from "../src/backends/twitter.ts";
import { before, pause, pipeline, type StartFacts, type TokenSignIn } from "../src/index.ts";
import type { OpenIdConnectSettings } from "../src/protocols/openid-connect.ts";
import { associateUser } from "../src/steps/associate-user.ts";
import { createUser } from "../src/steps/create-user.ts";
import { getUsername } from "../src/steps/get-username.ts";
import { socialDetails } from "../src/steps/social-details.ts";
import { socialUid } from "../src/steps/social-uid.ts";
import { socialUser } from "../src/steps/social-user.ts";
import { failureOf } from "./backend.ts";
import { makeKey, signed, startOpenIdSite, unsigned } from "./oidc/misbehaving-provider.ts";
import { client, type Provider } from "./provider.ts";
import { startSite } from "./site.ts";

const key = await makeKey("the-key", "ES256");
const other = await makeKey("another", "ES256");

/** A site with an OpenID provider, and what makes its id_tokens. */
async function startOpenId(t: TestContext, settings: OpenIdConnectSettings = {}) {
  const { site } = await startOpenIdSite(t, [key], settings);
  const claims = (changes = {}) => {
    const now = site.clock.now.getTime() / 1000;
    const times = { iat: now, exp: now + 300, auth_time: now };
    const who = { sub: "7", aud: client.id, preferred_username: "ada" };
    return { iss: site.provider.origin, ...who, ...times, ...changes };
  };
  const idToken = (changes = {}) => signed(claims(changes), key);
  return { ...site, claims, idToken };
}

/** The kind that is expected, or the test ends. */
function ofKind<Kind extends TokenSignIn["kind"]>(result: TokenSignIn, kind: Kind) {
  assert.equal(result.kind, kind);
  return result as Extract<TokenSignIn, { kind: Kind }>;
}

/** The request of somebody who has the cookie. */
function withCookie(setCookie: string, more: Record<string, string> = {}) {
  const [cookie = ""] = setCookie.split(";");
  return { headers: new Headers({ cookie, ...more }) };
}

test("an id_token signs in whom it is about, and UserInfo is not asked", async (t) => {
  const { auth, idToken, provider } = await startOpenId(t);
  const first = ofKind(await auth.signInWithToken("oidc", await idToken()), "signed-in");
  assert.deepEqual([first.user.username, first.isNew], ["ada", true]);
  assert.equal(first.association?.uid, "7");
  assert.equal((await auth.session(withCookie(first.setCookie)))?.user.id, first.user.id);
  assert.ok(first.setCookie.includes(`=${first.session};`));

  const second = ofKind(await auth.signInWithToken("oidc", await idToken()), "signed-in");
  assert.deepEqual([second.user.id, second.isNew], [first.user.id, false]);
  assert.notEqual(second.session, first.session);
  assert.deepEqual(provider.to("/userinfo"), []);
});

test("the session knows the application by what it calls itself, where its request came along", async (t) => {
  const { auth, clock, idToken } = await startOpenId(t);
  const { user } = ofKind(await auth.signInWithToken("oidc", await idToken()), "signed-in");
  clock.advance(1);
  const request = { headers: new Headers({ "user-agent": "ExampleApp/2.1" }) };
  await auth.signInWithToken("oidc", await idToken(), { request });
  const names = (await auth.sessions(user)).map(({ userAgent }) => userAgent);
  assert.deepEqual(names, ["ExampleApp/2.1", null]);
});

test("without an access token there is none to ask for, and none of an earlier login is lost", async (t) => {
  const { auth, idToken } = await startOpenId(t);
  const { user, association } = ofKind(
    await auth.signInWithToken("oidc", await idToken()),
    "signed-in",
  );
  assert.deepEqual(
    Object.keys(association?.extraData ?? {}).filter((name) => /_token$/.test(name)),
    ["id_token"],
  );
  assert.match(String(association?.extraData.id_token), /^v1\./);
  assert.equal((await failureOf(auth.accessToken(user, "oidc"))).code, "token_missing");
});

for (const [what, changes, options] of [
  ["another client", { aud: "another-app" }, {}],
  ["another client and us", { aud: [client.id, "another-app"], azp: client.id }, {}],
  ["us, given to another", { azp: "another-app" }, {}],
  ["nobody", { aud: undefined }, {}],
  ["another nonce", { nonce: "another" }, { nonce: "ours" }],
  ["no nonce where one is expected", {}, { nonce: "ours" }],
  ["another issuer", { iss: "https://issuer.example" }, {}],
  ["a time that has passed", { exp: 1, iat: 0 }, {}],
  ["an old sign-in", { iat: 1 }, {}],
] as const) {
  test(`an id_token for ${what} signs nobody in`, async (t) => {
    const { auth, idToken, storage } = await startOpenId(t);
    const failed: string[] = [];
    auth.on("login-failed", ({ error }) => void failed.push(error.code));
    const error = await failureOf(auth.signInWithToken("oidc", await idToken(changes), options));
    assert.deepEqual(
      [error.code, error.status, error.stage],
      ["token_not_accepted", 400, "identity"],
    );
    assert.deepEqual(failed, ["token_not_accepted"]);
    assert.equal(await storage.associations.find("oidc", "7"), undefined);
  });
}

test("an id_token that the provider has not signed signs nobody in", async (t) => {
  const { auth, claims } = await startOpenId(t);
  for (const token of [await signed(claims(), other), unsigned(claims()), "no token", ""]) {
    assert.equal((await failureOf(auth.signInWithToken("oidc", token))).code, "token_not_accepted");
  }
});

test("the nonce that was expected is accepted", async (t) => {
  const { auth, idToken } = await startOpenId(t);
  const token = await idToken({ nonce: "ours" });
  ofKind(await auth.signInWithToken("oidc", token, { nonce: "ours" }), "signed-in");
});

test("our own applications on devices are listed, and no other is let in by that", async (t) => {
  const { auth, idToken } = await startOpenId(t, { appClientIds: ["our-app"] });
  for (const good of [{ aud: "our-app" }, { azp: "our-app" }, { aud: "our-app", azp: "our-app" }]) {
    ofKind(await auth.signInWithToken("oidc", await idToken(good)), "signed-in");
  }
  const bad = await idToken({ aud: "our-app", azp: "another" });
  assert.equal((await failureOf(auth.signInWithToken("oidc", bad))).code, "token_not_accepted");
});

test("a login by browser does not take what was made for an application on a device", async (t) => {
  const { site, openId } = await startOpenIdSite(t, [key], { appClientIds: ["our-app"] });
  openId.behave({ claims: { aud: "our-app" } });
  const answer = await site.browser().signIn("oidc");
  assert.match(await answer.text(), /id_token_invalid/);
});

test("what the settings demand of an authentication is demanded here, too", async (t) => {
  const { auth, idToken, clock } = await startOpenId(t, { maxAge: 60, acrValues: "gold" });
  const now = clock.now.getTime() / 1000;
  ofKind(await auth.signInWithToken("oidc", await idToken({ acr: "gold" })), "signed-in");
  for (const changes of [{ acr: "tin" }, { acr: "gold", auth_time: now - 600 }]) {
    const token = await idToken(changes);
    assert.equal((await failureOf(auth.signInWithToken("oidc", token))).code, "token_not_accepted");
  }
});

test("an outage of the provider is one", async (t) => {
  const { auth, idToken, provider } = await startOpenId(t);
  provider.on("/jwks", "drop");
  const error = await failureOf(auth.signInWithToken("oidc", await idToken()));
  assert.equal(error.code, "provider_unreachable");
});

test("who is signed in connects the account; a page of somebody else's cannot make them", async (t) => {
  const { auth, idToken, clock } = await startOpenId(t);
  const { user, setCookie } = ofKind(
    await auth.signInWithToken("oidc", await idToken()),
    "signed-in",
  );
  const token = await idToken({ sub: "8" });
  for (const headers of [{ origin: "https://evil.example" }, { "sec-fetch-site": "cross-site" }]) {
    const request = withCookie(setCookie, headers as Record<string, string>);
    const error = await failureOf(auth.signInWithToken("oidc", token, { request }));
    assert.equal(error.code, "request_forged");
  }
  // As Node's servers have them.
  const request = { headers: { cookie: setCookie.split(";")[0], origin: "https://evil.example" } };
  assert.equal(
    (await failureOf(auth.signInWithToken("oidc", token, { request }))).code,
    "request_forged",
  );
  const connected = ofKind(
    await auth.signInWithToken("oidc", token, { request: withCookie(setCookie) }),
    "signed-in",
  );
  assert.equal(connected.user.id, user.id);
  assert.equal(await auth.session(withCookie(setCookie)), undefined, "its session was replaced");

  clock.advance(11);
  const late = withCookie(connected.setCookie);
  const ninth = await idToken({ sub: "9" });
  const error = await failureOf(auth.signInWithToken("oidc", ninth, { request: late }));
  assert.equal(error.code, "sign_in_again");
});

test("a login that asks something waits, and goes on where any login does", async (t) => {
  const form = { title: "Terms", fields: [{ name: "terms", label: "I agree" }] };
  const ask = before("ask", (_: StartFacts, { reply }) => (reply ? {} : pause({ form })));
  const steps = pipeline(
    ask,
    socialDetails,
    socialUid,
    socialUser,
    getUsername(),
    createUser(),
    associateUser,
  );
  const site = await startGitHub(t, { pipeline: steps });
  site.provider.on(check, { body: grantFor(client.id) });
  const result = ofKind(await site.auth.signInWithToken("github", "gho_token"), "paused");
  assert.deepEqual(result.asking, { form });
  assert.ok(result.expiresAt > site.clock.now);
  const browser = site.browser();
  const said = new URLSearchParams({ terms: "yes" });
  const headers = { origin: browser.origin };
  const without = await browser.send("POST", `/auth/resume/${result.id}`, headers, said);
  assert.equal(without.status, 403);
  const { headers: cookie } = withCookie(result.setCookie, headers);
  const done = await browser.send("POST", `/auth/resume/${result.id}`, cookie, said);
  assert.equal(done.status, 303);
  assert.ok(await site.storage.associations.find("github", "583231"));
});

for (const backend of [
  new TwitterOAuth({ clientId: "id", clientSecret: "secret" }),
  new SteamOpenId(),
]) {
  test(`${backend.name} has no way to say whom its tokens are for, so it accepts none`, async (t) => {
    const { auth, provider } = await startSite(t, { backends: () => [backend] });
    const error = await failureOf(auth.signInWithToken(backend.name, "token"));
    assert.deepEqual([error.code, error.backend], ["token_not_accepted", backend.name]);
    assert.deepEqual(provider.requests, []);
  });
}

test("a token of plain OAuth 2 says nothing about whom it was made for", async (t) => {
  const { auth, provider } = await startSite(t);
  const error = await failureOf(auth.signInWithToken("example", "token"));
  assert.equal(error.code, "token_not_accepted");
  assert.deepEqual(provider.requests, []);
  assert.equal((await failureOf(auth.signInWithToken("gone", "token"))).code, "backend_unknown");
});

// --- GitHub: https://docs.github.com/en/rest/apps/oauth-applications#check-a-token ----------

const octocat = { login: "octocat", id: 583231, name: "The Octo Cat", email: null };
const check = `/applications/${client.id}/token`;

function gitHubAt({ origin }: Provider) {
  const addresses = { authorizationUrl: `${origin}/authorize`, accessTokenUrl: `${origin}/token` };
  return { ...addresses, apiUrl: origin, clientId: client.id, clientSecret: client.secret };
}

function grantFor(clientId: string, more = {}) {
  const app = { name: "ours", url: "https://portal.example.net", client_id: clientId };
  return { id: 1, app, scopes: ["user:email"], user: octocat, expires_at: null, ...more };
}

async function startGitHub(t: TestContext, options: Parameters<typeof startSite>[1] = {}) {
  const site = await startSite(t, {
    ...options,
    backends: (provider) => [
      new GitHubOAuth2(gitHubAt(provider)),
      new GitHubOrganizationOAuth2({ ...gitHubAt(provider), organization: "acme" }),
    ],
  });
  site.provider.on("/user", { body: octocat });
  site.provider.on("/user/emails", {
    body: [{ email: "octocat@example.com", primary: true, verified: true }],
  });
  return site;
}

test("GitHub is asked whether a token is this app's, then who it is about", async (t) => {
  const { auth, provider, clock } = await startGitHub(t);
  const end = new Date(clock.now.getTime() + 8 * 3600_000);
  provider.on(check, { body: grantFor(client.id, { expires_at: end.toISOString() }) });
  const { user } = ofKind(await auth.signInWithToken("github", "gho_token"), "signed-in");
  assert.deepEqual([user.username, user.email], ["octocat", "octocat@example.com"]);
  const [asked] = provider.to(check);
  assert.equal(asked?.method, "POST");
  assert.equal(asked?.headers.authorization, `Basic ${btoa(`${client.id}:${client.secret}`)}`);
  assert.equal(asked?.body, '{"access_token":"gho_token"}');
  assert.equal(await auth.accessToken(user, "github"), "gho_token");
  clock.advance(8 * 60);
  assert.equal((await failureOf(auth.accessToken(user, "github"))).code, "token_missing");
});

for (const [what, answer, code] of [
  ["of another app", { body: grantFor("another-app") }, "token_not_accepted"],
  ["that GitHub does not know for this app", { status: 404, body: {} }, "token_not_accepted"],
  ["that is none", { status: 422, body: {} }, "token_not_accepted"],
  ["that comes with wrong credentials", { status: 401, body: {} }, "client_refused"],
  ["during an outage", { status: 502, body: {} }, "provider_failed"],
  ["whose check is no JSON", { body: "hello" }, "token_not_accepted"],
] as const) {
  test(`a token ${what} signs nobody in at GitHub (${code})`, async (t) => {
    const { auth, provider } = await startGitHub(t);
    provider.on(check, answer);
    const error = await failureOf(auth.signInWithToken("github", "gho_token"));
    assert.deepEqual([error.code, error.backend], [code, "github"]);
    assert.deepEqual(provider.to("/user"), []);
    assert.ok(!error.message.includes("gho_token"));
  });
}

test("a token of somebody who is no member signs nobody in at the organisation", async (t) => {
  const { auth, provider } = await startGitHub(t);
  provider.on(check, { body: grantFor(client.id) });
  provider.on("/orgs/acme/members/octocat", { status: 404 });
  const error = await failureOf(auth.signInWithToken("github-org", "gho_token"));
  assert.equal(error.code, "account_not_allowed");
});

// --- Facebook: https://developers.facebook.com/docs/graph-api/reference/debug_token ---------

async function startFacebook(t: TestContext) {
  const site = await startSite(t, {
    backends: ({ origin }) => {
      class Moved extends FacebookOAuth2 {
        override readonly accessTokenUrl = `${origin}/token`;
        override readonly userDataUrl = `${origin}/me?fields=id,name`;
        override readonly debugTokenUrl = `${origin}/debug_token`;
      }
      return [new Moved({ clientId: client.id, clientSecret: client.secret })];
    },
  });
  site.provider.on("/me", { body: { id: "1020", name: "Ada Lovelace" } });
  return site;
}

const grant = {
  app_id: client.id,
  type: "USER",
  is_valid: true,
  scopes: ["email"],
  user_id: "1020",
};

test("Facebook is asked whether a token is this app's, then who it is about", async (t) => {
  const { auth, provider, clock } = await startFacebook(t);
  const end = clock.now.getTime() / 1000 + 3600;
  provider.on("/debug_token", { body: { data: { ...grant, expires_at: end } } });
  const { user, association } = ofKind(
    await auth.signInWithToken("facebook", "fb-token"),
    "signed-in",
  );
  assert.equal(association?.uid, "1020");
  const [asked] = provider.to("/debug_token");
  assert.equal(asked?.query.get("input_token"), "fb-token");
  assert.equal(asked?.query.get("access_token"), `${client.id}|${client.secret}`);
  assert.equal(await auth.accessToken(user, "facebook"), "fb-token");
  clock.advance(60);
  assert.equal((await failureOf(auth.accessToken(user, "facebook"))).code, "token_missing");
});

for (const [what, answer, code] of [
  ["of another app", { body: { data: { ...grant, app_id: "another-app" } } }, "token_not_accepted"],
  ["of no app", { body: { data: { ...grant, app_id: undefined } } }, "token_not_accepted"],
  ["that is over", { body: { data: { ...grant, is_valid: false } } }, "token_not_accepted"],
  ["of a page", { body: { data: { ...grant, type: "PAGE" } } }, "token_not_accepted"],
  ["that Facebook refuses", { status: 400, body: { error: {} } }, "token_not_accepted"],
  ["during an outage", { status: 503, body: {} }, "provider_failed"],
] as const) {
  test(`a token ${what} signs nobody in at Facebook (${code})`, async (t) => {
    const { auth, provider } = await startFacebook(t);
    provider.on("/debug_token", answer);
    const error = await failureOf(auth.signInWithToken("facebook", "fb-token"));
    assert.equal(error.code, code);
    assert.deepEqual(provider.to("/me"), []);
    assert.ok(!error.message.includes("fb-token"));
  });
}
