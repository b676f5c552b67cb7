import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { MicrosoftOpenIdConnect, type MicrosoftSettings } from "../../src/backends/microsoft.ts";
import { bound, failureOf, now } from "../backend.ts";
import { inPlaceOf } from "../oidc/identity-at.ts";
import {
  type Misbehaviour,
  makeKey,
  OpenIdProvider,
  signed,
} from "../oidc/misbehaving-provider.ts";
import { client } from "../provider.ts";
import { codeOf, startSite } from "../site.ts";

// Entra as its documentation has it: one document for several tenants, whose issuer is a
// template and whose keys are everybody's, and one for each tenant.
// https://learn.microsoft.com/en-us/entra/identity-platform/access-tokens#validate-the-issuer

const acme = "11111111-2222-4333-8444-555555555555";
const other = "99999999-2222-4333-8444-555555555555";
const consumers = "9188040d-6c67-4c5b-b112-36a304b66dad";
const oid = "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee";
const [acmeKey, sharedKey] = await Promise.all([makeKey("acme's"), makeKey("everybody's")]);

interface Case {
  readonly settings: MicrosoftSettings;
  readonly wrong: Misbehaviour;
  /** The tenant that issues the id_token. */
  readonly tenant: string;
  readonly host: string;
}

/** Entra with a tenant, and an application that asks it. */
async function start(t: TestContext, { settings = {}, wrong = {}, ...more }: Partial<Case> = {}) {
  const { tenant = acme, host = "login.microsoftonline.com" } = more;
  const entra = `https://${host}`;
  const known = { clientId: client.id, clientSecret: client.secret, ...settings };
  const site = await startSite(t, {
    backends: () => [new MicrosoftOpenIdConnect(known)],
    fetch: (url, init) => fetch(String(url).replace(entra, site.provider.origin), init),
  });
  const { provider } = site;
  const issuer = `${entra}/${tenant}/v2.0`;
  const openId = new OpenIdProvider(provider, [acmeKey], { issuer, now: () => site.clock.now });
  const claims = { tid: tenant, oid, name: "Ada Lovelace", preferred_username: "ada@acme.example" };
  openId.behave({
    metadata: () => ({ authorization_response_iss_parameter_supported: undefined }),
    callback: (parameters) => parameters.delete("iss"),
    ...wrong,
    claims: { ...claims, ...wrong.claims },
  });
  for (const [several, named] of Object.entries({
    common: "{tenantid}",
    organizations: "{tenantid}",
    consumers,
  })) {
    const shared = `${entra}/${several}`;
    provider.on(`/${several}/v2.0/.well-known/openid-configuration`, {
      body: {
        issuer: `${entra}/${named}/v2.0`,
        authorization_endpoint: `${shared}/oauth2/v2.0/authorize`,
        token_endpoint: `${shared}/oauth2/v2.0/token`,
        jwks_uri: `${shared}/discovery/v2.0/keys`,
      },
    });
    provider.on(`/${several}/oauth2/v2.0/authorize`, openId.answers["/authorize"]);
    provider.on(`/${several}/oauth2/v2.0/token`, openId.answers["/token"]);
    provider.on(`/${several}/discovery/v2.0/keys`, { body: { keys: [sharedKey.jwk] } });
  }

  async function signIn() {
    const browser = site.browser();
    const departure = (await browser.get("/auth/login/microsoft")).headers.get("location") ?? "";
    const answer = await fetch(departure.replace(entra, provider.origin), { redirect: "manual" });
    const back = answer.headers.get("location") ?? "";
    const done = await browser.send("GET", back, { "sec-fetch-site": "cross-site" });
    const code = done.status === 303 ? undefined : await codeOf(done);
    const association = await site.storage.associations.find("microsoft", `${tenant}.${oid}`);
    const user = association && (await site.storage.users.find(association.userId));
    return { departure: new URL(departure), code, association, user };
  }
  const asked = () => provider.requests.map(({ path }) => path);
  return { site, signIn, asked, openId, provider };
}

async function signIn(t: TestContext, given: Partial<Case> = {}) {
  return (await start(t, given)).signIn();
}

test("a person of any tenant signs in, by the tenant's own document and keys", async (t) => {
  const { signIn, asked } = await start(t);
  const { departure, association, user } = await signIn();
  assert.equal(departure.pathname, "/common/oauth2/v2.0/authorize");
  assert.equal(association?.provider, "microsoft");
  assert.deepEqual([user?.username, user?.fullName], ["ada@acme.example", "Ada Lovelace"]);
  assert.ok(asked().includes(`/${acme}/v2.0/.well-known/openid-configuration`));
  assert.equal(asked().includes("/common/discovery/v2.0/keys"), false);
  assert.equal(
    asked().some((path) => path.endsWith("/userinfo")),
    false,
  );
});

test("each tenant's document and keys are asked once in ten minutes", async (t) => {
  const { signIn, asked } = await start(t);
  await signIn();
  const first = asked().length;
  assert.equal((await signIn()).association?.provider, "microsoft");
  const later = asked().slice(first);
  assert.deepEqual(later, ["/common/oauth2/v2.0/authorize", "/common/oauth2/v2.0/token"]);
});

test("one organization's people sign in by its GUID", async (t) => {
  const { signIn, asked } = await start(t, { settings: { tenantId: acme } });
  assert.equal((await signIn()).association?.provider, "microsoft");
  assert.equal(
    asked().some((path) => path.startsWith("/common")),
    false,
  );
});

test("personal accounts sign in, alone or with everybody", async (t) => {
  const alone = await start(t, { settings: { tenantId: "consumers" }, tenant: consumers });
  alone.provider.on("/consumers/discovery/v2.0/keys", alone.openId.answers["/jwks"]);
  assert.equal((await alone.signIn()).association?.provider, "microsoft");
  assert.equal((await signIn(t, { tenant: consumers })).association?.provider, "microsoft");
});

test("a national cloud has a host of its own", async (t) => {
  const host = "login.microsoftonline.us";
  const { departure, association } = await signIn(t, { host, settings: { authorityHost: host } });
  assert.equal(departure.host, host);
  assert.equal(association?.provider, "microsoft");
});

for (const [what, settings, tenant] of [
  ["of a tenant that is not allowed", { allowedTenants: [other] }, acme],
  [
    "of a tenant that is not allowed, though listed for itself",
    { allowedTenants: [other], tenantId: acme },
    acme,
  ],
  ["that is personal, where only organizations' sign in", { tenantId: "organizations" }, consumers],
] as const) {
  test(`an account ${what} is refused`, async (t) => {
    assert.equal((await signIn(t, { settings, tenant })).code, "account_not_allowed");
  });
}

test("a tenant that is allowed gets in", async (t) => {
  const settings = { allowedTenants: [other, acme] };
  assert.equal((await signIn(t, { settings })).association?.provider, "microsoft");
});

const forged = await makeKey("acme's");
const refused: Readonly<Record<string, Partial<Case>>> = {
  "without a tenant": { wrong: { claims: { tid: undefined } } },
  "whose tenant is no GUID": { wrong: { claims: { tid: "common" } } },
  "whose tenant leads elsewhere": { wrong: { claims: { tid: `${acme}/../${other}` } } },
  "whose tenant is a list": { wrong: { claims: { tid: [acme] } } },
  "of another tenant than its issuer": {
    wrong: { claims: { iss: `https://login.microsoftonline.com/${other}/v2.0` } },
  },
  "of the template itself": {
    wrong: { claims: { iss: "https://login.microsoftonline.com/{tenantid}/v2.0" } },
  },
  "of the older endpoint": { wrong: { claims: { iss: `https://sts.windows.net/${acme}/` } } },
  "of another cloud": {
    wrong: { claims: { iss: `https://login.microsoftonline.us/${acme}/v2.0` } },
  },
  "of another tenant than the only one": {
    settings: { tenantId: acme },
    wrong: { claims: { tid: other } },
  },
  "that another key signed": { wrong: { sign: (claims) => signed(claims, forged) } },
  "that a key of another tenant signed": { wrong: { sign: (claims) => signed(claims, sharedKey) } },
  "for another application": { wrong: { claims: { aud: "another" } } },
  "for another login": { wrong: { claims: { nonce: "another" } } },
};
for (const [what, given] of Object.entries(refused)) {
  test(`an id_token ${what} is refused`, async (t) => {
    assert.equal((await signIn(t, given)).code, "id_token_invalid");
  });
}

test("a tenant whose document names another issuer is refused", async (t) => {
  const { signIn, provider } = await start(t);
  const issuer = `https://login.microsoftonline.com/${other}/v2.0`;
  provider.on(`/${acme}/v2.0/.well-known/openid-configuration`, { body: { issuer } });
  assert.equal((await signIn()).code, "discovery_failed");
});

for (const wrong of [undefined, "", "ada@acme.example", 7, oid.toUpperCase()]) {
  test(`an account whose oid is ${JSON.stringify(wrong)} is refused`, async (t) => {
    assert.equal((await signIn(t, { wrong: { claims: { oid: wrong } } })).code, "uid_missing");
  });
}

for (const [said, verified] of [
  [true, true],
  [1, true],
  [false, false],
  [0, false],
  ["true", false],
  ["1", false],
  [["1"], false],
  [undefined, false],
  [null, false],
] as const) {
  test(`an address with xms_edov ${JSON.stringify(said)} is verified: ${verified}`, async (t) => {
    const claims = { email: "ada@acme.example", xms_edov: said };
    const { user } = await signIn(t, { wrong: { claims } });
    assert.deepEqual([user?.email, user?.emailVerified], ["ada@acme.example", verified]);
  });
}

test("what else looks like a verified address is none", async (t) => {
  const claims = {
    preferred_username: "victim@example.org",
    upn: "victim@example.org",
    email_verified: true,
    xms_edov: true,
  };
  const { user } = await signIn(t, { wrong: { claims } });
  assert.ok(user);
  assert.ok(!user.email);
  assert.equal(user.emailVerified, false);
  const email = { email: "victim@example.org", email_verified: true };
  assert.equal((await signIn(t, { wrong: { claims: email } })).user?.emailVerified, false);
});

test("an account that changes its names and addresses stays the same", async (t) => {
  const { signIn, openId } = await start(t);
  const { association } = await signIn();
  const claims = { tid: acme, oid, sub: "another", preferred_username: "lovelace@acme.example" };
  openId.behave({ callback: (parameters) => parameters.delete("iss"), claims });
  assert.equal((await signIn()).association?.id, association?.id);
});

test("tokens are renewed with the tenant's keys, and stay the tenant's", async (t) => {
  const { signIn, openId, site } = await start(t);
  const { association } = await signIn();
  assert.ok(association);
  openId.behave({ refreshed: { tid: acme, oid } });
  assert.ok((await site.auth.refresh(association)).accessToken);
  openId.behave({ refreshed: { tid: other, oid } });
  const again = await site.storage.associations.find("microsoft", association.uid);
  assert.ok(again);
  const { code } = await failureOf(site.auth.refresh(again));
  assert.match(code, /^(id_token_invalid|discovery_failed)$/);
});

for (const [what, settings] of [
  ["a tenant by its name", { tenantId: "acme.example" }],
  ["a tenant in capitals", { tenantId: oid.toUpperCase() }],
  ["an allowed tenant by its name", { allowedTenants: ["acme.example"] }],
  ["UserInfo, whose address xms_edov says nothing of", { useUserinfo: true }],
] as const) {
  test(`it does not start with ${what}`, () => {
    assert.throws(() => bound(new MicrosoftOpenIdConnect({ clientId: "me", ...settings })), {
      code: "settings_invalid",
    });
  });
}

test("the settings come from the environment, too", async (t) => {
  const env = {
    SOCIAL_AUTH_MICROSOFT_KEY: "me",
    SOCIAL_AUTH_MICROSOFT_TENANT_ID: acme,
    SOCIAL_AUTH_MICROSOFT_ALLOWED_TENANTS: `${acme}, ${other}`,
  };
  const { provider } = await start(t);
  const backend = bound(new MicrosoftOpenIdConnect(), env);
  const { httpFor } = inPlaceOf("https://login.microsoftonline.com", provider);
  const context = { http: httpFor(backend), redirectUri: "https://x.example/", state: "s" };
  const { location } = await backend.authUrl({ ...context, data: {}, now });
  assert.equal(new URL(location).pathname, `/${acme}/v2.0/authorize`);
});
