import assert from "node:assert/strict";
import { test } from "node:test";
import { OidcAuth } from "../../src/backends/oidc.ts";
import { bound } from "../backend.ts";
import { identityAt } from "../oidc/identity-at.ts";
import { person } from "../oidc/misbehaving-provider.ts";
import { client } from "../provider.ts";

// What it does in a login is in test/protocols/openid-connect*.test.ts.

test("a provider is found by its issuer, and a person is known by its sub alone", async (t) => {
  const issuer = "https://login.example.net/tenant";
  const backend = bound(new OidcAuth(), {
    SOCIAL_AUTH_OIDC_KEY: client.id,
    SOCIAL_AUTH_OIDC_SECRET: client.secret,
    SOCIAL_AUTH_OIDC_OIDC_ENDPOINT: issuer,
  });
  const { identity } = await identityAt(t, backend, issuer);
  assert.equal(identity.provider, "oidc");
  assert.equal(identity.uid, person.sub);
});
