import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import { bound, failureOf, httpFor, now, once, redirectUri } from "../backend.ts";

import { type Behaviour, client, startProvider } from "../provider.ts";
import { ExampleOAuth2, settingsFor } from "../site.ts";

const tokens = { access_token: "access-secret", refresh_token: "refresh-secret" };
const bearer = { ...tokens, token_type: "Bearer" };
const said = "the provider's own words";

/** What the token endpoint answers, and the code that comes of it. */
const refusals: readonly [string, Behaviour, string][] = [
  ["invalid_grant", { status: 400, body: { error: "invalid_grant" } }, "code_refused"],
  ["invalid_client", { status: 401, body: { error: "invalid_client" } }, "client_refused"],
  [
    "unauthorized_client",
    { status: 400, body: { error: "unauthorized_client" } },
    "client_refused",
  ],
  ["invalid_request", { status: 400, body: { error: "invalid_request" } }, "provider_refused"],
  ["invalid_scope", { status: 400, body: { error: "invalid_scope" } }, "provider_refused"],
  ["its own word", { status: 400, body: { error: "E17" } }, "provider_refused"],
  [
    "a description",
    { status: 400, body: { error: "E17", error_description: said } },
    "provider_refused",
  ],
  ["an error with status 200", { body: { error: "invalid_grant" } }, "code_refused"],
  ["an error beside tokens", { body: { ...bearer, error: "invalid_grant" } }, "code_refused"],
  ["401 without a body", { status: 401 }, "client_refused"],
  ["401 with HTML", { status: 401, body: `<p>${said}` }, "client_refused"],
  ["401 with other JSON", { status: 401, body: { meta: { error: said } } }, "client_refused"],
  ["403 with other JSON", { status: 403, body: { message: said } }, "client_refused"],
  ["HTML", { body: `<p>${said}` }, "answer_invalid"],
  ["a form", { body: "access_token=access-secret&token_type=bearer" }, "answer_invalid"],
  ["400 without a word", { status: 400, body: {} }, "answer_invalid"],
  ["tokens with status 201", { status: 201, body: bearer }, "answer_invalid"],
  ["a redirect", { status: 307, headers: { location: "/elsewhere" } }, "answer_invalid"],
  ["no access_token", { body: { token_type: "Bearer", refresh_token: "r" } }, "answer_invalid"],
  ["an empty access_token", { body: { ...bearer, access_token: "" } }, "answer_invalid"],
  ["a number for a token", { body: { ...bearer, access_token: 7 } }, "answer_invalid"],
  ["another token_type", { body: { ...tokens, token_type: "mac" } }, "answer_invalid"],
  ["a token_type of no text", { body: { ...tokens, token_type: 7 } }, "answer_invalid"],
  ["expires_in of no number", { body: { ...bearer, expires_in: "soon" } }, "answer_invalid"],
  ["a list", { body: [bearer] }, "answer_invalid"],
  [
    "500",
    { status: 500, body: { error: "invalid_grant", error_description: said } },
    "provider_failed",
  ],
  ["503 with HTML", { status: 503, body: `<p>${said}` }, "provider_failed"],
  ["429", { status: 429, headers: { "retry-after": "9" } }, "provider_busy"],
  ["silence", "hang", "provider_timeout"],
  ["a broken connection", "drop", "provider_unreachable"],
];

for (const [what, behaviour, code] of refusals) {
  test(`${what} from the token endpoint is ${code}, and keeps every secret`, async (t) => {
    const provider = await startProvider(t);
    provider.on("/token", behaviour);
    const backend = bound(new ExampleOAuth2(settingsFor(provider)));
    const error = await failureOf(
      backend.authComplete({
        http: httpFor(backend),
        redirectUri,
        callback: new URLSearchParams({ code: "code-secret" }),
        keep: { verifier: "verifier-secret" },
        headers: {},
        once,
        now,
      }),
    );
    assert.deepEqual([error.code, error.stage, error.backend], [code, "token", "example"]);
    const everything = inspect(error, { depth: 20, showHidden: true }) + error.stack;
    for (const secret of ["access-secret", "refresh-secret", "code-secret", "verifier-secret"]) {
      assert.ok(!everything.includes(secret), everything);
    }
    assert.ok(!everything.includes(client.secret) && !everything.includes(said), everything);
    assert.ok(error.message.startsWith("example: "));
    assert.equal(provider.requests.length, 1, "it was asked once");
  });
}

for (const [error, status, code] of [
  ["invalid_grant", 400, "token_revoked"],
  ["invalid_client", 401, "client_refused"],
] as const) {
  test(`${error} for a refresh token is ${code}`, async (t) => {
    const provider = await startProvider(t);
    provider.on("/token", { status, body: { error } });
    const backend = bound(new ExampleOAuth2(settingsFor(provider)));
    const failure = await failureOf(backend.refreshToken("refresh-secret", httpFor(backend), now));
    assert.equal(failure.code, code);
    assert.doesNotMatch(inspect(failure, { depth: 20, showHidden: true }), /refresh-secret/);
  });
}

test("the message says what was expected and what came", async (t) => {
  const provider = await startProvider(t);
  const backend = bound(new ExampleOAuth2(settingsFor(provider)));
  const messageOf = async (behaviour: Behaviour) => {
    provider.on("/token", behaviour);
    return (await failureOf(backend.refreshToken("r", httpFor(backend), now))).message;
  };
  assert.equal(
    await messageOf({ status: 400, body: { error: "E17" } }),
    'example: the token endpoint refused with "E17" (status 400)',
  );
  assert.equal(
    await messageOf({ body: {} }),
    "example: the token answer has no access_token (status 200, application/json, 2 characters)",
  );
  assert.equal(
    await messageOf({ body: "<p>" }),
    "example: expected tokens and got status 200, text/html, 3 characters",
  );
});
