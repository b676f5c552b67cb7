import assert from "node:assert/strict";
import { test } from "node:test";
import type { Environment } from "../../src/backend.ts";
import type { UserDetails } from "../../src/identity.ts";
import { challengeOf } from "../../src/protocols/oauth2.ts";
import { BaseOAuth2PKCE } from "../../src/protocols/oauth2-pkce.ts";
import { bound, departure } from "../backend.ts";

class Example extends BaseOAuth2PKCE {
  override readonly name: string = "example";
  override readonly authorizationUrl = "https://provider.example/authorize";
  override readonly accessTokenUrl = "https://provider.example/token";
  override userData = async () => ({});
  override getUserDetails = (): UserDetails => ({ emailVerified: false });
}

const environment = (method: string, length = ""): Environment => ({
  SOCIAL_AUTH_EXAMPLE_KEY: "me",
  SOCIAL_AUTH_EXAMPLE_PKCE_CODE_CHALLENGE_METHOD: method,
  ...(length && { SOCIAL_AUTH_EXAMPLE_PKCE_CODE_VERIFIER_LENGTH: length }),
});

test("S256 is sent unless a setting says otherwise", async () => {
  const { url, keep } = await departure(bound(new Example({ clientId: "me" })));
  const verifier = String(keep?.verifier);
  assert.equal(url.searchParams.get("code_challenge_method"), "S256");
  assert.equal(url.searchParams.get("code_challenge"), await challengeOf(verifier));
  assert.equal(verifier.length, 43);
});

for (const [setting, method] of [
  ["s256", "S256"],
  ["S256", "S256"],
  ["PLAIN", "plain"],
] as const) {
  test(`the setting "${setting}" sends ${method}`, async () => {
    const { url } = await departure(bound(new Example(), environment(setting)));
    assert.equal(url.searchParams.get("code_challenge_method"), method);
  });
}

test("an unknown method is refused at the start", () => {
  assert.throws(() => bound(new Example(), environment("md5")), {
    code: "settings_invalid",
    message: /pkceCodeChallengeMethod is S256 or plain, not "md5"/,
  });
});

test("the verifier's length is a setting, from 43 to 128 characters", async () => {
  for (const length of [43, 64, 128]) {
    const backend = bound(new Example({ clientId: "me", pkceCodeVerifierLength: length }));
    const { keep } = await departure(backend);
    assert.match(String(keep?.verifier), new RegExp(`^[\\w-]{${length}}$`));
  }
});

for (const length of ["42", "129", "43.5", "many"]) {
  test(`a verifier of ${length} characters is refused at the start`, () => {
    assert.throws(() => bound(new Example(), environment("S256", length)), {
      code: "settings_invalid",
      message: /PKCE_CODE_VERIFIER_LENGTH must be a whole number, 43 to 128/,
    });
  });
}
