import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import {
  exchangeCode,
  exchangeRefreshToken,
  type TokenClient,
} from "../../src/wire/token-request.ts";
import { httpFor, now, redirectUri } from "../backend.ts";
import { type Provider, type Recorded, startProvider } from "../provider.ts";
import { ExampleOAuth2, settingsFor } from "../site.ts";

// Letters that are something else in a form, in a header and in base64.
const odd = { id: "cli:ent id", secret: "s+cr/et &=%é" };
const answer = { access_token: "access", token_type: "Bearer" };

/** A token endpoint that takes whatever comes. */
async function start(t: TestContext, more: Partial<TokenClient> = {}) {
  const provider = await startProvider(t);
  provider.on("/token", { body: answer });
  return { provider, exchange: exchangeAt(provider, more), client: clientAt(provider, more) };
}

function clientAt(provider: Provider, more: Partial<TokenClient>): TokenClient {
  return {
    backend: "example",
    clientId: odd.id,
    clientSecret: odd.secret,
    authMethod: "client_secret_post",
    tokenUrl: `${provider.origin}/token`,
    method: "POST",
    ...more,
  };
}

function httpAt(provider: Provider) {
  const backend = new ExampleOAuth2(settingsFor(provider));
  backend.bind({});
  return httpFor(backend);
}

function exchangeAt(provider: Provider, more: Partial<TokenClient>) {
  return (query = "code=a%2Bb%20c", verifier: string | undefined = "the-verifier") => {
    const callback = new URLSearchParams(query);
    const grant = { callback, redirectUri, verifier };
    return exchangeCode(clientAt(provider, more), grant, httpAt(provider), now);
  };
}

const asObject = (fields: URLSearchParams) => Object.fromEntries(fields);

test("the code is exchanged with everything that belongs to it, in the form", async (t) => {
  const { provider, exchange } = await start(t);
  await exchange();
  const [request, ...others] = provider.requests as [Recorded];
  assert.equal(request.method, "POST");
  assert.match(request.headers["content-type"] ?? "", /^application\/x-www-form-urlencoded/);
  assert.equal(request.headers.accept, "application/json");
  assert.equal(request.headers.authorization, undefined);
  assert.equal(request.query.size, 0);
  assert.deepEqual(asObject(request.form), {
    grant_type: "authorization_code",
    code: "a+b c",
    redirect_uri: redirectUri,
    code_verifier: "the-verifier",
    client_id: odd.id,
    client_secret: odd.secret,
  });
  assert.deepEqual(others, []);
});

test("with client_secret_basic id and secret are form-encoded first (RFC 6749, 2.3.1)", async (t) => {
  const { provider, exchange } = await start(t, { authMethod: "client_secret_basic" });
  await exchange();
  const [request] = provider.requests as [Recorded];
  const credentials = atob((request.headers.authorization ?? "").replace("Basic ", ""));
  const parts = credentials.split(":");
  assert.equal(parts.length, 2);
  const decoded = parts.map((part) => new URLSearchParams(`value=${part}`).get("value"));
  assert.deepEqual(decoded, [odd.id, odd.secret]);
  assert.equal(request.form.has("client_secret"), false);
});

for (const more of [{ clientSecret: undefined }, { authMethod: "none" as const }]) {
  test(`a public client sends its id only (${JSON.stringify(more)})`, async (t) => {
    const { provider, exchange } = await start(t, more);
    await exchange();
    const [request] = provider.requests as [Recorded];
    assert.equal(request.form.get("client_id"), odd.id);
    assert.equal(request.form.has("client_secret"), false);
    assert.equal(request.headers.authorization, undefined);
  });
}

test("a provider that wants GET gets the same as a query", async (t) => {
  const { provider, exchange } = await start(t, { method: "GET" });
  await exchange();
  const [request] = provider.requests as [Recorded];
  assert.equal(request.method, "GET");
  assert.equal(request.query.get("code"), "a+b c");
  assert.equal(request.query.get("client_secret"), odd.secret);
  assert.equal(request.form.size, 0);
});

test("an endpoint's own query is kept", async (t) => {
  const { provider } = await start(t);
  for (const method of ["GET", "POST"] as const) {
    await exchangeAt(provider, { method, tokenUrl: `${provider.origin}/token?tenant=7` })();
  }
  assert.deepEqual(
    provider.requests.map(({ query }) => query.get("tenant")),
    ["7", "7"],
  );
});

test("without a verifier none is sent", async (t) => {
  const { provider, client } = await start(t);
  const callback = new URLSearchParams("code=1");
  const grant = { callback, redirectUri, verifier: undefined };
  await exchangeCode(client, grant, httpAt(provider), now);
  assert.equal(provider.requests[0]?.form.has("code_verifier"), false);
});

test("a refresh sends the token and the client, and no more", async (t) => {
  const { provider, client } = await start(t);
  await exchangeRefreshToken(client, "refresh", httpAt(provider), now);
  assert.deepEqual(asObject((provider.requests as [Recorded])[0].form), {
    grant_type: "refresh_token",
    refresh_token: "refresh",
    client_id: odd.id,
    client_secret: odd.secret,
  });
});

test("`iss` and other parameters of the callback decide nothing here", async (t) => {
  const { exchange } = await start(t);
  const query = "code=1&iss=https%3A%2F%2Fevil.example&session_state=1&scope=x";
  assert.equal((await exchange(query)).accessToken, "access");
});

test("everything that a token answer says is read", async (t) => {
  const { provider, exchange } = await start(t);
  const body = { ...answer, refresh_token: "r", scope: "a b", expires_in: 60, team: { id: 1 } };
  provider.on("/token", { body });
  const tokens = await exchange();
  assert.equal(tokens.accessToken, "access");
  assert.equal(tokens.tokenType, "bearer");
  assert.equal(tokens.refreshToken, "r");
  assert.equal(tokens.scope, "a b");
  assert.deepEqual(tokens.expiresAt, new Date("2026-11-20T12:01:00Z"));
  assert.deepEqual(tokens.answer.team, { id: 1 });
});

for (const [what, more, expected] of [
  ["no token_type", { token_type: undefined }, { tokenType: "bearer" }],
  ["a token_type in capitals", { token_type: "BEARER" }, { tokenType: "bearer" }],
  ["expires_in as text", { expires_in: "3600" }, { expiresAt: new Date("2026-11-20T13:00:00Z") }],
  ["no expires_in", {}, { expiresAt: undefined }],
  ["an empty scope", { scope: "" }, { scope: "" }],
  ["a content type of its own", {}, {}],
] as const) {
  test(`a token answer with ${what} is taken`, async (t) => {
    const { provider, exchange } = await start(t);
    const headers = { "content-type": "text/plain" };
    provider.on("/token", { headers, body: { ...answer, ...more } });
    const tokens = await exchange();
    for (const [name, value] of Object.entries(expected)) {
      assert.deepEqual(tokens[name as keyof typeof tokens], value);
    }
  });
}

for (const idToken of ["nonsense", "a.b.c", 7, null]) {
  test(`an id_token is not looked at, and not kept: ${idToken}`, async (t) => {
    const { provider, exchange } = await start(t);
    provider.on("/token", { body: { ...answer, id_token: idToken } });
    const tokens = await exchange();
    assert.equal("id_token" in tokens.answer, false);
  });
}

test("null and empty fields count as absent, and a list of scopes as their text", async (t) => {
  const { provider, exchange } = await start(t);
  const empty = { refresh_token: null, expires_in: null, scope: ["read", "write"] };
  provider.on("/token", { body: { ...answer, ...empty } });
  const tokens = await exchange();
  assert.equal(tokens.refreshToken, undefined);
  assert.equal(tokens.expiresAt, undefined);
  assert.equal(tokens.scope, "read write");
});

test("a scope that is empty stays so, since it says that nothing was granted", async (t) => {
  const { provider, exchange } = await start(t);
  provider.on("/token", { body: { ...answer, scope: "", refresh_token: "" } });
  assert.equal((await exchange()).scope, "");
});
