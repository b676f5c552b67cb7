import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { type Auth, type AuthConfig, createAuth, type EventFacts } from "../src/index.ts";
import { sqliteStorage } from "../src/storage/sqlite.ts";
import { Browser } from "./browser.ts";
import { sqliteGround } from "./faults/sqlite-ground.ts";
import {
  codeOf,
  ExampleOAuth2,
  type Line,
  origin,
  SecondOAuth2,
  secret,
  settingsFor,
  startSite,
  temporaryFile,
} from "./site.ts";

// Addresses that are given out, since others are nobody's.
const ada = "193.0.14.129";
const ben = "193.0.14.130";

/** A site whose visitors have addresses, and what it told of limits that were reached. */
async function start(t: TestContext, more: Partial<Omit<AuthConfig, "backends">> = {}) {
  const file = temporaryFile(t);
  const site = await startSite(t, { storage: sqliteStorage(file), ...more });
  const limited: EventFacts["limited"][] = [];
  const listen = (auth: Auth) => auth.on("limited", (facts) => void limited.push(facts));
  listen(site.auth);
  /** Another process of the application, as far as the database can tell. */
  const another = () => {
    const settings = settingsFor(site.provider);
    const auth = createAuth({
      baseUrl: origin,
      secrets: [secret],
      storage: sqliteStorage(file),
      backends: [new ExampleOAuth2(settings), new SecondOAuth2(settings)],
      logger: { info() {}, warn() {}, error() {} },
      env: {},
      now: () => site.clock.now,
      ...more,
    });
    t.after(() => auth.close());
    listen(auth);
    return auth;
  };
  const rows = async () =>
    (await site.storage.sql?.all("select count from social_limits", [])) ?? [];
  return { ...site, file, limited, another, rows };
}

/** A browser at an address. */
function browserAt(address: string | undefined, { handle }: Auth): Browser {
  return new Browser(origin, (request) => handle(request, { address }));
}

const begin = (browser: Browser) => browser.get("/auth/login/example");

/** Comes back with an answer to no login that was begun. */
const fail = (browser: Browser) => browser.get("/auth/complete/example?state=forged&code=1");

/** Does something again and again; gives how often that went well until it was refused. */
async function untilRefused(act: () => Promise<Response>, most = 250): Promise<number> {
  for (let times = 0; times < most; times++) if ((await act()).status === 429) return times;
  return most;
}

const warnings = (lines: readonly Line[]) =>
  lines.filter(({ message }) => message === "a limit was reached").map(({ facts }) => facts);

test("a client begins 20 logins a minute, and is told when it may go on", async (t) => {
  const { auth, clock, provider, lines, limited } = await start(t);
  clock.now = new Date("2026-11-20T12:00:18.5Z");
  const browser = browserAt(ada, auth);
  for (let time = 0; time < 20; time++) assert.equal((await begin(browser)).status, 303);
  const refused = await begin(browser);
  assert.deepEqual([refused.status, refused.headers.get("retry-after")], [429, "42"]);
  const page = await refused.text();
  assert.match(page, /<h1>This was tried too often in a short time\.<\/h1>/);
  assert.match(page, /Please try again in a minute\..*Code: too_many_requests/s);
  assert.equal((await begin(browserAt(ben, auth))).status, 303);

  await begin(browser);
  assert.deepEqual(limited, [{ limit: "loginStarts", who: "193.0.14.0/24" }]);
  assert.deepEqual(warnings(lines), limited);
  assert.doesNotMatch(JSON.stringify(lines), /193\.0\.14\.129/);
  clock.now = new Date("2026-11-20T12:01:00Z");
  assert.equal((await begin(browser)).status, 303);
  assert.deepEqual(provider.requests, []);
});

test("a program is told in JSON", async (t) => {
  const { auth } = await start(t, { limits: { loginStarts: { minute: 1 } } });
  const browser = browserAt(ada, auth);
  await begin(browser);
  const headers = { "sec-fetch-site": "same-origin", accept: "application/json" };
  const answer = await browser.get("/auth/login/example", headers);
  assert.equal(answer.headers.get("retry-after"), "60");
  assert.deepEqual(await answer.json(), {
    error: {
      code: "too_many_requests",
      stage: "request",
      message: "This was tried too often in a short time. Please try again in a minute.",
    },
  });
});

test("200 logins an hour: what a minute refused is not among them", async (t) => {
  const { auth, clock } = await start(t);
  const browser = browserAt(ada, auth);
  for (let minute = 0; minute < 10; minute++) {
    assert.equal(await untilRefused(() => begin(browser)), 20);
    clock.advance(1);
  }
  const answer = await begin(browser);
  assert.deepEqual([answer.status, answer.headers.get("retry-after")], [429, "3000"]);
  assert.match(await answer.text(), /try again in 50 minutes\./);
  clock.advance(50);
  assert.equal((await begin(browser)).status, 303);
});

test("one customer's IPv6 addresses are one client, however they are written", async (t) => {
  const { auth } = await start(t, { limits: { loginStarts: { minute: 3 } } });
  const from = (address: string) => begin(browserAt(address, auth)).then(({ status }) => status);
  for (const address of ["2001:7fd::1", "2001:07FD:0:0:dead:beef::", "2001:7fd:0::9%eth0"]) {
    assert.equal(await from(address), 303, address);
  }
  assert.equal(await from("2001:7fd::ffff:1"), 429);
  assert.equal(await from("2001:7fd:0:1::1"), 303);
});

for (const [what, address, warnings] of [
  ["without an address", undefined, 0],
  ["from loopback, where a proxy is not named,", "127.0.0.1", 1],
] as const) {
  test(`${what} nobody is limited by it, and there are ${warnings} warnings`, async (t) => {
    const { auth, lines, rows } = await start(t);
    const browser = browserAt(address, auth);
    assert.equal(await untilRefused(() => begin(browser)), 250);
    assert.equal(await untilRefused(() => fail(browser)), 250);
    assert.deepEqual(await rows(), []);
    const said = lines.filter(({ message }) => message.includes("trustedProxies"));
    assert.equal(said.length, warnings);
  });
}

test("a page that asks before it begins, or begins nothing, is not counted", async (t) => {
  const { auth } = await start(t, { limits: { loginStarts: { minute: 1 } } });
  const browser = browserAt(ada, auth);
  const elsewhere = { "sec-fetch-site": "cross-site" };
  assert.equal(await untilRefused(() => browser.get("/auth/login/example", elsewhere), 5), 5);
  const prefetch = { "sec-fetch-site": "same-origin", "sec-purpose": "prefetch" };
  assert.equal(await untilRefused(() => browser.get("/auth/login/example", prefetch), 5), 5);
  assert.equal(await untilRefused(() => browser.get("/auth/login"), 5), 5);
  assert.equal(await untilRefused(() => begin(browser)), 1);
});

test("who fails 30 times in a minute is refused before provider and database are asked", async (t) => {
  const ground = await sqliteGround();
  t.after(() => ground.close());
  const { auth, clock, provider, limited } = await startWatched(t, ground);
  const browser = browserAt(ada, auth);
  const back = await browser.leaveFor("example");
  assert.equal(await untilRefused(() => fail(browser)), 30);
  assert.deepEqual(limited, [{ limit: "callbackFailures", who: "193.0.14.0/24" }]);

  const [answer, asked] = await ground.statements.during(() => browser.get(back));
  assert.deepEqual([answer.status, await codeOf(answer)], [429, "too_many_requests"]);
  assert.deepEqual(asked, []);
  assert.deepEqual(provider.to("/token"), []);
  assert.equal((await browserAt(ben, auth).signIn("example")).status, 303);

  // The login waits in the browser meanwhile.
  clock.advance(1);
  assert.equal((await browser.get(back)).status, 303);
  assert.equal(browser.named("session").length, 1);
});

test("a login that succeeds is not counted, and asks the database nothing more", async (t) => {
  const ground = await sqliteGround();
  t.after(() => ground.close());
  const { auth } = await startWatched(t, ground);
  const { random } = Math;
  Math.random = () => 0.5;
  t.after(() => {
    Math.random = random;
  });
  await browserAt(ada, auth).signIn("example");
  const known = browserAt(ada, auth);
  const unknown = browserAt(undefined, auth);
  const [, asked] = await ground.statements.during(() => known.signIn("example"));
  const [, without] = await ground.statements.during(() => unknown.signIn("example"));
  assert.deepEqual(asked, without);
  assert.ok(asked.length > 5);
  assert.deepEqual(await ground.ask("select * from social_limits"), []);
});

test("a database that cannot count changes nothing about the answer", async (t) => {
  const ground = await sqliteGround();
  t.after(() => ground.close());
  const { auth, lines } = await startWatched(t, ground);
  const browser = browserAt(ada, auth);
  for (const kind of ["StorageUnavailable", "the driver's own", "Error"] as const) {
    lines.length = 0;
    const [answer, asked] = await ground.statements.during(() => fail(browser), { at: 0, kind });
    assert.match(asked.join(), /insert into social_limits/);
    assert.deepEqual([answer.status, await codeOf(answer)], [400, "state_unknown"]);
    assert.deepEqual(
      lines.map(({ message }) => message),
      ["a failed login could not be counted", "a login failed"],
    );
  }
});

/** A site on watched ground. */
async function startWatched(t: TestContext, { storage }: Awaited<ReturnType<typeof sqliteGround>>) {
  const site = await startSite(t, { storage });
  await storage.migrate();
  const limited: EventFacts["limited"][] = [];
  site.auth.on("limited", (facts) => void limited.push(facts));
  return { ...site, limited };
}

test("failures count over all processes; another one refuses from its own next on", async (t) => {
  const { auth, another, limited } = await start(t);
  const [here, there] = [browserAt(ada, auth), browserAt(ada, another())];
  for (let time = 0; time < 15; time++) {
    for (const browser of [there, here]) assert.equal((await fail(browser)).status, 400);
  }
  assert.equal((await fail(here)).status, 429);
  const back = await there.leaveFor("example");
  assert.equal(await untilRefused(() => fail(there)), 1);
  assert.equal((await there.get(back)).status, 429);
  assert.deepEqual(limited, [{ limit: "callbackFailures", who: "193.0.14.0/24" }]);
});

test("50 failures at once at two processes are counted once each", async (t) => {
  const { auth, another, rows } = await start(t, { limits: { callbackFailures: { minute: 100 } } });
  const at = [auth, another()].map((process) => browserAt(ada, process));
  await Promise.all(at.flatMap((browser) => Array.from({ length: 25 }, () => fail(browser))));
  assert.deepEqual(await rows(), [{ count: 50 }]);
});

test("what the person or the provider did counts, and what is this site's fault does not", async (t) => {
  const { auth, provider, rows } = await start(t);
  const browser = browserAt(ada, auth);
  const counted = async () => Number((await rows())[0]?.count ?? 0);
  const causes = [
    ["state_missing", 1, () => browser.get("/auth/complete/example")],
    ["backend_unknown", 0, () => browser.get("/auth/complete/nobody?state=1")],
    ["method_not_allowed", 0, () => browser.post("/auth/complete/example?state=1")],
    ["resume_unknown", 1, () => browser.get("/auth/resume/nothing")],
    ["resume_unknown", 1, () => browser.post("/auth/resume/nothing")],
    ["provider_failed", 1, withToken({ status: 500 })],
    ["provider_busy", 0, withToken({ status: 429 })],
    ["answer_invalid", 1, withToken({ body: "<html>" })],
  ] as const;
  for (const [code, more, act] of causes) {
    const before = await counted();
    assert.equal(await codeOf(await act()), code);
    assert.equal((await counted()) - before, more, code);
  }

  function withToken(reply: { status?: number; body?: string }) {
    return () => {
      provider.on("/token", reply);
      return browser.signIn("example");
    };
  }
});

test("a user sets out to connect and disconnect accounts ten times an hour, wherever", async (t) => {
  const { auth, another, clock, provider, storage, limited } = await start(t);
  const browser = browserAt(undefined, auth);
  await browser.signIn("example");
  const elsewhere = browserAt(undefined, another());
  elsewhere.cookies.set(...([...browser.cookies][0] ?? assert.fail("no session")));
  const connect = () => elsewhere.post("/auth/login/second");
  for (let time = 0; time < 5; time++) {
    assert.equal((await connect()).status, 303);
    assert.equal((await browser.post("/auth/disconnect/second")).status, 404);
  }
  const refused = await browser.post("/auth/disconnect/second");
  assert.deepEqual([refused.status, await codeOf(refused)], [429, "too_many_requests"]);
  assert.equal(refused.headers.get("retry-after"), "3600");
  assert.equal((await connect()).status, 429);
  const user = await storage.users.findByUsername("ada");
  assert.deepEqual(limited, [{ limit: "connects", who: `user ${user?.id}` }]);

  provider.profile = { id: 2, login: "ben" };
  const other = browserAt(undefined, auth);
  await other.signIn("example");
  assert.equal((await other.post("/auth/login/second")).status, 303);
  // Signing in is not connecting.
  assert.equal((await browserAt(undefined, auth).signIn("example")).status, 303);
  clock.advance(60);
  assert.equal((await connect()).status, 303);
});

for (const [limits, [starts, failures, connects]] of [
  [undefined, [20, 30, 10]],
  [{}, [20, 30, 10]],
  [{ loginStarts: { minute: 2 } }, [2, 30, 10]],
  [{ loginStarts: { minute: false, hour: 3 } }, [3, 30, 10]],
  [{ loginStarts: { minute: false } }, [200, 30, 10]],
  [{ loginStarts: false }, [250, 30, 10]],
  [{ callbackFailures: { minute: 4 } }, [20, 4, 10]],
  [{ callbackFailures: { hour: 5 } }, [20, 5, 10]],
  [{ callbackFailures: false }, [20, 250, 10]],
  [{ connects: { hour: 6 } }, [20, 30, 6]],
  [{ connects: { minute: 7 } }, [20, 30, 7]],
  [{ connects: false }, [20, 30, 250]],
  [false, [250, 250, 250]],
] as const) {
  test(`limits: ${JSON.stringify(limits)}`, async (t) => {
    const { auth } = await start(t, { limits });
    const browser = browserAt(ada, auth);
    assert.equal(await untilRefused(() => begin(browser)), starts, "starts");
    assert.equal(await untilRefused(() => fail(browser)), failures, "failures");
    const person = browserAt(undefined, auth);
    await person.signIn("example");
    assert.equal(await untilRefused(() => person.post("/auth/login/second")), connects, "connects");
  });
}
