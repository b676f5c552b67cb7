import assert from "node:assert/strict";
import { test } from "node:test";
import { KeycloakOpenIdConnect } from "../../src/backends/keycloak.ts";
import { bound } from "../backend.ts";
import { identityAt } from "../oidc/identity-at.ts";
import { person } from "../oidc/misbehaving-provider.ts";
import { client } from "../provider.ts";

test("a person signs in at a realm, and is known by the sub", async (t) => {
  const backend = bound(new KeycloakOpenIdConnect(), {
    SOCIAL_AUTH_KEYCLOAK_KEY: client.id,
    SOCIAL_AUTH_KEYCLOAK_SECRET: client.secret,
    SOCIAL_AUTH_KEYCLOAK_URL: "https://keys.example.net/",
    SOCIAL_AUTH_KEYCLOAK_REALM: "members",
  });
  const { identity, provider } = await identityAt(
    t,
    backend,
    "https://keys.example.net/realms/members",
  );
  assert.equal(identity.uid, person.sub);
  assert.equal(identity.details.username, person.preferred_username);
  assert.equal(provider.to("/realms/members/token").length, 1);
});

test("without the realm it does not start", () => {
  const settings = { clientId: "me", url: "https://keys.example.net" };
  assert.throws(() => bound(new KeycloakOpenIdConnect(settings)), {
    message: /SOCIAL_AUTH_KEYCLOAK_REALM/,
  });
});
