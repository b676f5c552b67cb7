import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject, UserDetails } from "../../src/identity.ts";
import { BaseOAuth2, type OAuth2Settings } from "../../src/protocols/oauth2.ts";
import { textOf } from "../../src/protocols/profile.ts";
import { bound, failureOf, httpFor, identityFrom, now } from "../backend.ts";
import { client, type Provider, startProvider } from "../provider.ts";
import { settingsFor } from "../site.ts";

/** As short as a backend can be. */
class ShortOAuth2 extends BaseOAuth2<JsonObject, OAuth2Settings & { readonly url?: string }> {
  override readonly name: string = "short";
  override readonly authorizationUrl: string = "{url}/authorize";
  override readonly accessTokenUrl: string = "{url}/token";
  override readonly userDataUrl: string = "{url}/profile";
  override readonly revokeTokenUrl: string = "{url}/revoke";

  override getUserDetails(user: JsonObject): UserDetails {
    return { username: textOf(user.login), emailVerified: false };
  }
}

const shortAt = (provider: Provider, more: OAuth2Settings = {}) =>
  bound(new ShortOAuth2({ ...settingsFor(provider), ...more }));

test("three endpoints and the details make a backend", async (t) => {
  const provider = await startProvider(t);
  const identity = await identityFrom(shortAt(provider));
  assert.deepEqual([identity.uid, identity.details.username], ["1", "ada"]);
});

test("a profile that is no object has no id", async (t) => {
  const provider = await startProvider(t);
  provider.on("/profile", { body: [{ id: 1 }] });
  assert.equal((await failureOf(identityFrom(shortAt(provider)))).code, "uid_missing");
});

test("a provider can be sent JSON for its tokens", async (t) => {
  class Json extends ShortOAuth2 {
    override readonly accessTokenPayload = "json";
  }
  const provider = await startProvider(t);
  let sent: unknown;
  provider.on("/token", ({ form, headers }) => {
    // The provider reads every body as a form: JSON is one name without a value.
    sent = { type: headers["content-type"], body: JSON.parse([...form.keys()].join("&")) };
    return { body: { access_token: "opaque", token_type: "bearer" } };
  });
  provider.on("/profile", { body: provider.profile });
  await identityFrom(bound(new Json(settingsFor(provider))));
  const { type, body } = sent as { type: string; body: Record<string, string> };
  assert.equal(type, "application/json");
  assert.deepEqual(Object.keys(body).sort(), [
    "client_id",
    "client_secret",
    "code",
    "code_verifier",
    "grant_type",
    "redirect_uri",
  ]);
});

for (const [method, basic] of [
  ["client_secret_post", false],
  ["client_secret_basic", true],
] as const) {
  test(`the setting tokenEndpointAuthMethod can be ${method}`, async (t) => {
    const provider = await startProvider(t);
    provider.on("/token", { body: { access_token: "opaque", token_type: "bearer" } });
    provider.on("/profile", { body: provider.profile });
    await identityFrom(shortAt(provider, { tokenEndpointAuthMethod: method }));
    const [request] = provider.to("/token");
    assert.equal(request?.headers.authorization?.startsWith("Basic ") ?? false, basic);
    assert.equal(request?.form.has("client_secret"), !basic);
  });
}

test("a way to prove oneself that does not exist is refused at the start", () => {
  const variables = {
    SOCIAL_AUTH_SHORT_URL: "https://provider.example",
    SOCIAL_AUTH_SHORT_KEY: "me",
    SOCIAL_AUTH_SHORT_TOKEN_ENDPOINT_AUTH_METHOD: "client_secret_guess",
  };
  assert.throws(
    () => bound(new ShortOAuth2(), variables),
    /TOKEN_ENDPOINT_AUTH_METHOD must be one of client_secret_post, /,
  );
});

test("a token is taken back with the client's own proof (RFC 7009)", async (t) => {
  const provider = await startProvider(t);
  provider.on("/revoke", { status: 200 });
  const backend = shortAt(provider);
  assert.equal(await backend.revokeToken("opaque", httpFor(backend), now), true);
  const [request] = provider.to("/revoke");
  assert.equal(request?.method, "POST");
  assert.deepEqual(Object.fromEntries(request?.form ?? []), {
    token: "opaque",
    client_id: client.id,
    client_secret: client.secret,
  });
});

test("the token can go as a query, and the proof as a header", async (t) => {
  class Deleting extends ShortOAuth2 {
    override readonly revokeTokenMethod = "DELETE";
    override readonly tokenEndpointAuthMethod = "client_secret_basic";
  }
  const provider = await startProvider(t);
  provider.on("/revoke", { status: 204 });
  const backend = bound(new Deleting(settingsFor(provider)));
  await backend.revokeToken("opaque", httpFor(backend), now);
  const [request] = provider.to("/revoke");
  assert.deepEqual([request?.method, request?.query.get("token")], ["DELETE", "opaque"]);
  assert.match(request?.headers.authorization ?? "", /^Basic /);
});

test("without an address for it nothing is asked", async (t) => {
  class Keeping extends ShortOAuth2 {
    override readonly revokeTokenUrl = "";
  }
  const provider = await startProvider(t);
  const backend = bound(new Keeping(settingsFor(provider)));
  assert.equal(await backend.revokeToken("opaque", httpFor(backend), now), false);
  assert.equal(provider.requests.length, 0);
});

for (const [status, code] of [
  [401, "client_refused"],
  [400, "provider_refused"],
  [503, "provider_failed"],
  [429, "provider_busy"],
] as const) {
  test(`a revocation answered with ${status} is ${code}`, async (t) => {
    const provider = await startProvider(t);
    provider.on("/revoke", { status, body: "opaque" });
    const backend = shortAt(provider);
    const failure = await failureOf(backend.revokeToken("opaque", httpFor(backend), now));
    assert.equal(failure.code, code);
    assert.doesNotMatch(failure.message, /opaque/);
  });
}
