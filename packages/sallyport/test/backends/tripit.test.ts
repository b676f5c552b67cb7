import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { TripItOAuth } from "../../src/backends/tripit.ts";
import { bound, departure, failureOf, identityFrom, redirectUri } from "../backend.ts";
import { type OAuth1Provider, saidBy, startOAuth1Provider } from "../oauth1-provider.ts";
import { client } from "../provider.ts";

const settings = { clientId: client.id, clientSecret: client.secret };

// After python-social-auth's own test of this backend (social-core, tests/backends/test_tripit.py)
// and the profile on https://tripit.github.io/api/doc/v1/index.html.
const address = (email: string, isPrimary: boolean) =>
  `<ProfileEmailAddress><address>${email}</address><is_auto_import>false</is_auto_import>` +
  `<is_confirmed>true</is_confirmed><is_primary>${isPrimary}</is_primary></ProfileEmailAddress>`;
const profile = (addresses: string, ref = ' ref="VPNrwg9_2vW2j3DHX_pAzA"') =>
  `<?xml version="1.0" encoding="UTF-8"?><Response><timestamp>1363590451</timestamp>
  <num_bytes>1040</num_bytes><Profile${ref}>
    <ProfileEmailAddresses>${addresses}</ProfileEmailAddresses>
    <is_client>true</is_client><is_pro>false</is_pro><screen_name>foobar</screen_name>
    <public_display_name>Foo &amp; Bar</public_display_name>
    <profile_url>people/foobar</profile_url><home_city>Foo, Barland</home_city>
  </Profile></Response>`;
const both = address("old@example.net", false) + address("foobar@example.net", true);

async function startTripIt(
  t: TestContext,
): Promise<{ provider: OAuth1Provider; backend: TripItOAuth }> {
  const provider = await startOAuth1Provider(t);
  class Moved extends TripItOAuth {
    override readonly requestTokenUrl = `${provider.origin}/request_token`;
    override readonly authorizationUrl = `${provider.origin}/authorize`;
    override readonly accessTokenUrl = `${provider.origin}/access_token`;
    override readonly profileUrl = `${provider.origin}/v1/get/profile`;
  }
  provider.confirmation = {};
  provider.on("/v1/get/profile", { headers: { "content-type": "text/xml" }, body: profile(both) });
  return { provider, backend: bound(new Moved(settings)) };
}

test("requests go to TripIt's endpoints", () => {
  const backend = bound(new TripItOAuth(settings));
  assert.equal(backend.requestTokenUrl, "https://api.tripit.com/oauth/request_token");
  assert.equal(backend.authorizationUrl, "https://www.tripit.com/oauth/authorize");
  assert.equal(backend.accessTokenUrl, "https://api.tripit.com/oauth/access_token");
  assert.equal(backend.profileUrl, "https://api.tripit.com/v1/get/profile");
});

test("the callback's address goes to the authorization page", async (t) => {
  const { provider, backend } = await startTripIt(t);
  const { url } = await departure(backend);
  assert.equal(url.searchParams.get("oauth_callback"), redirectUri);
  assert.equal(provider.to("/request_token")[0]?.method, "POST");
});

test("a person is known by the profile's ref, and their primary address", async (t) => {
  const { provider, backend } = await startTripIt(t);
  const identity = await identityFrom(backend);
  assert.equal(identity.uid, "VPNrwg9_2vW2j3DHX_pAzA");
  assert.deepEqual(identity.details, {
    username: "foobar",
    email: "foobar@example.net",
    emailVerified: false,
    fullName: "Foo & Bar",
    firstName: "Foo",
    lastName: "& Bar",
  });
  assert.deepEqual(identity.extraData, { screen_name: "foobar" });
  const [asked] = provider.to("/v1/get/profile");
  assert.match(saidBy(asked ?? assert.fail()).oauth_token ?? "", /^access-/);
});

test("without a primary address there is none", async (t) => {
  const { provider, backend } = await startTripIt(t);
  provider.on("/v1/get/profile", { body: profile(address("old@example.net", false)) });
  assert.equal((await identityFrom(backend)).details.email, undefined);
});

for (const [what, body, code] of [
  ["without a ref", profile(both, ""), "uid_missing"],
  ["with an empty ref", profile(both, ' ref=""'), "uid_missing"],
  ["without a profile", "<Response/>", "uid_missing"],
  ["with a document type", `<!DOCTYPE Response>${profile(both).slice(38)}`, "answer_invalid"],
  ["of JSON", '{"Profile":{}}', "answer_invalid"],
] as const) {
  test(`an answer ${what} is refused`, async (t) => {
    const { provider, backend } = await startTripIt(t);
    provider.on("/v1/get/profile", { body });
    assert.equal((await failureOf(identityFrom(backend))).code, code);
  });
}
