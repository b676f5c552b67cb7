import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { TwitterOAuth } from "../../src/backends/twitter.ts";
import { bound, failureOf, identityFrom, redirectUri } from "../backend.ts";
import { type OAuth1Provider, saidBy, startOAuth1Provider } from "../oauth1-provider.ts";
import { client } from "../provider.ts";

const settings = { clientId: client.id, clientSecret: client.secret };

// What https://developer.x.com/en/docs/twitter-api/v1/accounts-and-users/manage-account-settings/api-reference/get-account-verify_credentials
// answers, in part. The number is what JSON makes of an id of today.
const user = {
  id: 1234567890123456800,
  id_str: "1234567890123456789",
  name: "Ada King Lovelace",
  screen_name: "ada",
  email: "ada@example.net",
  verified: false,
};

async function startX(
  t: TestContext,
): Promise<{ provider: OAuth1Provider; backend: TwitterOAuth }> {
  const provider = await startOAuth1Provider(t);
  class Moved extends TwitterOAuth {
    override readonly requestTokenUrl = `${provider.origin}/request_token`;
    override readonly authorizationUrl = `${provider.origin}/authorize`;
    override readonly accessTokenUrl = `${provider.origin}/access_token`;
    override readonly profileUrl = `${provider.origin}/verify_credentials.json`;
  }
  provider.tokenExtras = { user_id: user.id_str, screen_name: user.screen_name };
  provider.on("/verify_credentials.json", { body: user });
  return { provider, backend: bound(new Moved(settings)) };
}

test("requests go to X's endpoints", () => {
  const backend = bound(new TwitterOAuth(settings));
  assert.equal(backend.requestTokenUrl, "https://api.x.com/oauth/request_token");
  assert.equal(backend.authorizationUrl, "https://api.x.com/oauth/authenticate");
  assert.equal(backend.accessTokenUrl, "https://api.x.com/oauth/access_token");
  assert.equal(backend.profileUrl, "https://api.x.com/1.1/account/verify_credentials.json");
  assert.equal(backend.variable("clientId"), "SOCIAL_AUTH_TWITTER_KEY");
});

test("a person is known by the id as text, since X's numbers are too large for JSON", async (t) => {
  const { provider, backend } = await startX(t);
  const identity = await identityFrom(backend);
  assert.equal(identity.uid, "1234567890123456789");
  assert.deepEqual(identity.details, {
    username: "ada",
    email: "ada@example.net",
    emailVerified: true,
    fullName: "Ada King Lovelace",
    firstName: "Ada",
    lastName: "King Lovelace",
  });
  assert.deepEqual(identity.extraData, { id: "1234567890123456789", screen_name: "ada" });

  const [requested] = provider.to("/request_token");
  assert.equal(requested?.method, "POST");
  assert.equal(saidBy(requested ?? assert.fail()).oauth_callback, redirectUri);
  const [asked] = provider.to("/verify_credentials.json");
  assert.equal(asked?.query.get("include_email"), "true");
});

for (const [what, email] of [
  ["null, as it is where it is not verified", null],
  ["missing, where the application may not ask for it", undefined],
  ["empty", ""],
] as const) {
  test(`an e-mail address that is ${what}, is none`, async (t) => {
    const { provider, backend } = await startX(t);
    provider.on("/verify_credentials.json", { body: { ...user, email } });
    const { details } = await identityFrom(backend);
    assert.deepEqual([details.email, details.emailVerified], [undefined, false]);
  });
}

test("a profile without the id as text is refused", async (t) => {
  const { provider, backend } = await startX(t);
  provider.on("/verify_credentials.json", { body: { ...user, id_str: undefined } });
  assert.equal((await failureOf(identityFrom(backend))).code, "uid_missing");
});
