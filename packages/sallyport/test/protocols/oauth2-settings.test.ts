import assert from "node:assert/strict";
import { test } from "node:test";
import type { Environment } from "../../src/backend.ts";
import { AuthError } from "../../src/errors.ts";
import { bound, departure } from "../backend.ts";
import { ExampleOAuth2 } from "../site.ts";

class TwoWords extends ExampleOAuth2 {
  override readonly name: string = "two-words";
}

const environment: Environment = {
  SOCIAL_AUTH_TWO_WORDS_KEY: "from-the-environment",
  SOCIAL_AUTH_TWO_WORDS_SECRET: "hush",
  SOCIAL_AUTH_TWO_WORDS_SCOPE: "one, two three",
  SOCIAL_AUTH_TWO_WORDS_URL: "https://provider.example",
};

function complaint(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    assert.ok(error instanceof AuthError);
    assert.deepEqual([error.code, error.stage], ["settings_invalid", "settings"]);
    return error.message;
  }
  assert.fail("nothing was thrown");
}

test("settings come from the environment by python-social-auth's names", async () => {
  const { url } = await departure(bound(new TwoWords(), environment));
  assert.equal(url.origin, "https://provider.example");
  assert.equal(url.searchParams.get("client_id"), "from-the-environment");
  assert.equal(url.searchParams.get("scope"), "one two three profile");
});

test("every setting of OAuth 2 has its variable", () => {
  const backend = new TwoWords();
  const names: Readonly<Record<string, string>> = {
    clientId: "KEY",
    clientSecret: "SECRET",
    scope: "SCOPE",
    ignoreDefaultScope: "IGNORE_DEFAULT_SCOPE",
    authorizationUrl: "AUTHORIZATION_URL",
    accessTokenUrl: "ACCESS_TOKEN_URL",
    pkceCodeVerifierLength: "PKCE_CODE_VERIFIER_LENGTH",
  };
  for (const [setting, name] of Object.entries(names)) {
    assert.equal(backend.variable(setting), `SOCIAL_AUTH_TWO_WORDS_${name}`);
  }
});

test("the constructor's settings win over the environment", async () => {
  const backend = bound(new TwoWords({ clientId: "given" }), environment);
  assert.equal((await departure(backend)).url.searchParams.get("client_id"), "given");
});

test("the environment can switch the default scopes off", async () => {
  const variables = { ...environment, SOCIAL_AUTH_TWO_WORDS_IGNORE_DEFAULT_SCOPE: "true" };
  const { url } = await departure(bound(new TwoWords(), variables));
  assert.equal(url.searchParams.get("scope"), "one two three");
});

test("a missing setting is named, with its variable", () => {
  const message = complaint(() => bound(new TwoWords({ url: "https://provider.example" })));
  assert.equal(message, 'backend two-words: needs "clientId", or SOCIAL_AUTH_TWO_WORDS_KEY');
  assert.equal(
    complaint(() => bound(new TwoWords({ clientId: "me" }))),
    'backend two-words: needs "url", or SOCIAL_AUTH_TWO_WORDS_URL',
  );
});

test("an empty variable counts as missing", () => {
  const variables = { ...environment, SOCIAL_AUTH_TWO_WORDS_KEY: "" };
  assert.match(
    complaint(() => bound(new TwoWords(), variables)),
    /needs "clientId"/,
  );
});

test("an endpoint that is no URL is refused at the start", () => {
  const settings = { clientId: "me", url: "provider.example" };
  assert.match(
    complaint(() => bound(new TwoWords(settings))),
    /authorizationUrl is not a URL: "provider\.example\/authorize"/,
  );
});

test("a template takes settings first, then attributes, and no second slash", async () => {
  class Templated extends ExampleOAuth2 {
    readonly region: string = "eu";
    override readonly authorizationUrl = "{url}/{region}/authorize";
  }
  const settings = { clientId: "me", url: "https://provider.example/" };
  const { url } = await departure(bound(new Templated(settings)));
  assert.equal(url.origin + url.pathname, "https://provider.example/eu/authorize");
});

test("endpoints can be moved one by one", async () => {
  const settings = { clientId: "me", url: "https://provider.example" };
  const authorizationUrl = "https://elsewhere.example/go";
  const backend = bound(new ExampleOAuth2({ ...settings, authorizationUrl }));
  assert.equal((await departure(backend)).url.host, "elsewhere.example");
  assert.equal(backend.mayRequest(new URL("http://elsewhere.example/")), false);
});

test("plain http may be asked only where the backend's own endpoint is", () => {
  const settings = { clientId: "me", url: "http://127.0.0.1:9" };
  const backend = bound(new ExampleOAuth2(settings));
  assert.equal(backend.mayRequest(new URL("http://127.0.0.1:9/anything")), true);
  assert.equal(backend.mayRequest(new URL("http://127.0.0.1:10/")), false);
  assert.equal(backend.mayRequest(new URL("http://provider.example/")), false);
  assert.equal(backend.mayRequest(new URL("https://provider.example/")), true);
  assert.equal(backend.mayRequest(new URL("file:///etc/passwd")), false);
});

for (const name of ["", "Example", "with space", "a/b", "-a", "a:b", "ä"]) {
  test(`"${name}" cannot be a backend's name`, () => {
    class Named extends ExampleOAuth2 {
      override readonly name = name;
    }
    assert.match(
      complaint(() => bound(new Named({ clientId: "me" }))),
      /its name/,
    );
  });
}

test("a backend whose state travels nowhere is refused", () => {
  class Forgetful extends ExampleOAuth2 {
    override readonly stateParameter = false;
  }
  assert.match(
    complaint(() => bound(new Forgetful({ clientId: "me", url: "https://provider.example" }))),
    /the state must travel/,
  );
});
