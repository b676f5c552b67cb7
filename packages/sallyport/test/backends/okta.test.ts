import assert from "node:assert/strict";
import { test } from "node:test";
import { OktaOpenIdConnect } from "../../src/backends/okta.ts";
import { bound } from "../backend.ts";
import { identityAt } from "../oidc/identity-at.ts";
import { person } from "../oidc/misbehaving-provider.ts";
import { client } from "../provider.ts";

for (const oidcEndpoint of ["https://acme.okta.com", "https://acme.okta.com/oauth2/default"]) {
  test(`a person signs in at ${oidcEndpoint}, and is known by the sub`, async (t) => {
    const settings = { oidcEndpoint, clientId: client.id, clientSecret: client.secret };
    const backend = bound(new OktaOpenIdConnect(settings));
    const { identity } = await identityAt(t, backend, oidcEndpoint);
    assert.equal(identity.provider, "okta-openidconnect");
    assert.equal(identity.uid, person.sub);
    assert.equal(identity.details.username, person.preferred_username);
  });
}

test("without the issuer it does not start", () => {
  assert.throws(() => bound(new OktaOpenIdConnect({ clientId: "me" })), {
    code: "settings_invalid",
    message: /SOCIAL_AUTH_OKTA_OPENIDCONNECT_OIDC_ENDPOINT/,
  });
});
