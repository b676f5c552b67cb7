import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { OidcAuth } from "../src/backends/oidc.ts";
import { type AuthConfig, type BaseAuth, createAuth, type TenantRequest } from "../src/index.ts";
import { pause } from "../src/pause.ts";
import { pipeline, type StartFacts } from "../src/pipeline.ts";
import { within } from "../src/step.ts";
import { associateByEmail } from "../src/steps/associate-by-email.ts";
import { associateUser } from "../src/steps/associate-user.ts";
import { createUser } from "../src/steps/create-user.ts";
import { getUsername } from "../src/steps/get-username.ts";
import { loadExtraData } from "../src/steps/load-extra-data.ts";
import { socialDetails } from "../src/steps/social-details.ts";
import { socialUid } from "../src/steps/social-uid.ts";
import { socialUser } from "../src/steps/social-user.ts";
import { memoryStorage } from "../src/storage/memory.ts";
import { sqliteStorage } from "../src/storage/sqlite.ts";
import { storageOfTenant } from "../src/tenant-storage.ts";
import { mostTenants, TenantCache } from "../src/tenants.ts";
import { failureOf } from "./backend.ts";
import { Browser } from "./browser.ts";
import { makeKey, OpenIdProvider } from "./oidc/misbehaving-provider.ts";
import { client, type Provider, startProvider } from "./provider.ts";
import { codeOf, ExampleOAuth2, type Line, secret, temporaryFile } from "./site.ts";

const domain = "app.example.net";

type Name = "acme" | "bolt";

/** Backends as an application would read them from its database. */
type Settings = Record<string, () => readonly BaseAuth[] | Promise<readonly BaseAuth[]>>;

/** An application with two tenants, each with a provider and a client of its own. */
async function startTenants(t: TestContext, more: Partial<AuthConfig> = {}) {
  const providers = { acme: await startProvider(t), bolt: await startProvider(t) };
  for (const name of ["acme", "bolt"] as const) {
    providers[name].client = { id: `client of ${name}`, secret: `secret of ${name}, long enough` };
  }
  const settings: Settings = {
    acme: () => [exampleFor(providers.acme)],
    bolt: () => [exampleFor(providers.bolt)],
  };
  const asked: string[] = [];
  const lines: Line[] = [];
  const line = (level: Line["level"]) => (message: string, facts?: object) => {
    lines.push({ level, message, facts });
  };
  const clock = { now: new Date("2026-11-20T12:00:00Z") };
  const storage = sqliteStorage(temporaryFile(t));
  const auth = createAuth({
    baseUrl: `https://${domain}`,
    tenant: byHost,
    tenantUrl: (tenant) => `https://${tenant}.${domain}`,
    backends: (tenant) => {
      asked.push(tenant);
      return settings[tenant]?.();
    },
    secrets: [secret],
    storage,
    logger: { info: line("info"), warn: line("warn"), error: line("error") },
    env: { SOCIAL_AUTH_EXAMPLE_KEY: "nobody's", SOCIAL_AUTH_EXAMPLE_SECRET: "nobody's" },
    now: () => clock.now,
    ...more,
  });
  t.after(() => auth.close());
  const browser = (tenant: string) => new Browser(`https://${tenant}.${domain}`, auth.handle);
  /** A browser at one tenant that brings every cookie of another one's. */
  const carried = (from: Browser, tenant: string) => {
    const other = browser(tenant);
    for (const [name, value] of from.cookies) other.cookies.set(name, value);
    return other;
  };
  const userOf = (person: Browser) => {
    const headers = new Headers({ cookie: person.cookieHeader() });
    return auth.user({ url: `${person.origin}/`, headers });
  };
  return { auth, storage, providers, settings, asked, lines, clock, browser, carried, userOf };
}

function exampleFor({ origin: url, client: { id, secret: clientSecret } }: Provider) {
  return new ExampleOAuth2({ url, clientId: id, clientSecret });
}

/** Its own subdomain is a tenant's address. */
function byHost({ url }: TenantRequest): string | undefined {
  const { hostname } = new URL(url);
  return hostname.endsWith(`.${domain}`) ? hostname.slice(0, -domain.length - 1) : undefined;
}

const at = (name: Name) => `https://${name}.${domain}`;

test("each tenant's people sign in at its own provider, with its own client and address", async (t) => {
  const { providers, browser, userOf } = await startTenants(t);
  for (const name of ["acme", "bolt"] as const) {
    const person = browser(name);
    assert.equal((await person.signIn("example")).status, 303);
    assert.ok(await userOf(person), name);
    const [leaving] = providers[name].to("/authorize");
    assert.equal(leaving?.query.get("client_id"), `client of ${name}`);
    assert.equal(leaving?.query.get("redirect_uri"), `${at(name)}/auth/complete/example`);
    assert.equal(providers[name].to("/token").length, 1);
  }
});

test("whom two tenants' providers call the same are two people", async (t) => {
  const { storage, auth, browser, userOf } = await startTenants(t);
  const [ann, bob] = [browser("acme"), browser("bolt")];
  await ann.signIn("example");
  await bob.signIn("example");
  const [one, other] = [await userOf(ann), await userOf(bob)];
  assert.ok(one && other && one.id !== other.id);
  const accounts = [...(await auth.associations(one)), ...(await auth.associations(other))];
  assert.deepEqual(
    accounts.map(({ tenant, provider, uid }) => [tenant, provider, uid]),
    [
      ["acme", "example", "acme:1"],
      ["bolt", "example", "bolt:1"],
    ],
  );
  await browser("acme").signIn("example");
  assert.equal((await storage.associations.ofUser(one.id)).length, 1, "the second time it is ann");
});

test("a flow begun at one tenant is refused at another, and asks no provider", async (t) => {
  const { providers, browser, carried } = await startTenants(t);
  const person = browser("acme");
  const back = new URL(await person.leaveFor("example"));
  const there = carried(person, "bolt");
  const answer = await there.get(back.pathname + back.search, { "sec-fetch-site": "cross-site" });
  assert.equal(await codeOf(answer), "state_foreign");
  assert.equal(providers.bolt.requests.length, 0);
  // It was not used up.
  assert.equal((await person.send("GET", back.href)).status, 303);
});

test("a session of one tenant is nobody at another, and connects nothing there", async (t) => {
  const { auth, browser, carried, userOf, storage } = await startTenants(t);
  const person = browser("acme");
  await person.signIn("example");
  const user = await userOf(person);
  assert.equal(user?.username, "ada");
  const there = carried(person, "bolt");
  assert.equal(await userOf(there), undefined);
  assert.equal(await (await there.get("/auth/session")).text(), "null");
  const post = await there.post("/auth/disconnect/example");
  assert.equal(await codeOf(post), "not_signed_in");
  await there.signIn("example");
  const added = await userOf(there);
  assert.ok(added && added.id !== user.id);
  assert.equal((await storage.associations.ofUser(user.id)).length, 1);
  assert.equal(
    await auth.user({ headers: new Headers({ cookie: there.cookieHeader() }) }),
    undefined,
  );
});

test("of a user's sessions a tenant sees and ends its own only, the application all", async (t) => {
  const { auth, browser, storage, userOf, clock } = await startTenants(t);
  const person = browser("acme");
  await person.signIn("example");
  const user = await userOf(person);
  assert.ok(user);
  // A step of the application's may have let them into another tenant, too.
  const { id, ...at } = (await auth.sessions(user))[0] ?? assert.fail();
  const elsewhere = { ...at, userId: user.id, authenticatedAt: clock.now, associationId: null };
  for (const tenant of ["acme", "bolt"]) {
    await storage.sessions.add({ ...elsewhere, idHash: `at ${tenant}`, tenant, amr: null });
  }
  const headers = new Headers({ cookie: person.cookieHeader() });
  const request = { url: `${person.origin}/`, headers };
  const ids = async (asker?: typeof request) =>
    (await auth.sessions(user, asker)).map((session) => session.id).sort();
  assert.deepEqual(await ids(), [id, "at acme", "at bolt"].sort());
  assert.deepEqual(await ids(request), [id, "at acme"].sort());
  const shown = (await (await person.get("/auth/sessions")).json()) as readonly { id: string }[];
  assert.deepEqual(shown.map((session) => session.id).sort(), [id, "at acme"].sort());

  const post = (fields: string) => person.post(`/auth/sessions/end?${fields}`);
  await post("id=at%20bolt");
  await post("all=1");
  assert.deepEqual(await ids(), [id, "at bolt"].sort());
  assert.equal(await auth.endSessions(user, { except: request }), 0);
  assert.equal(await auth.endSession(user, "at bolt"), true);
  assert.equal(await auth.endSessions(user), 1);
});

const form = { title: "Who are you?", fields: [{ name: "name", label: "Your name" }] };

const asking = pipeline(
  socialDetails,
  socialUid,
  socialUser,
  within("ask-name", (_: StartFacts, { reply }): { username: string } | ReturnType<typeof pause> =>
    reply?.said.name ? { username: reply.said.name } : pause({ form }),
  ),
  createUser(),
  associateUser,
  loadExtraData,
);

test("a paused login is not resumed at another tenant", async (t) => {
  const { browser, carried, userOf } = await startTenants(t, { pipeline: asking });
  const person = browser("acme");
  const address = (await person.signIn("example")).headers.get("location") ?? "";
  assert.match(address, /^https:\/\/acme\.app\.example\.net\/auth\/resume\//);
  const { pathname } = new URL(address);
  const there = carried(person, "bolt");
  assert.equal(await codeOf(await there.get(pathname)), "resume_foreign");
  const fields = new URLSearchParams({ name: "ann" });
  const said = (who: Browser) =>
    who.post(pathname, { "sec-fetch-site": "same-origin", origin: who.origin }, fields);
  assert.equal(await codeOf(await said(there)), "resume_foreign");
  assert.equal((await said(person)).status, 303);
  assert.equal((await userOf(person))?.username, "ann");
});

const byEmail = pipeline(
  socialDetails,
  socialUid,
  socialUser,
  associateByEmail({ authoritative: ["example", "second"] }),
  getUsername(),
  createUser(),
  associateUser,
  loadExtraData,
);

test("an address leads to a user of the same tenant only", async (t) => {
  const { auth, providers, browser, userOf } = await startTenants(t, { pipeline: byEmail });
  const profile = { login: "ada", email: "ada@example.net" };
  for (const name of ["acme", "bolt"] as const) providers[name].profile = { id: 1, ...profile };
  const [ann, bob, again] = [browser("acme"), browser("bolt"), browser("acme")];
  await ann.signIn("example");
  await bob.signIn("example");
  providers.acme.profile = { id: 2, ...profile };
  await again.signIn("example");
  const [one, other, same] = [await userOf(ann), await userOf(bob), await userOf(again)];
  assert.ok(one && other && same);
  assert.notEqual(one.id, other.id);
  assert.equal(one.id, same.id);
  assert.equal((await auth.associations(one)).length, 2);
});

test("a refresh needs no request: it asks the account's tenant's provider, as its client", async (t) => {
  const { auth, storage, providers, browser } = await startTenants(t);
  for (const name of ["acme", "bolt"] as const) {
    await browser(name).signIn("example");
    const account = (await storage.associations.find("example", `${name}:1`)) ?? assert.fail();
    const before = providers[name].to("/token").length;
    assert.match((await auth.refresh(account)).accessToken, /^access-/);
    const [request, ...others] = providers[name].to("/token").slice(before);
    assert.equal(request?.form.get("grant_type"), "refresh_token");
    assert.equal(others.length, 0);
  }
});

test("a row that is given to another tenant by hand opens no token there", async (t) => {
  const file = temporaryFile(t);
  const storage = sqliteStorage(file);
  const { auth, providers, browser } = await startTenants(t, { storage });
  await browser("acme").signIn("example");
  await storage.sql?.run("update social_auth set tenant = 'bolt'", []);
  const account = (await storage.associations.find("example", "acme:1")) ?? assert.fail();
  assert.equal((await failureOf(auth.refresh(account))).code, "token_missing");
  assert.equal(providers.bolt.requests.length, 0);
});

test("an account of no tenant, or of one that is gone, has no backend to refresh with", async (t) => {
  const { auth, storage, settings, browser } = await startTenants(t);
  await browser("acme").signIn("example");
  const account = (await storage.associations.find("example", "acme:1")) ?? assert.fail();
  for (const tenant of [null, "gone", "no:name"]) {
    const error = await failureOf(auth.refresh({ ...account, tenant }));
    assert.deepEqual([error.code, error.status], ["tenant_unknown", 404]);
  }
  delete settings.acme;
  auth.forgetTenant("acme");
  assert.equal((await failureOf(auth.refresh(account))).code, "tenant_unknown");
});

test("the last way in is the last one at this tenant, and disconnecting keeps to it", async (t) => {
  const { storage, browser, userOf } = await startTenants(t);
  const person = browser("acme");
  await person.signIn("example");
  const user = (await userOf(person)) ?? assert.fail();
  // The application has made them known at another tenant, too.
  const elsewhere = { userId: user.id, provider: "example", uid: "bolt:9", tenant: "bolt" };
  const { id } = await storage.associations.add(elsewhere, new Date());
  assert.equal(await codeOf(await person.post("/auth/disconnect/example")), "last_way_in");
  assert.equal(
    await codeOf(await person.post(`/auth/disconnect/example/${id}`)),
    "association_unknown",
  );
});

test("an unknown tenant is refused, nobody is signed in there, and the log says so", async (t) => {
  const { auth, browser, lines, userOf } = await startTenants(t);
  const person = browser("nobody");
  const answer = await person.get("/auth/login/example");
  assert.equal(answer.status, 404);
  assert.equal(await codeOf(answer), "tenant_unknown");
  assert.equal(await userOf(person), undefined);
  assert.equal(lines[0]?.message, "a request was refused");
  const main = await auth.handle(new Request(`https://${domain}/auth/login`));
  assert.equal(main?.status, 404);
  assert.equal(await auth.handle(new Request(`https://${domain}/about`)), undefined);
});

for (const name of ["", "..", "a:b", "a/b", " a", "ä", "x".repeat(64)]) {
  test(`a tenant cannot be called "${name.slice(0, 9)}", and nobody is asked for it`, async (t) => {
    const { auth, asked } = await startTenants(t, { tenant: () => name });
    const answer = await auth.handle(new Request(`https://${domain}/auth/login`));
    assert.equal(await codeOf(answer ?? assert.fail()), "tenant_unknown");
    assert.deepEqual(asked, []);
  });
}

test("settings are asked for once, again when forgotten, and again after their time", async (t) => {
  const { auth, asked, settings, clock, providers, browser } = await startTenants(t);
  await Promise.all([1, 2, 3].map(() => browser("acme").get("/auth/login")));
  assert.deepEqual(asked, ["acme"]);

  providers.acme.client = { id: "a new client", secret: "and its new secret" };
  const failed = await browser("acme").signIn("example");
  assert.equal(await codeOf(failed), "client_refused");
  auth.forgetTenant("acme");
  assert.equal((await browser("acme").signIn("example")).status, 303);
  assert.deepEqual(asked, ["acme", "acme"]);

  settings.acme = () => [];
  clock.now = new Date(clock.now.getTime() + 299_000);
  assert.equal((await browser("acme").get("/auth/login/example")).status, 303);
  clock.now = new Date(clock.now.getTime() + 2_000);
  assert.equal(await codeOf(await browser("acme").get("/auth/login/example")), "backend_unknown");
});

test("settings that are wrong, or cannot be read, are no other tenant's trouble and are asked for again", async (t) => {
  const { settings, providers, lines, browser } = await startTenants(t);
  const good = settings.acme ?? assert.fail();
  settings.acme = () => [new ExampleOAuth2({ url: providers.acme.origin })];
  // The environment's client is nobody's.
  assert.equal(await codeOf(await browser("acme").get("/auth/login")), "settings_invalid");
  assert.equal(lines[0]?.level, "error");
  settings.acme = () => Promise.reject(new Error("no database"));
  assert.equal(await codeOf(await browser("acme").get("/auth/login")), "application_fault");
  assert.equal((await browser("bolt").signIn("example")).status, 303);
  settings.acme = good;
  assert.equal((await browser("acme").signIn("example")).status, 303);
});

test("tenants of one origin have callbacks of their own, and cross as little", async (t) => {
  const { auth, providers } = await startTenants(t, {
    basePath: "/t/:tenant/auth",
    tenantUrl: undefined,
    tenant: ({ url }) => /^\/t\/([^/]+)/.exec(new URL(url).pathname)?.[1],
  });
  const person = new Browser(`https://${domain}`, auth.handle);
  const left = await person.get("/t/acme/auth/login/example");
  const back = (await person.follow(left)).headers.get("location") ?? "";
  assert.match(back, /^https:\/\/app\.example\.net\/t\/acme\/auth\/complete\/example\?/);
  const crossed = await person.send("GET", back.replace("/acme/", "/bolt/"));
  assert.equal(await codeOf(crossed), "state_foreign");
  assert.equal(providers.bolt.requests.length, 0);

  const again = await person.follow(await person.get("/t/acme/auth/login/example"));
  assert.equal((await person.follow(again)).status, 303);
  const headers = { cookie: person.cookieHeader() };
  assert.equal((await auth.user({ headers, url: "/t/acme/ports" }))?.username, "ada");
  assert.equal(await auth.user({ headers, url: "/t/bolt/ports" }), undefined);
  // Express has cut the mount path off.
  const mounted = { headers, url: "/ports", originalUrl: "/t/acme/ports" };
  assert.equal((await auth.user(mounted))?.username, "ada");
  assert.equal(await codeOf(await person.get("/t/nobody/auth/login")), "tenant_unknown");
});

test("events and log lines name the tenant", async (t) => {
  const { auth, lines, browser } = await startTenants(t);
  const heard: unknown[] = [];
  auth.on("login", ({ tenant, backend }) => void heard.push([tenant, backend]));
  auth.on("login-failed", ({ tenant, error }) => void heard.push([tenant, error.code]));
  await browser("bolt").signIn("example");
  await browser("acme").get("/auth/complete/example?state=x");
  assert.deepEqual(heard, [
    ["bolt", "example"],
    ["acme", "state_unknown"],
  ]);
  assert.deepEqual(
    lines.map(({ facts }) => (facts as { tenant?: string }).tenant),
    ["bolt", "acme"],
  );
});

test("what one tenant's provider publishes is believed of no other's", async (t) => {
  const { settings, clock, providers, browser, userOf } = await startTenants(t);
  for (const name of ["acme", "bolt"] as const) {
    const provider = providers[name];
    // Both call their key the same.
    const keys = [await makeKey("the-key", "ES256")];
    provider.client = client;
    new OpenIdProvider(provider, keys, { now: () => clock.now });
    const known = { clientId: client.id, clientSecret: client.secret };
    settings[name] = () => [new OidcAuth({ ...known, oidcEndpoint: provider.origin })];
  }
  for (const name of ["acme", "bolt", "acme"] as const) {
    const person = browser(name);
    assert.equal((await person.signIn("oidc")).status, 303);
    assert.ok(await userOf(person), name);
  }
  for (const provider of Object.values(providers)) {
    assert.equal(provider.to("/.well-known/openid-configuration").length, 1);
    assert.equal(provider.to("/jwks").length, 1);
  }
});

test("what one tenant's provider has used up is new from another's", async () => {
  const all = memoryStorage();
  const now = new Date();
  const later = new Date(now.getTime() + 1000);
  const [acme, bolt] = [storageOfTenant(all, "acme"), storageOfTenant(all, "bolt")];
  assert.ok(await acme.used.add("nonce", later, now));
  assert.ok(!(await acme.used.add("nonce", later, now)));
  assert.ok(await bolt.transaction(({ used }) => used.add("nonce", later, now)));
});

test("a client and a mailbox are the same at every tenant, so they are counted together", async (t) => {
  const all = memoryStorage();
  const now = new Date();
  const later = new Date(now.getTime() + 1000);
  const [acme, bolt] = [storageOfTenant(all, "acme"), storageOfTenant(all, "bolt")];
  assert.equal(await acme.limits.count("mailbox", later, now), 1);
  assert.equal(await bolt.transaction(({ limits }) => limits.count("mailbox", later, now)), 2);

  const { auth } = await startTenants(t, { limits: { loginStarts: { minute: 2 } } });
  const heard: unknown[] = [];
  auth.on("limited", ({ tenant, who }) => void heard.push([tenant, who]));
  const begin = async (tenant: Name) => {
    const headers = { "sec-fetch-site": "same-origin" };
    const request = new Request(`${at(tenant)}/auth/login/example`, { headers });
    return (await auth.handle(request, { address: "193.0.14.129" }))?.status;
  };
  const statuses = [await begin("acme"), await begin("bolt"), await begin("bolt")];
  assert.deepEqual(statuses, [303, 303, 429]);
  assert.deepEqual(heard, [["bolt", "193.0.14.0/24"]]);
});

test("what belongs together is demanded at once", () => {
  const storage = sqliteStorage(":memory:");
  const given = { baseUrl: `https://${domain}`, secrets: [secret], storage, backends: [] };
  const wrong: readonly Partial<AuthConfig>[] = [
    { tenant: () => "acme" },
    { backends: () => [] },
    { basePath: "/:tenant/auth" },
  ];
  for (const more of wrong) {
    assert.throws(() => createAuth({ ...given, ...more }), { code: "settings_invalid" });
  }
});

test("an address of a tenant that cannot be one is refused", async (t) => {
  for (const url of ["http://localhost", "https://a.example/path", "acme"]) {
    const { browser } = await startTenants(t, { tenantUrl: () => url });
    assert.equal(await codeOf(await browser("acme").get("/auth/login")), "settings_invalid");
  }
});

test("of many tenants the one longest unused is made again", async () => {
  const cache = new TenantCache<number>(1000);
  const made: string[] = [];
  const now = new Date();
  const get = (name: string) => cache.get(name, now, async () => made.push(name));
  for (let each = 0; each < mostTenants; each++) await get(`tenant-${each}`);
  await get("tenant-0");
  await get("one more");
  assert.equal(made.length, mostTenants + 1);
  await get("tenant-0");
  assert.equal(made.length, mostTenants + 1);
  await get("tenant-1");
  assert.equal(made.at(-1), "tenant-1");
});
