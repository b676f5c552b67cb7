import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { OAuth2Settings } from "../../src/protocols/oauth2.ts";
import { bound, departure, failureOf, httpFor, now, once, redirectUri } from "../backend.ts";
import { startProvider } from "../provider.ts";
import { ExampleOAuth2, settingsFor } from "../site.ts";

// RFC 9207 without OpenID Connect: whose answer a callback is.

const issuer = "https://as.example";

/** Comes back to a backend with these parameters, besides a code that is good. */
async function comeBack(
  t: TestContext,
  more: readonly (readonly [string, string])[],
  settings: OAuth2Settings = { issuer },
  Backend: typeof ExampleOAuth2 = ExampleOAuth2,
) {
  const provider = await startProvider(t);
  const backend = bound(new Backend({ ...settingsFor(provider), ...settings }));
  const { url, keep = {} } = await departure(backend);
  const answer = await fetch(url, { redirect: "manual" });
  const { searchParams: callback } = new URL(answer.headers.get("location") ?? "");
  for (const [name, value] of more) callback.append(name, value);
  const arrival = { http: httpFor(backend), redirectUri, callback, headers: {}, keep, once, now };
  return { provider, result: backend.authComplete(arrival) };
}

/** A provider that promises to say who it is. */
class Promising extends ExampleOAuth2 {
  override readonly namesIssuer = true;
}

for (const [what, more, settings, Backend] of [
  ["of the issuer that was asked", [["iss", issuer]], { issuer }, ExampleOAuth2],
  ["of the issuer that promised to say so", [["iss", issuer]], { issuer }, Promising],
  ["of one that does not promise it", [], { issuer }, ExampleOAuth2],
  ["of anybody, where no issuer is known", [["iss", "https://x.example"]], {}, ExampleOAuth2],
] as const) {
  test(`an answer is taken: ${what}`, async (t) => {
    const { result } = await comeBack(t, more, settings, Backend);
    assert.equal((await result).uid, "1");
  });
}

for (const [what, more, Backend] of [
  ["another issuer", [["iss", "https://other.example"]], ExampleOAuth2],
  ["an issuer that is only written alike", [["iss", `${issuer}/`]], ExampleOAuth2],
  ["an empty issuer", [["iss", ""]], ExampleOAuth2],
  [
    "its issuer twice",
    [
      ["iss", issuer],
      ["iss", issuer],
    ],
    ExampleOAuth2,
  ],
  ["no issuer, though it promised", [], Promising],
  // Who says so may not be who was asked.
  [
    "another issuer, in a refusal",
    [
      ["iss", "https://other.example"],
      ["error", "access_denied"],
    ],
    ExampleOAuth2,
  ],
] as const) {
  test(`an answer that names ${what} is refused before any request`, async (t) => {
    const { result, provider } = await comeBack(t, more, { issuer }, Backend);
    const error = await failureOf(result);
    assert.deepEqual([error.code, error.stage], ["callback_invalid", "callback"]);
    assert.equal(provider.to("/token").length, 0);
  });
}

test("the issuer may depend on settings, and come from the environment", async (t) => {
  class Templated extends ExampleOAuth2 {
    override readonly issuer = "{url}/as";
  }
  const { provider, result } = await comeBack(t, [["iss", "https://x.example"]], {}, Templated);
  await failureOf(result);
  assert.equal(provider.to("/token").length, 0);
  const env = { SOCIAL_AUTH_EXAMPLE_ISSUER: "no address" };
  const settings = { url: "https://as.example", clientId: "me" };
  assert.throws(() => bound(new ExampleOAuth2(settings), env), /issuer is not a URL/);
});

test("a promise of an issuer that nobody named does not start", () => {
  const settings = { url: "https://as.example", clientId: "me" };
  assert.throws(() => bound(new Promising(settings)), /needs "issuer"/);
});
