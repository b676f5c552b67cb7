import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { PeeringDBOAuth2, type PeeringDBProfile } from "../../src/backends/peeringdb.ts";
import { bound, departure, failureOf, httpFor, identityFrom, now } from "../backend.ts";
import { client, startProvider } from "../provider.ts";

const joe = {
  id: 1234,
  given_name: "Joe",
  family_name: "Bloggs",
  name: "Joe Bloggs",
  verified_user: true,
  email: "joe@example.net",
  verified_email: true,
  networks: [{ id: 20, name: "Example Net", asn: 64496, perms: 15, manage_peering_sessions: 1 }],
  amr: ["pwd", "otp", "mfa"],
};

async function startPeeringDB(t: TestContext, profile: object = joe) {
  const provider = await startProvider(t);
  const paths = { "/oauth2/authorize/": "/authorize", "/oauth2/token/": "/token" };
  for (const [path, standard] of Object.entries(paths)) {
    provider.on(path, (request) => provider.standard({ ...request, path: standard }));
  }
  provider.on("/profile/v1", { body: profile });
  const settings = { clientId: client.id, clientSecret: client.secret, url: provider.origin };
  return { provider, backend: bound(new PeeringDBOAuth2(settings)) };
}

test("production's addresses and the four scopes are the default", async () => {
  const { url } = await departure(bound(new PeeringDBOAuth2({ clientId: "me" })));
  assert.equal(url.origin + url.pathname, "https://auth.peeringdb.com/oauth2/authorize/");
  assert.equal(url.searchParams.get("scope"), "profile email networks amr");
  assert.equal(url.searchParams.get("code_challenge_method"), "S256");
});

for (const url of ["https://beta.example", "https://beta.example/"]) {
  test(`the setting url (${url}) moves every address`, async (t) => {
    const backend = bound(new PeeringDBOAuth2({ clientId: "me", url }));
    const { url: location } = await departure(backend);
    assert.equal(location.origin + location.pathname, "https://beta.example/oauth2/authorize/");
    const { provider, backend: moved } = await startPeeringDB(t);
    await identityFrom(moved);
    assert.deepEqual(
      provider.requests.map(({ path }) => path),
      ["/oauth2/authorize/", "/oauth2/token/", "/profile/v1"],
    );
  });
}

test("the environment can move it, too", async () => {
  const variables = {
    SOCIAL_AUTH_PEERINGDB_KEY: "me",
    SOCIAL_AUTH_PEERINGDB_URL: "https://beta.example",
  };
  const { url } = await departure(bound(new PeeringDBOAuth2(), variables));
  assert.equal(url.host, "beta.example");
});

test("the secret goes into the form, for PeeringDB takes Basic for a user's password", async (t) => {
  const { provider, backend } = await startPeeringDB(t);
  await identityFrom(backend);
  const [request] = provider.to("/oauth2/token/");
  assert.equal(request?.method, "POST");
  assert.equal(request?.headers.authorization, undefined);
  assert.equal(request?.form.get("client_secret"), client.secret);
});

test("a verified person is known by their id and nothing else", async (t) => {
  const { backend } = await startPeeringDB(t);
  const identity = await identityFrom(backend);
  assert.equal(identity.uid, "1234");
  assert.deepEqual(identity.details, {
    username: "Joe",
    email: "joe@example.net",
    emailVerified: true,
    fullName: "Joe Bloggs",
    firstName: "Joe",
    lastName: "Bloggs",
  });
  assert.deepEqual(identity.amr, ["pwd", "otp", "mfa"]);
  assert.deepEqual(identity.extraData, { networks: joe.networks, amr: joe.amr });
});

for (const [what, change] of [
  ["missing", { id: undefined }],
  ["null", { id: null }],
  ["in sub only", { id: undefined, sub: "1234" }],
] as const) {
  test(`an id that is ${what} is refused`, async (t) => {
    const { backend } = await startPeeringDB(t, { ...joe, ...change });
    assert.equal((await failureOf(identityFrom(backend))).code, "uid_missing");
  });
}

for (const field of ["verified_user", "verified_email"] as const) {
  for (const value of [false, null, undefined, 1, "true", "True", {}]) {
    test(`${field} of ${JSON.stringify(value)} is not enough`, async (t) => {
      const { backend } = await startPeeringDB(t, { ...joe, [field]: value });
      const failure = await failureOf(identityFrom(backend));
      assert.deepEqual([failure.code, failure.stage], ["account_unverified", "identity"]);
      assert.equal(failure.status, 403);
      assert.match(failure.message, new RegExp(`${field} is not true`));
    });
  }
}

test("OpenID Connect's email_verified does not stand in for verified_email", async (t) => {
  const profile = { ...joe, verified_email: undefined, email_verified: true };
  const { backend } = await startPeeringDB(t, profile);
  assert.equal((await failureOf(identityFrom(backend))).code, "account_unverified");
});

test("a name that is one blank is none", async (t) => {
  const { backend } = await startPeeringDB(t, {
    ...joe,
    name: " ",
    given_name: "",
    family_name: "",
  });
  const { details } = await identityFrom(backend);
  assert.deepEqual([details.fullName, details.firstName, details.lastName], ["", "", ""]);
});

test("how the person signed in is a set: neither order nor repetition counts", async (t) => {
  const { backend } = await startPeeringDB(t, { ...joe, amr: ["swk", "swk", 7, "mfa"] });
  const { amr, response } = await identityFrom(backend);
  assert.deepEqual(amr, ["swk", "mfa"]);
  assert.deepEqual((response as PeeringDBProfile).amr, new Set(["swk", "mfa"]));
});

for (const [amr, expected] of [
  [undefined, undefined],
  [null, undefined],
  ["mfa", undefined],
  [[], []],
] as const) {
  test(`an amr of ${JSON.stringify(amr)} is kept apart as ${JSON.stringify(expected)}`, async (t) => {
    const { backend } = await startPeeringDB(t, { ...joe, amr });
    assert.deepEqual((await identityFrom(backend)).amr, expected);
  });
}

test("403 with an empty body says that the token is no longer good", async (t) => {
  const { provider, backend } = await startPeeringDB(t);
  provider.on("/profile/v1", { status: 403 });
  const failure = await failureOf(identityFrom(backend));
  assert.deepEqual([failure.code, failure.stage], ["token_refused", "profile"]);
});

test("a refresh brings a new pair", async (t) => {
  const { backend } = await startPeeringDB(t);
  const { tokens } = await identityFrom(backend);
  const renewed = await backend.refreshToken(tokens?.refreshToken ?? "", httpFor(backend), now);
  assert.equal(renewed.scope, "profile email networks amr");
  assert.notEqual(renewed.accessToken, tokens?.accessToken);
  assert.notEqual(renewed.refreshToken, tokens?.refreshToken);
});

test("a refresh that succeeds without a scope says that access was withdrawn", async (t) => {
  const { provider, backend } = await startPeeringDB(t);
  const { tokens } = await identityFrom(backend);
  provider.tokenExtras = { scope: "" };
  const again = backend.refreshToken(tokens?.refreshToken ?? "", httpFor(backend), now);
  assert.equal((await failureOf(again)).code, "token_revoked");
});
