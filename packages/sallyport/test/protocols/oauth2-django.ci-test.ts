import assert from "node:assert/strict";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { after, before, type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import type { Arrival, BaseAuth } from "../../src/backend.ts";
import type { JsonObject, UserDetails } from "../../src/identity.ts";
import { BaseOAuth2, type OAuth2Settings } from "../../src/protocols/oauth2.ts";
import { OpenIdConnectAuth } from "../../src/protocols/openid-connect.ts";
import { textOf } from "../../src/protocols/profile.ts";
import { failureOf, httpFor } from "../backend.ts";
import type { Browser } from "../browser.ts";
import { codeOf, type Site, startSite } from "../site.ts";

// Against a provider built on Debian's python3-django-oauth-toolkit, which PeeringDB is built on,
// too: apt-get install python3-django-oauth-toolkit. What Debian 12's 1.7 lacks: discovery without
// a slash at the end, for which the program has an address of its own, and word of PKCE in it.
const program = fileURLToPath(new URL("../servers/django-oauth-toolkit.py", import.meta.url));
// Debian's own Python, which has Debian's packages.
const python = "/usr/bin/python3";
const client = { clientId: "the-client", clientSecret: "the-client-secret" };

class DjangoOAuth2 extends BaseOAuth2<JsonObject, OAuth2Settings & { readonly url?: string }> {
  override readonly name: string = "django";
  override readonly authorizationUrl: string = "{url}/o/authorize/";
  override readonly accessTokenUrl: string = "{url}/o/token/";
  override readonly revokeTokenUrl: string = "{url}/o/revoke_token/";
  override readonly userDataUrl: string = "{url}/profile";
  override readonly defaultScope: readonly string[] = ["profile"];

  override getUserDetails({ login, email, name }: JsonObject): UserDetails {
    const [username, fullName] = [textOf(login), textOf(name)];
    return { username, email: textOf(email), emailVerified: true, fullName };
  }
}

class DjangoOidc extends OpenIdConnectAuth {
  override readonly name: string = "django-oidc";
}

let url = "";
let provider: ChildProcess | undefined;

// One for all: it keeps nothing of a login that another would notice.
before(async () => {
  const { status } = spawnSync(python, ["-c", "import oauth2_provider, jwcrypto"]);
  assert.equal(status, 0, "missing: apt-get install python3-django-oauth-toolkit");
  const started = spawn(python, [program], { stdio: ["ignore", "pipe", "inherit"] });
  provider = started;
  const [port] = await Promise.race([
    once(started.stdout, "data"),
    once(started, "exit").then(() => assert.fail("the provider ended")),
  ]);
  url = `http://127.0.0.1:${Number(port)}`;
});
after(() => provider?.kill());

/** A site whose people are sent to Django, which takes no time that is not about now. */
function start(t: TestContext, backend: BaseAuth = django()) {
  return startSite(t, { backends: () => [backend], now: () => new Date() });
}

function django(Backend = DjangoOAuth2, more: OAuth2Settings = {}) {
  return new Backend({ url, ...client, ...more });
}

/** Goes to Django's page, answers its form, and comes back. */
async function signIn(browser: Browser, backend: string, decision: "allow" | "deny" = "allow") {
  const left = await browser.get(`/auth/login/${backend}`);
  const page = await browser.follow(left);
  const html = await page.text();
  if (page.status !== 200) return browser.follow(page);
  const form = new URLSearchParams();
  for (const [input] of html.matchAll(/<input[^>]*type="hidden"[^>]*>/g)) {
    const of = (name: string) => new RegExp(`${name}="([^"]*)"`).exec(input)?.[1] ?? "";
    form.set(of("name"), of("value"));
  }
  if (decision === "allow") form.set("allow", "Authorize");
  const address = left.headers.get("location") ?? "";
  return browser.follow(await browser.send("POST", address, {}, form));
}

async function accountOf({ storage }: Site, backend = "django") {
  return (await storage.associations.find(backend, "7")) ?? assert.fail("nobody signed in");
}

test("Django lets a person sign in", async (t) => {
  const site = await start(t);
  assert.equal((await signIn(site.browser(), "django")).status, 303);
  assert.equal((await accountOf(site)).provider, "django");
  const [user] = await site.storage.users.findByEmail("ada@example.com");
  assert.deepEqual([user?.username, user?.fullName], ["ada", "Ada Lovelace"]);
});

test("Django lets a person sign in by OpenID Connect", async (t) => {
  const site = await start(t, new DjangoOidc({ oidcEndpoint: `${url}/o`, ...client }));
  assert.equal((await signIn(site.browser(), "django-oidc")).status, 303);
  const { extraData } = await accountOf(site, "django-oidc");
  assert.equal(extraData.id, "7");
  const [user] = await site.storage.users.findByEmail("ada@example.com");
  assert.deepEqual([user?.username, user?.emailVerified], ["ada", true]);
});

test("Django's refresh tokens rotate, and the old one is dead", async (t) => {
  const site = await start(t);
  await signIn(site.browser(), "django");
  const first = await accountOf(site);
  const tokens = await site.auth.refresh(first);
  assert.ok(tokens.refreshToken && tokens.expiresAt && tokens.expiresAt > new Date());
  const second = await accountOf(site);
  assert.notEqual(second.extraData.refresh_token, first.extraData.refresh_token);
  const third = await site.auth.refresh(second);
  assert.notEqual(third.accessToken, tokens.accessToken);

  await site.storage.associations.setExtraData(first.id, first.extraData, new Date());
  assert.equal((await failureOf(site.auth.refresh(first))).code, "token_revoked");
});

test("Django takes tokens back, and no refresh brings new ones", async (t) => {
  const backend = django();
  const site = await start(t, backend);
  await signIn(site.browser(), "django");
  const { refreshToken = "", ...tokens } = await site.auth.refresh(await accountOf(site));
  const http = httpFor(backend);
  const { login } = await backend.userData(tokens, http, new Date());
  assert.equal(login, "ada");

  assert.equal(await backend.revokeToken(refreshToken, http, new Date()), true);
  const denied = await failureOf(backend.userData(tokens, http, new Date()));
  assert.equal(denied.code, "token_refused");
  const again = await failureOf(site.auth.refresh(await accountOf(site)));
  assert.equal(again.code, "token_revoked");
});

test("Django refuses another verifier than the challenge's", async (t) => {
  class Forgetful extends DjangoOAuth2 {
    override authComplete(arrival: Arrival) {
      return super.authComplete({ ...arrival, keep: { verifier: "x".repeat(43) } });
    }
  }
  const site = await start(t, django(Forgetful));
  assert.equal(await codeOf(await signIn(site.browser(), "django")), "code_refused");
});

test("Django refuses a login without a challenge", async (t) => {
  class Careless extends DjangoOAuth2 {
    override readonly defaultUsePkce = false;
  }
  const site = await start(t, django(Careless));
  assert.equal(await codeOf(await signIn(site.browser(), "django")), "provider_refused");
});

test("Django refuses a client with another secret", async (t) => {
  const site = await start(t, django(DjangoOAuth2, { clientSecret: "another" }));
  assert.equal(await codeOf(await signIn(site.browser(), "django")), "client_refused");
});

test("Django shows no profile to a token without its scope", async (t) => {
  const narrow = { scope: ["email"], ignoreDefaultScope: true };
  const site = await start(t, django(DjangoOAuth2, narrow));
  assert.equal(await codeOf(await signIn(site.browser(), "django")), "token_refused");
});

test("a person who does not consent is told so", async (t) => {
  const site = await start(t);
  assert.equal(await codeOf(await signIn(site.browser(), "django", "deny")), "access_denied");
});
