import assert from "node:assert/strict";
import { test } from "node:test";
import { challengeOf } from "../../src/protocols/oauth2.ts";
import { bound, departure, redirectUri } from "../backend.ts";
import { ExampleOAuth2 } from "../site.ts";

const settings = { url: "https://provider.example", clientId: "me", clientSecret: "hush" };

/** Parameters of the authorization request of a backend that differs so from the example. */
async function requestOf(Backend: typeof ExampleOAuth2, more: object = {}) {
  const { url } = await departure(bound(new Backend({ ...settings, ...more })));
  return url.searchParams;
}

test("the authorization request carries the protocol's parameters and no secret", async () => {
  const { url, keep } = await departure(bound(new ExampleOAuth2(settings)), "a+state/1");
  assert.equal(url.origin + url.pathname, "https://provider.example/authorize");
  const verifier = String(keep?.verifier);
  assert.deepEqual(Object.fromEntries(url.searchParams), {
    client_id: "me",
    redirect_uri: redirectUri,
    response_type: "code",
    state: "a+state/1",
    scope: "profile",
    code_challenge: await challengeOf(verifier),
    code_challenge_method: "S256",
  });
  assert.doesNotMatch(url.href, /hush/);
});

test("the challenge is RFC 7636's, Appendix B", async () => {
  const verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
  assert.equal(await challengeOf(verifier), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
});

test("the code verifier is new each time, and of the shortest length allowed", async () => {
  const backend = bound(new ExampleOAuth2(settings));
  const departures = await Promise.all([departure(backend), departure(backend)]);
  const [one, other] = departures.map(({ keep }) => String(keep?.verifier));
  assert.match(one ?? "", /^[\w.~-]{43}$/);
  assert.notEqual(one, other);
});

test("a provider that fails over PKCE is sent none", async () => {
  class WithoutPkce extends ExampleOAuth2 {
    override readonly defaultUsePkce = false;
  }
  const { url, keep } = await departure(bound(new WithoutPkce(settings)));
  assert.equal(url.searchParams.has("code_challenge"), false);
  assert.equal(keep, undefined);
});

test("plain is sent only where a backend names it", async () => {
  class Plain extends ExampleOAuth2 {
    override readonly pkceDefaultCodeChallengeMethod = "plain";
  }
  const { url, keep } = await departure(bound(new Plain(settings)));
  assert.equal(url.searchParams.get("code_challenge_method"), "plain");
  assert.equal(url.searchParams.get("code_challenge"), keep?.verifier);
});

test("scopes of the settings come before the backend's own, each once", async () => {
  class Scoped extends ExampleOAuth2 {
    override readonly defaultScope = ["profile", "email"];
  }
  const request = await requestOf(Scoped, { scope: ["calendar", "email", "calendar"] });
  assert.equal(request.get("scope"), "calendar email profile");
});

test("scopes are encoded, so that one cannot bring a parameter along", async () => {
  const scope = ["https://www.example/auth/x?y=1&z", "a+b", "ümlaut"];
  const { url } = await departure(bound(new ExampleOAuth2({ ...settings, scope })));
  assert.equal(url.searchParams.get("scope"), [...scope, "profile"].join(" "));
  assert.equal(url.searchParams.has("z"), false);
  assert.match(url.search, /scope=https%3A%2F%2Fwww\.example%2Fauth%2Fx%3Fy%3D1%26z\+a%2Bb\+/);
});

test("ignoreDefaultScope leaves the settings' scopes alone", async () => {
  const more = { scope: ["only"], ignoreDefaultScope: true };
  assert.equal((await requestOf(ExampleOAuth2, more)).get("scope"), "only");
});

test("without any scope the parameter is left out", async () => {
  assert.equal((await requestOf(ExampleOAuth2, { ignoreDefaultScope: true })).has("scope"), false);
});

test("a provider may have its own separator and its own name for scopes", async () => {
  class Commas extends ExampleOAuth2 {
    override readonly scopeSeparator = ",";
    override readonly scopeParameterName = "user_scope";
    override readonly defaultScope = ["a", "b"];
  }
  const request = await requestOf(Commas);
  assert.equal(request.get("user_scope"), "a,b");
  assert.equal(request.has("scope"), false);
});

test("an empty responseType is not sent", async () => {
  class Untyped extends ExampleOAuth2 {
    override readonly responseType = "";
  }
  assert.equal((await requestOf(Untyped)).has("response_type"), false);
});

test("extra arguments are sent, and never replace the protocol's own", async () => {
  const request = await requestOf(ExampleOAuth2, {
    authExtraArguments: {
      prompt: "select_account",
      client_id: "another",
      redirect_uri: "https://evil.example/",
      response_type: "token",
      state: "fixed",
      scope: "everything",
      code_challenge: "known",
      code_challenge_method: "plain",
    },
  });
  const usual = await requestOf(ExampleOAuth2);
  assert.equal(request.get("prompt"), "select_account");
  for (const name of [...usual.keys()].filter((name) => name !== "code_challenge")) {
    assert.deepEqual(request.getAll(name), usual.getAll(name), name);
  }
  assert.notEqual(request.get("code_challenge"), "known");
});

test("an endpoint keeps a query of its own", async () => {
  const authorizationUrl = "https://provider.example/authorize?tenant=7&state=fixed";
  const request = await requestOf(ExampleOAuth2, { authorizationUrl });
  assert.equal(request.get("tenant"), "7");
  assert.deepEqual(request.getAll("state"), ["the-state"]);
});

test("a provider without a state parameter is sent none", async () => {
  class Stateless extends ExampleOAuth2 {
    override readonly stateParameter = false;
    override readonly redirectState = true;
  }
  assert.equal((await requestOf(Stateless)).has("state"), false);
});
