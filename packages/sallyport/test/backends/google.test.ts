import assert from "node:assert/strict";
import { test } from "node:test";
import { GoogleOpenIdConnect } from "../../src/backends/google.ts";
import { bound } from "../backend.ts";
import { identityAt } from "../oidc/identity-at.ts";
import { person } from "../oidc/misbehaving-provider.ts";
import { client } from "../provider.ts";

const issuer = "https://accounts.google.com";
const google = () =>
  bound(new GoogleOpenIdConnect({ clientId: client.id, clientSecret: client.secret }));

test("a person is known by the sub, and by what stands before the @ of the address", async (t) => {
  const { identity } = await identityAt(t, google(), issuer, { preferred_username: undefined });
  assert.equal(identity.provider, "google-openidconnect");
  assert.equal(identity.uid, person.sub);
  assert.deepEqual(identity.details, {
    username: "ada",
    email: "ada@example.net",
    emailVerified: true,
    fullName: "Ada Lovelace",
    firstName: "Ada",
    lastName: "Lovelace",
  });
});

test("an address that Google has not verified is not taken for it", async (t) => {
  const { identity } = await identityAt(t, google(), issuer, { email_verified: false });
  assert.equal(identity.details.emailVerified, false);
});
