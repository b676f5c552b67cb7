import assert from "node:assert/strict";
import { test } from "node:test";
import type { Arrival } from "../../../src/backend.ts";
import { TwitterOAuth } from "../../../src/backends/twitter.ts";
import type { Http, HttpRequest } from "../../../src/http.ts";
import type { Tokens } from "../../../src/identity.ts";
import { failuresOf, fixtureOf } from "../failures.ts";

const fixture = fixtureOf("twitter");
const identifies = "finds out who came back";

test("a signature with the wrong secret is found", async () => {
  class Unsigned extends TwitterOAuth {
    override oauthRequest(tokens: Tokens, http: Http, request: HttpRequest, now?: Date) {
      return super.oauthRequest({ ...tokens, tokenSecret: "" }, http, request, now);
    }
  }
  const failures = await failuresOf((settings) => new Unsigned(settings), fixture);
  assert.match(failures.get(identifies) ?? "", /verify_credentials.*: its signature/);
});

test("another way to sign is found", async () => {
  class Plain extends TwitterOAuth {
    override readonly signatureMethod = "PLAINTEXT";
  }
  const failures = await failuresOf((settings) => new Plain(settings), fixture);
  assert.match(failures.get(identifies) ?? "", /what it is signed with.*HMAC-SHA1.*PLAINTEXT/s);
});

test("a request token that nobody compares is found", async () => {
  class Credulous extends TwitterOAuth {
    override authComplete(arrival: Arrival) {
      arrival.callback.set("oauth_token", String(arrival.keep.token));
      return super.authComplete(arrival);
    }
  }
  const failures = await failuresOf((settings) => new Credulous(settings), fixture);
  assert.deepEqual(
    [...failures.keys()],
    [
      "refuses the token of another login before it asks anything",
      "refuses a callback without a token before it asks anything",
    ],
  );
});

test("the protocol of before the mending is found", async () => {
  class Old extends TwitterOAuth {
    override readonly oauthVersion = "1.0";
  }
  const failures = await failuresOf((settings) => new Old(settings), fixture);
  assert.deepEqual(
    [...failures.keys()],
    ["does not leave with a request token whose callback is not confirmed"],
  );
});

for (const [signatureMethod, clientSecret] of [
  ["HMAC-SHA256", "hush-client-secret"],
  ["PLAINTEXT", "hush-client-secret"],
  ["RSA-SHA1", await privateKey()],
] as const) {
  test(`a login that is signed with ${signatureMethod} passes`, async () => {
    class Signing extends TwitterOAuth {
      override readonly signatureMethod = signatureMethod;
    }
    const signed = JSON.stringify(fixture).replaceAll("HMAC-SHA1", signatureMethod);
    const settings = { ...fixture.settings, clientSecret };
    const failures = await failuresOf((given) => new Signing(given), {
      ...JSON.parse(signed),
      settings,
    });
    assert.deepEqual(failures, new Map());
  });
}

async function privateKey(): Promise<string> {
  const algorithm = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-1" };
  const size = { modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) };
  const { privateKey } = await crypto.subtle.generateKey({ ...algorithm, ...size }, true, [
    "sign",
    "verify",
  ]);
  const der = Buffer.from(await crypto.subtle.exportKey("pkcs8", privateKey)).toString("base64");
  return `-----BEGIN PRIVATE KEY-----\n${der}\n-----END PRIVATE KEY-----\n`;
}
