import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { exportPKCS8, generateKeyPair, jwtVerify } from "jose";
import { AppleIdAuth, type AppleSettings } from "../../src/backends/apple.ts";
import { bound, now } from "../backend.ts";
import { inPlaceOf } from "../oidc/identity-at.ts";
import { fieldsOf } from "../oidc/independent-provider.ts";
import {
  type Misbehaviour,
  makeKey,
  OpenIdProvider,
  person,
  signed,
} from "../oidc/misbehaving-provider.ts";
import { client, type Recorded } from "../provider.ts";
import { codeOf, startSite } from "../site.ts";

// Apple as its documentation has it: the paths, the secret that is a JWT, the posted answer.
// https://developer.apple.com/documentation/signinwithapplerestapi/request-an-authorization-to-the-sign-in-with-apple-server.
// https://developer.apple.com/documentation/signinwithapplerestapi/generate-and-validate-tokens
// https://developer.apple.com/documentation/signinwithapplejs/authorizationi/id_token

const apple = "https://appleid.apple.com";
const keys = [await makeKey("apples-key")];
const ours = await generateKeyPair("ES256", { extractable: true });
const another = await generateKeyPair("ES256", { extractable: true });
const settings: AppleSettings = {
  clientId: client.id,
  teamId: "DEF123GHIJ",
  clientKeyId: "ABC123DEFG",
  clientKey: await exportPKCS8(ours.privateKey),
};

/** What the id_token says, which has no names; UserInfo does not exist. */
const usual = { email: "ada@example.net", email_verified: "true", is_private_email: "false" };

/** The person signs in, and the answer is posted with these fields besides the code. */
async function signIn(t: TestContext, { wrong = {}, posted = {}, more = {} }: Partial<Case> = {}) {
  const site = await startSite(t, {
    backends: () => [new AppleIdAuth({ ...settings, ...more })],
    fetch: (url, init) => fetch(String(url).replace(apple, site.provider.origin), init),
  });
  const { provider } = site;
  const openId = new OpenIdProvider(provider, keys, { issuer: apple, now: () => site.clock.now });
  openId.behave({ ...wrong, claims: { ...usual, ...wrong.claims } });
  provider.on("/auth/authorize", openId.answers["/authorize"]);
  provider.on("/auth/keys", openId.answers["/jwks"]);
  provider.on("/auth/token", async (request) => {
    const known = await isOurs(request, site.clock.now);
    return known
      ? openId.answers["/token"](known)
      : { status: 400, body: { error: "invalid_client" } };
  });
  const { here } = inPlaceOf(apple, provider);

  const browser = site.browser();
  const departure = (await browser.get("/auth/login/apple-id")).headers.get("location") ?? "";
  const answer = await fetch(here(departure), { redirect: "manual" });
  const back = new URL(answer.headers.get("location") ?? "");
  const form = new URLSearchParams([...back.searchParams, ...Object.entries(posted)]);
  const path = back.pathname;
  const crossSite = { "sec-fetch-site": "cross-site", origin: apple };
  const page = await (await browser.send("POST", path, crossSite, form)).text();
  const done = await browser.post(path, undefined, fieldsOf(page));
  const code = done.status === 303 ? undefined : await codeOf(done);
  const association = await site.storage.associations.find("apple-id", person.sub);
  const user = association && (await site.storage.users.find(association.userId));
  return { departure: new URL(departure), provider, association, user, code };
}

interface Case {
  readonly wrong: Misbehaviour;
  readonly posted: Readonly<Record<string, string>>;
  readonly more: AppleSettings;
}

/** The token request with the secret that the plain provider knows, if ours proved itself. */
async function isOurs(request: Recorded, currentDate: Date): Promise<Recorded | undefined> {
  const { payload, protectedHeader } = await jwtVerify(
    request.form.get("client_secret") ?? "",
    ours.publicKey,
    { audience: apple, issuer: "DEF123GHIJ", subject: client.id, currentDate },
  ).catch(() => ({ payload: undefined, protectedHeader: undefined }));
  if (!payload?.exp || !payload.iat || payload.exp - payload.iat > 15_777_000) return undefined;
  assert.deepEqual(protectedHeader, { alg: "ES256", kid: "ABC123DEFG" });
  const form = new URLSearchParams(request.form);
  form.set("client_secret", client.secret);
  return { ...request, form };
}

const names = JSON.stringify({
  name: { firstName: "Ada", lastName: "Lovelace" },
  email: "victim@example.org",
});

test("a person signs in; the names are posted, the address is the id_token's", async (t) => {
  const { departure, user, association, code } = await signIn(t, { posted: { user: names } });
  assert.equal(code, undefined);
  assert.equal(departure.origin + departure.pathname, `${apple}/auth/authorize`);
  assert.equal(departure.searchParams.get("response_mode"), "form_post");
  assert.equal(departure.searchParams.get("scope"), "openid name email");
  assert.match(departure.searchParams.get("nonce") ?? "", /^[\w-]{43}$/);
  assert.equal(association?.uid, person.sub);
  assert.deepEqual(
    [user?.email, user?.emailVerified, user?.firstName, user?.lastName, user?.fullName],
    ["ada@example.net", true, "Ada", "Lovelace", "Ada Lovelace"],
  );
});

for (const [what, posted] of [
  ["nothing", {}],
  ["what is no JSON", { user: "{" }],
  ["a list", { user: "[]" }],
  ["names that are none", { user: '{"name":{"firstName":1,"lastName":{}}}' }],
] as const) {
  test(`where ${what} is posted, the person gets in without names`, async (t) => {
    const { user, code } = await signIn(t, { posted });
    assert.equal(code, undefined);
    assert.equal(user?.email, "ada@example.net");
    assert.ok(!user?.fullName);
  });
}

test("a posted address is no address, also where the id_token has none", async (t) => {
  const claims = { email: undefined, email_verified: undefined };
  const { user } = await signIn(t, { wrong: { claims }, posted: { user: names } });
  assert.ok(user);
  assert.ok(!user.email);
});

for (const [said, verified] of [
  [true, true],
  ["true", true],
  [false, false],
  ["false", false],
  [undefined, false],
] as const) {
  test(`email_verified ${JSON.stringify(said)} is ${verified}`, async (t) => {
    const { user } = await signIn(t, { wrong: { claims: { email_verified: said } } });
    assert.equal(user?.emailVerified, verified);
  });
}

test("an address of the relay is taken as it is", async (t) => {
  const email = "dpdcnf87nu@privaterelay.appleid.com";
  const claims = { email, email_verified: true, is_private_email: true };
  const { user } = await signIn(t, { wrong: { claims } });
  assert.deepEqual([user?.email, user?.emailVerified], [email, true]);
});

const forged = await makeKey("apples-key");
const refused: Readonly<Record<string, Misbehaviour>> = {
  "that another key signed": { sign: (claims) => signed(claims, forged) },
  "of the issuer that the discovery document once named": {
    claims: { iss: "https://account.apple.com" },
  },
  "for another application": { claims: { aud: "com.example.other" } },
  "for another login": { claims: { nonce: "another" } },
  "without a nonce": { claims: { nonce: undefined } },
  "without a subject": { claims: { sub: undefined } },
};
for (const [what, wrong] of Object.entries(refused)) {
  test(`an id_token ${what} is refused`, async (t) => {
    assert.equal((await signIn(t, { wrong })).code, "id_token_invalid");
  });
}

test("an id_token that is posted beside the code is not looked at", async (t) => {
  const posted = { id_token: await signed({ iss: apple, sub: "another" }, forged) };
  const { association } = await signIn(t, { posted });
  assert.equal(association?.uid, person.sub);
});

test("another team's key is refused by Apple", async (t) => {
  const more = { clientKey: await exportPKCS8(another.privateKey) };
  assert.equal((await signIn(t, { more })).code, "client_refused");
});

test("a person who refuses is told so", async (t) => {
  const wrong: Misbehaviour = {
    callback: (parameters) => {
      parameters.delete("code");
      parameters.set("error", "user_cancelled_authorize");
    },
  };
  const { code, provider } = await signIn(t, { wrong });
  assert.equal(code, "access_denied");
  assert.equal(provider.to("/auth/token").length, 0);
});

test("tokens are taken back with a secret of their own", async (t) => {
  const { provider } = await signIn(t);
  provider.on("/auth/revoke", async (request) => ({
    status: (await isOurs(request, now)) ? 200 : 401,
  }));
  const backend = bound(new AppleIdAuth(settings));
  const http = inPlaceOf(apple, provider).httpFor(backend);
  assert.equal(await backend.revokeToken("a token", http, now), true);
  assert.equal(provider.to("/auth/revoke")[0]?.form.get("token"), "a token");
});

const environment = {
  SOCIAL_AUTH_APPLE_ID_CLIENT: "com.example.portal",
  SOCIAL_AUTH_APPLE_ID_TEAM: "DEF123GHIJ",
  SOCIAL_AUTH_APPLE_ID_KEY: "ABC123DEFG",
  SOCIAL_AUTH_APPLE_ID_SECRET: settings.clientKey?.replaceAll("\n", "\\n"),
};

test("the settings have python-social-auth's names", () => {
  bound(new AppleIdAuth(), environment);
});

for (const name of Object.keys(environment)) {
  test(`without ${name} it does not start`, () => {
    assert.throws(() => bound(new AppleIdAuth(), { ...environment, [name]: undefined }), {
      code: "settings_invalid",
      message: new RegExp(name),
    });
  });
}
