import assert from "node:assert/strict";
import { test } from "node:test";
import type { Tokens, UserDetails } from "../../src/identity.ts";
import type { Http } from "../../src/index.ts";
import { BaseOAuth1, type OAuth1Settings } from "../../src/protocols/oauth1.ts";
import { childOf } from "../../src/wire/xml.ts";
import { bound, departure, failureOf, identityFrom } from "../backend.ts";
import { ExampleOAuth1, oauth1Settings, saidBy, startOAuth1Provider } from "../oauth1-provider.ts";
import { client } from "../provider.ts";

const url = "https://provider.example.net";
const invalid = (message: RegExp) => ({ code: "settings_invalid", stage: "settings", message });

test("key and secret come from the environment, by python-social-auth's names", async (t) => {
  const provider = await startOAuth1Provider(t);
  const environment = {
    SOCIAL_AUTH_EXAMPLE_KEY: client.id,
    SOCIAL_AUTH_EXAMPLE_SECRET: client.secret,
    SOCIAL_AUTH_EXAMPLE_URL: provider.origin,
  };
  const { uid } = await identityFrom(bound(new ExampleOAuth1(), environment));
  assert.equal(uid, "1");
});

test("a backend without key, secret or an endpoint does not start", () => {
  const { id: clientId, secret: clientSecret } = client;
  assert.throws(
    () => bound(new ExampleOAuth1({ url, clientSecret })),
    invalid(/needs "clientId", or SOCIAL_AUTH_EXAMPLE_KEY/),
  );
  assert.throws(
    () => bound(new ExampleOAuth1({ url, clientId })),
    invalid(/needs "clientSecret", or SOCIAL_AUTH_EXAMPLE_SECRET/),
  );
  class Endless extends ExampleOAuth1 {
    override readonly requestTokenUrl: string = "";
  }
  assert.throws(
    () => bound(new Endless({ url, clientId, clientSecret })),
    invalid(/requestTokenUrl is not a URL/),
  );
});

test("RSA-SHA1 needs a private key, and says so without showing what it got", () => {
  class Signing extends ExampleOAuth1 {
    override readonly signatureMethod = "RSA-SHA1";
  }
  assert.throws(
    () => bound(new Signing({ url, clientId: client.id, clientSecret: client.secret })),
    (error: Error) => /SECRET is no private key/.test(error.message) && !/client:/.test(`${error}`),
  );
});

test("scopes and extra arguments are part of the signed request", async (t) => {
  class Scoped extends ExampleOAuth1 {
    override readonly requestTokenMethod = "POST";
    override readonly defaultScope = ["read"];
    override readonly scopeSeparator = "+";
  }
  const provider = await startOAuth1Provider(t);
  const backend = new Scoped({
    ...oauth1Settings(provider),
    scope: ["e mail"],
    requestTokenExtraArguments: { access: "read & write" },
    authExtraArguments: { force_login: "true", oauth_token: "never this" },
  });
  const { url: left } = await departure(bound(backend));
  const [request] = provider.to("/request_token");
  assert.equal(request?.method, "POST");
  assert.deepEqual(Object.fromEntries(request?.query ?? []), {
    scope: "e mail+read",
    access: "read & write",
  });
  assert.equal(left.searchParams.get("force_login"), "true");
  assert.match(left.searchParams.get("oauth_token") ?? "", /^request-1-/);
});

test("parameters go by the provider's own names", async (t) => {
  class Renamed extends ExampleOAuth1 {
    override readonly oauthTokenParameterName = "token";
    override readonly redirectUriParameterName = "oauth_callback";
  }
  const provider = await startOAuth1Provider(t);
  const { url: left } = await departure(bound(new Renamed(oauth1Settings(provider))));
  assert.deepEqual([...left.searchParams.keys()], ["token", "oauth_callback"]);
});

test("plain http is for the backend's own endpoints only", async (t) => {
  const provider = await startOAuth1Provider(t);
  class Elsewhere extends ExampleOAuth1 {
    override readonly requestTokenUrl: string = "http://127.0.0.1:1/request_token";
  }
  const backend = bound(new Elsewhere(oauth1Settings(provider)));
  for (const [address, may] of [
    ["https://anywhere.example.net/", true],
    [provider.origin, true],
    ["http://127.0.0.1:1/profile", true],
    ["http://127.0.0.1:2/", false],
  ] as const) {
    assert.equal(backend.mayRequest(new URL(address)), may, address);
  }
});

/** A backend whose profile comes in another format. */
abstract class Formatted extends BaseOAuth1<
  { readonly id: string | undefined },
  OAuth1Settings & { readonly url?: string }
> {
  override readonly name: string = "example";
  override readonly requestTokenUrl: string = "{url}/request_token";
  override readonly authorizationUrl: string = "{url}/authorize";
  override readonly accessTokenUrl: string = "{url}/access_token";

  protected profile(tokens: Tokens, http: Http, now: Date) {
    return this.oauthRequest(tokens, http, { url: this.fillIn("{url}/me", "profile") }, now);
  }

  override getUserDetails(): UserDetails {
    return { emailVerified: false };
  }
}

class FormProfile extends Formatted {
  override async userData(tokens: Tokens, http: Http, now: Date) {
    return { id: this.asForm(await this.profile(tokens, http, now)).id };
  }
}

class XmlProfile extends Formatted {
  override async userData(tokens: Tokens, http: Http, now: Date) {
    return { id: childOf(this.asXml(await this.profile(tokens, http, now)), "id")?.text };
  }
}

for (const [format, backend, body] of [
  ["a form", FormProfile, "id=7&name=Ada+Lovelace&email=ada%40example.net"],
  ["XML", XmlProfile, "<person><id>7</id></person>"],
] as const) {
  test(`a profile may be ${format}`, async (t) => {
    const provider = await startOAuth1Provider(t);
    provider.on("/me", { body });
    const { uid } = await identityFrom(bound(new backend(oauth1Settings(provider))));
    assert.equal(uid, "7");
    const [request] = provider.to("/me");
    assert.match(saidBy(request ?? assert.fail()).oauth_token ?? "", /^access-/);
  });

  for (const other of ["", "<html><p>secret-words</html>", '{"id":"7"}', "id=1&id=2"]) {
    test(`"${other}" is no profile where ${format} is expected`, async (t) => {
      const provider = await startOAuth1Provider(t);
      provider.on("/me", { body: other });
      const error = await failureOf(identityFrom(bound(new backend(oauth1Settings(provider)))));
      assert.deepEqual([error.code, error.stage], ["answer_invalid", "profile"]);
      assert.match(error.message, new RegExp(`^example: expected ${format} and got status 200`));
      assert.doesNotMatch(String(error.cause) + error.message, /secret-words/);
    });
  }
}
