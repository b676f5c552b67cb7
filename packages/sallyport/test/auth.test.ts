import assert from "node:assert/strict";
import { test } from "node:test";
import { AuthError } from "../src/errors.ts";
import { type AuthConfig, createAuth, type LimitSettings } from "../src/index.ts";
import { memoryStorage } from "../src/storage/memory.ts";
import { ExampleOAuth2, origin, SecondOAuth2, secret, settingsFor, startSite } from "./site.ts";

const settings = { clientId: "me", url: "https://provider.example" };

function create(more: Partial<AuthConfig> = {}) {
  return createAuth({
    baseUrl: origin,
    secrets: [secret],
    backends: [new ExampleOAuth2(settings)],
    storage: memoryStorage(),
    env: {},
    ...more,
  });
}

// What is wrong, and what the operator reads.
const mistakes: readonly [Partial<AuthConfig>, string][] = [
  [{ baseUrl: "portal.example.net" }, 'createAuth: baseUrl is not a URL: "portal.example.net"'],
  [{ baseUrl: "" }, 'createAuth: baseUrl is not a URL: ""'],
  [
    { trustedProxies: ["10.0.0.1", "10.0.0.0/33"] },
    'createAuth: trustedProxies must have addresses, and networks like "10.0.0.0/8": "10.0.0.0/33"',
  ],
  [
    { trustedProxies: ["0.0.0.0/0"] },
    'createAuth: trustedProxies must have addresses, and networks like "10.0.0.0/8": "0.0.0.0/0"',
  ],
  [
    // What other frameworks take.
    { trustedProxies: true as unknown as string[] },
    "createAuth: trustedProxies must be a list of addresses",
  ],
  [
    { limits: { loginStarts: { minute: 0 } } },
    "createAuth: minute of limits.loginStarts must be a whole number from 1 on, or false",
  ],
  [
    { limits: { messages: { hour: 1.5 } } },
    "createAuth: hour of limits.messages must be a whole number from 1 on, or false",
  ],
  [{ limits: { logins: { hour: 1 } } as LimitSettings }, 'createAuth: limits has no "logins"'],
  [
    { baseUrl: "ftp://portal.example.net" },
    'createAuth: baseUrl is not a URL: "ftp://portal.example.net"',
  ],
  [
    { baseUrl: `${origin}/app` },
    `createAuth: baseUrl must be an origin without a path: "${origin}"`,
  ],
  [
    { baseUrl: `${origin}/?a=1` },
    `createAuth: baseUrl must be an origin without a path: "${origin}"`,
  ],
  [
    { baseUrl: "https://ada:hush@portal.example.net" },
    `createAuth: baseUrl must be an origin without a path: "${origin}"`,
  ],
  [
    { baseUrl: "http://portal.example.net" },
    "createAuth: baseUrl must be https; plain http is for loopback only",
  ],
  [
    { baseUrl: "http://localhost.evil.example" },
    "createAuth: baseUrl must be https; plain http is for loopback only",
  ],
  [{ basePath: "auth" }, 'createAuth: basePath must be a path like "/auth", not "auth"'],
  [{ basePath: "/auth/" }, 'createAuth: basePath must be a path like "/auth", not "/auth/"'],
  [{ basePath: "/a//b" }, 'createAuth: basePath must be a path like "/auth", not "/a//b"'],
  [{ basePath: "" }, 'createAuth: basePath must be a path like "/auth", not ""'],
  [
    { completePath: "/callback" },
    'createAuth: completePath must contain "/:backend", and be another than the login\'s',
  ],
  [
    { completePath: "/login/:backend" },
    'createAuth: completePath must contain "/:backend", and be another than the login\'s',
  ],
  [
    { completePath: "/:backend?x=1" },
    'createAuth: completePath must be a path like "/auth", not "/:backend?x=1"',
  ],
  [
    { loginRedirectUrl: "https://evil.example/" },
    "createAuth: loginRedirectUrl must be a path, or at an allowed host",
  ],
  [
    { logoutRedirectUrl: "//evil.example" },
    "createAuth: logoutRedirectUrl must be a path, or at an allowed host",
  ],
  [{ secrets: [] }, 'createAuth needs "secrets": at least one, each of at least 32 characters'],
  [
    { secrets: [secret, "short"] },
    'createAuth needs "secrets": at least one, each of at least 32 characters',
  ],
  [
    { backends: [new ExampleOAuth2(settings), new ExampleOAuth2(settings)] },
    'createAuth: two backends are called "example"',
  ],
  [
    { backends: [new SecondOAuth2({ url: settings.url })] },
    'backend second: needs "clientId", or SOCIAL_AUTH_SECOND_KEY',
  ],
];

for (const [config, message] of mistakes) {
  test(`refused at the start: ${message}`, () => {
    assert.throws(
      () => create(config),
      (error) => {
        assert.ok(error instanceof AuthError);
        assert.deepEqual([error.code, error.stage], ["settings_invalid", "settings"]);
        assert.equal(error.message, message);
        return true;
      },
    );
  });
}

for (const baseUrl of [
  "http://localhost:3000",
  "http://localhost",
  "http://127.0.0.1:3000",
  "http://127.9.9.9",
  "http://[::1]:3000",
]) {
  test(`plain http is allowed on loopback (${baseUrl}), with cookies that a browser keeps there`, async () => {
    const auth = create({ baseUrl });
    assert.equal(auth.origin, baseUrl);
    const answer = await auth.handle(new Request(`${baseUrl}/auth/login/example`));
    const [cookie = ""] = answer?.headers.getSetCookie() ?? [];
    assert.match(cookie, /^sallyport-flow-[\w-]{8}=/);
    assert.doesNotMatch(cookie, /Secure/);
  });
}

test("over https cookies are __Host- and Secure", async () => {
  const answer = await create().handle(new Request(`${origin}/auth/login/example`));
  const [cookie = ""] = answer?.headers.getSetCookie() ?? [];
  assert.match(cookie, /^__Host-sallyport-flow-/);
  assert.match(cookie, /; Secure$/);
});

test("a base URL may end in a slash", () => {
  assert.equal(create({ baseUrl: `${origin}/` }).origin, origin);
});

test("the defaults are the contract's", async () => {
  const answer = await create().handle(new Request(`${origin}/auth/login/example`));
  const location = new URL(answer?.headers.get("location") ?? "");
  assert.equal(location.searchParams.get("redirect_uri"), `${origin}/auth/complete/example`);
});

test("backends find settings in the environment that they are given", async () => {
  const env = {
    SOCIAL_AUTH_EXAMPLE_KEY: "me",
    SOCIAL_AUTH_EXAMPLE_URL: "https://provider.example",
  };
  const auth = create({ backends: [new ExampleOAuth2()], env });
  const answer = await auth.handle(new Request(`${origin}/auth/login/example`));
  assert.match(answer?.headers.get("location") ?? "", /client_id=me/);
});

test("requests to providers go through a `fetch` that is given", async (t) => {
  const asked: string[] = [];
  const { browser } = await startSite(t, {
    fetch: (input, init) => {
      asked.push(new URL(String(input)).pathname);
      return fetch(input, init);
    },
  });
  assert.equal((await browser().signIn("example")).status, 303);
  assert.deepEqual(asked, ["/token", "/profile"]);
});

test("a rotated secret leaves people signed in, and their flows and tokens good", async (t) => {
  const storage = memoryStorage();
  const old = await startSite(t, { storage });
  const person = old.browser();
  await person.signIn("example");
  const account = (await storage.associations.find("example", "1")) ?? assert.fail();
  const waiting = old.browser();
  const back = await waiting.leaveFor("example");

  const rotated = create({
    storage,
    secrets: [`another ${secret}`, secret],
    // Without the client's secret, so that the provider refuses what opens and is sent.
    backends: [new ExampleOAuth2({ ...settingsFor(old.provider), clientSecret: "" })],
    logger: { info: () => {}, warn: () => {}, error: () => {} },
    now: () => old.clock.now,
  });
  assert.ok(await rotated.user({ headers: { cookie: person.cookieHeader() } }));
  const answer = await rotated.handle(
    new Request(back, { headers: { cookie: waiting.cookieHeader(), accept: "application/json" } }),
  );
  assert.match((await answer?.text()) ?? "", /client_refused/);
  await assert.rejects(rotated.refresh(account), { code: "client_refused" });
});

test("who is signed in is read from Node's headers as from the web's", async (t) => {
  const { auth, browser } = await startSite(t);
  const person = browser();
  await person.signIn("example");
  const cookie = person.cookieHeader();
  assert.equal((await auth.user({ headers: { cookie } }))?.username, "ada");
  assert.equal((await auth.user({ headers: new Headers({ cookie }) }))?.username, "ada");
  assert.equal(await auth.user({ headers: {} }), undefined);
  assert.equal(await auth.user({ headers: new Headers() }), undefined);
});

test("a session store of the application's own takes the place of ours", async (t) => {
  const started: unknown[] = [];
  const { auth, browser } = await startSite(t, {
    session: {
      lifetime: 60,
      start: async (_tables, session) => `cookie-${started.push(session)}`,
      read: async (tables, cookie) => {
        const user = cookie === "cookie-1" ? await tables.users.find(1) : undefined;
        const times = { authenticatedAt: new Date(0), expiresAt: new Date(0) };
        return user && { user, backend: "example", tenant: null, amr: null, ...times };
      },
      end: async () => {},
    },
  });
  const person = browser();
  const answer = await person.signIn("example");
  assert.match(answer.headers.getSetCookie().join(), /sallyport-session=cookie-1; Max-Age=60;/);
  assert.equal((await auth.user({ headers: { cookie: person.cookieHeader() } }))?.id, 1);
  assert.deepEqual(started, [
    {
      userId: 1,
      backend: "example",
      tenant: null,
      associationId: 2,
      amr: null,
      userAgent: null,
      replaces: undefined,
    },
  ]);
});
