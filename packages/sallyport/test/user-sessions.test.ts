import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { sealedSessions } from "../src/sessions/sealed.ts";
import { sqliteStorage } from "../src/storage/sqlite.ts";
import type { Browser } from "./browser.ts";
import { secret, startSite, temporaryFile } from "./site.ts";

const firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0";

const requestOf = (browser: Browser) => ({ headers: { cookie: browser.cookieHeader() } });

/** Ada, signed in with a laptop, ten minutes later with a phone; and Grace. */
async function startSignedIn(t: TestContext, options: Parameters<typeof startSite>[1] = {}) {
  const site = await startSite(t, { storage: sqliteStorage(temporaryFile(t)), ...options });
  const [laptop, phone, hers] = [site.browser(), site.browser(), site.browser()];
  laptop.userAgent = firefox;
  site.provider.profile = { id: 1, login: "ada" };
  await laptop.signIn("example");
  site.clock.advance(10);
  await phone.signIn("example");
  site.provider.profile = { id: 2, login: "grace" };
  await hers.signIn("example");
  const ada = await site.auth.user(requestOf(laptop));
  const grace = await site.auth.user(requestOf(hers));
  assert.ok(ada && grace);
  const isIn = async (browser: Browser) => (await site.auth.user(requestOf(browser))) !== undefined;
  return { ...site, laptop, phone, hers, ada, grace, isIn };
}

test("a user's sessions are listed, the newest activity first, and which is the present one", async (t) => {
  const { auth, laptop, ada } = await startSignedIn(t);
  const [onPhone, onLaptop, ...more] = await auth.sessions(ada, requestOf(laptop));
  assert.deepEqual(more, []);
  assert.equal(onPhone?.current, false);
  assert.equal(onPhone.userAgent, null);
  assert.match(onLaptop?.id ?? "", /^[\w-]{43}$/);
  assert.deepEqual(
    { ...onLaptop, id: "" },
    {
      id: "",
      backend: "example",
      tenant: null,
      createdAt: new Date("2026-11-20T12:00:00Z"),
      lastSeenAt: new Date("2026-11-20T12:00:00Z"),
      expiresAt: new Date("2026-11-27T12:00:00Z"),
      userAgent: firefox,
      current: true,
    },
  );
  const unasked = await auth.sessions(ada);
  assert.deepEqual(
    unasked.map(({ current }) => current),
    [false, false],
  );
});

test("who was active last stands first", async (t) => {
  const { auth, clock, laptop, ada, isIn } = await startSignedIn(t);
  clock.advance(60);
  assert.ok(await isIn(laptop));
  const [first] = await auth.sessions(ada);
  assert.equal(first?.userAgent, firefox);
  assert.deepEqual(first.lastSeenAt, clock.now);
});

test("what does not count any more is not listed: idle, too old, signed out", async (t) => {
  const { auth, clock, laptop, phone, ada, isIn } = await startSignedIn(t);
  const count = async () => (await auth.sessions(ada)).length;
  await phone.post("/auth/logout");
  assert.equal(await count(), 1);
  clock.advance(12 * 60 - 10);
  assert.ok(await isIn(laptop));
  clock.advance(12 * 60);
  assert.equal(await count(), 1);
  clock.advance(1);
  assert.equal(await count(), 0, "after more than twelve hours without a request");

  await laptop.signIn("second");
  for (let day = 0; day < 14; day++) {
    assert.ok(await isIn(laptop), `after ${day / 2} days`);
    clock.advance(12 * 60);
  }
  assert.equal(await count(), 0, "after seven days");
});

test("nobody signs in with what the list says", async (t) => {
  const { auth, laptop, ada } = await startSignedIn(t);
  for (const { id } of await auth.sessions(ada)) {
    laptop.cookies.set("__Host-sallyport-session", id);
    assert.equal(await auth.user(requestOf(laptop)), undefined);
  }
});

test("one session ends, and the others go on", async (t) => {
  const { auth, laptop, phone, ada, isIn } = await startSignedIn(t);
  const [onPhone] = await auth.sessions(ada);
  assert.equal(await auth.endSession(ada, onPhone?.id ?? ""), true);
  assert.deepEqual([await isIn(laptop), await isIn(phone)], [true, false]);
  assert.equal(await auth.endSession(ada, onPhone?.id ?? ""), false, "a second time");
});

test("somebody else's session cannot be ended", async (t) => {
  const { auth, hers, ada, grace, isIn } = await startSignedIn(t);
  const [session] = await auth.sessions(grace);
  for (const id of [session?.id ?? "", "", "nonsense"]) {
    assert.equal(await auth.endSession(ada, id), false);
  }
  assert.ok(await isIn(hers));
});

test("all of a user's sessions end, or all but the present one", async (t) => {
  const { auth, browser, provider, laptop, phone, hers, ada, isIn } = await startSignedIn(t);
  assert.equal(await auth.endSessions(ada, { except: requestOf(laptop) }), 1);
  assert.deepEqual([await isIn(laptop), await isIn(phone)], [true, false]);
  provider.profile = { id: 1, login: "ada" };
  const another = browser();
  await another.signIn("example");
  assert.equal(await auth.endSessions(ada), 2);
  assert.deepEqual(
    [await isIn(laptop), await isIn(another), await isIn(hers)],
    [false, false, true],
  );
  assert.equal(await auth.endSessions(ada), 0);
});

test("a request of nobody's excepts nothing", async (t) => {
  const { auth, browser, hers, ada, isIn } = await startSignedIn(t);
  assert.equal(await auth.endSessions(ada, { except: requestOf(browser()) }), 2);
  assert.equal(await auth.endSessions(ada, { except: requestOf(hers) }), 0);
  assert.ok(await isIn(hers));
});

test("what a browser calls itself is cut, and cleaned of what nobody sees", async (t) => {
  const { auth, browser, provider, ada } = await startSignedIn(t);
  provider.profile = { id: 1, login: "ada" };
  for (const [said, kept] of [
    ["x".repeat(501), "x".repeat(500)],
    [" a\tb\u007f\u0085c\u00ad ", "abc"],
    ["\u00e9", "\u00e9"],
    ["\u0080\u0081", null],
  ] as const) {
    await auth.endSessions(ada);
    const person = browser();
    person.userAgent = said;
    await person.signIn("example");
    const [session] = await auth.sessions(ada);
    assert.equal(session?.userAgent, kept);
  }
});

test("a store that cannot tell says so, and what to do", async (t) => {
  const session = sealedSessions({ secrets: [secret] });
  const { auth, laptop, ada } = await startSignedIn(t, { session });
  for (const call of [
    auth.sessions(ada, requestOf(laptop)),
    auth.endSession(ada, "id"),
    auth.endSessions(ada),
  ]) {
    await assert.rejects(call, { code: "sessions_not_listed", message: /use databaseSessions/ });
  }
});
