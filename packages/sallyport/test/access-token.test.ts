import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { type TestContext, test } from "node:test";
import type { EventFacts } from "../src/events.ts";
import type { JsonObject } from "../src/identity.ts";
import { memoryStorage } from "../src/storage/memory.ts";
import { sqliteStorage } from "../src/storage/sqlite.ts";
import type { Storage } from "../src/storage.ts";
import { failureOf } from "./backend.ts";
import { ExampleOAuth2, type Site, settingsFor, startSite, temporaryFile } from "./site.ts";

/** Somebody signed in whose access token lasts for an hour, and the events since then. */
async function signedIn(t: TestContext, storage: Storage = memoryStorage(), tokenExtras = {}) {
  const site = await startSite(t, { storage });
  site.provider.tokenExtras = tokenExtras;
  await site.browser().signIn("example");
  const account = await accountOf(site);
  const events: string[] = [];
  const note =
    (name: string) =>
    ({ association }: EventFacts["refreshed"]) =>
      void events.push(`${name} ${association.id}`);
  for (const name of ["refreshed", "revoked"] as const) site.auth.on(name, note(name));
  const token = (options = {}) => site.auth.accessToken({ id: account.userId }, "example", options);
  return { site, account, events, token };
}

async function accountOf({ storage }: Site, uid = "1") {
  return (await storage.associations.find("example", uid)) ?? assert.fail("no account");
}

const refreshes = ({ provider }: Site) =>
  provider.to("/token").filter(({ form }) => form.has("refresh_token")).length;

test("the stored token is given while it lasts", async (t) => {
  const { site, token, events } = await signedIn(t);
  const stored = await token();
  assert.match(stored, /^access-/);
  site.clock.advance(59);
  assert.equal(await token(), stored);
  assert.equal(refreshes(site), 0);
  assert.deepEqual(events, []);
});

test("a token that ends within ten seconds, or the time that is asked for, is renewed", async (t) => {
  const { site, token } = await signedIn(t);
  const first = await token();
  site.clock.advance(60 - 11 / 60);
  assert.equal(await token(), first);
  site.clock.advance(1 / 60);
  const second = await token();
  assert.notEqual(second, first);
  assert.equal(await token({ minimumLifetime: 3599 }), second);
  const third = await token({ minimumLifetime: 3600 });
  assert.notEqual(third, second);
  assert.equal(refreshes(site), 2);
});

for (const [kind, open] of [
  ["memory", () => memoryStorage()],
  ["SQLite", (t: TestContext) => sqliteStorage(temporaryFile(t))],
] as const) {
  test(`five who ask at once for a token that has ended make one refresh (${kind})`, async (t) => {
    const { site, token, events, account } = await signedIn(t, open(t));
    site.clock.advance(61);
    const tokens = await Promise.all(Array.from({ length: 5 }, () => token()));
    assert.equal(new Set(tokens).size, 1);
    assert.equal(refreshes(site), 1);
    assert.deepEqual(events, [`refreshed ${account.id}`]);
    // The rotated pair is the stored one.
    site.clock.advance(61);
    assert.notEqual(await token(), tokens[0]);
    assert.equal(refreshes(site), 2);
  });
}

test("a new token that lasts for less than was asked for is given to all who waited", async (t) => {
  const { site, token } = await signedIn(t);
  site.provider.tokenExtras = { expires_in: 5 };
  site.clock.advance(61);
  const tokens = await Promise.all(Array.from({ length: 5 }, () => token()));
  assert.equal(new Set(tokens).size, 1);
  assert.equal(refreshes(site), 1);
});

test("a refresh and an access token that are asked for at once are one refresh", async (t) => {
  const { site, token, account } = await signedIn(t);
  site.clock.advance(61);
  const [one, other] = await Promise.all([token(), site.auth.refresh(account)]);
  assert.equal(one, other.accessToken);
  assert.equal(refreshes(site), 1);
});

test("that a token was revoked is told to all who wait, once asked", async (t) => {
  const { site, token, events, account } = await signedIn(t);
  site.clock.advance(61);
  site.provider.on("/token", { status: 400, body: { error: "invalid_grant" } });
  const failures = await Promise.all(Array.from({ length: 5 }, () => failureOf(token())));
  assert.deepEqual(
    failures.map(({ code, stage, status }) => [code, stage, status]),
    Array(5).fill(["token_revoked", "refresh", 403]),
  );
  assert.equal(refreshes(site), 1);
  assert.deepEqual(events, [`revoked ${account.id}`]);
});

for (const [behaviour, code] of [
  [{ status: 503, body: "no" }, "provider_failed"],
  [{ status: 429, body: "no" }, "provider_busy"],
  ["drop", "provider_unreachable"],
] as const) {
  test(`after an outage (${code}) the next one to ask may try at once`, async (t) => {
    const { site, token, events, account } = await signedIn(t);
    site.clock.advance(61);
    site.provider.on("/token", behaviour);
    assert.equal((await failureOf(token())).code, code);
    assert.deepEqual((await accountOf(site)).extraData, account.extraData);
    site.provider.on("/token", (request) => site.provider.standard(request));
    assert.match(await token(), /^access-/);
    assert.deepEqual(events, [`refreshed ${account.id}`]);
  });
}

test("where the one who asks meets an outage, one of those who wait takes over", async (t) => {
  const { site, token } = await signedIn(t);
  site.clock.advance(61);
  site.provider.on("/token", (request) =>
    refreshes(site) === 1 ? "drop" : site.provider.standard(request),
  );
  const outcomes = await Promise.allSettled(Array.from({ length: 5 }, () => token()));
  const given = outcomes.flatMap((outcome) =>
    outcome.status === "fulfilled" ? [outcome.value] : [],
  );
  assert.equal(given.length, 4);
  assert.equal(new Set(given).size, 1);
  assert.equal(refreshes(site), 2);
});

test("where the one who asked is gone, its turn ends and another takes over", async (t) => {
  const { site, token, account } = await signedIn(t);
  site.clock.advance(61);
  const { now } = site.clock;
  const until = new Date(now.getTime() + 20_000);
  assert.ok(await site.storage.associations.lease(account.id, until, now));
  const waiting = token();
  await new Promise((resolve) => setTimeout(resolve, 150));
  assert.equal(refreshes(site), 0);
  site.clock.advance(1 / 3);
  assert.match(await waiting, /^access-/);
  assert.equal(refreshes(site), 1);
});

test("nobody waits for ever", async (t) => {
  // A turn is five seconds longer than a login may take: here, a fifth of a second.
  const site = await startSite(t, { timeouts: { login: -4800 } });
  await site.storage.migrate();
  const user = await site.storage.users.add({ username: "ada", creator: "test" }, site.clock.now);
  const key = { userId: user.id, provider: "example", uid: "1" };
  const { id } = await site.storage.associations.add(key, site.clock.now);
  await site.storage.associations.lease(id, new Date(8e15), site.clock.now);
  const error = await failureOf(site.auth.accessToken(user, "example"));
  assert.deepEqual([error.code, error.stage], ["provider_timeout", "refresh"]);
});

test("without a refresh token a token that has ended cannot be renewed", async (t) => {
  const { site, token } = await signedIn(t, memoryStorage(), { refresh_token: undefined });
  assert.match(await token(), /^access-/);
  site.clock.advance(61);
  assert.equal((await failureOf(token())).code, "token_missing");
  // And again, since nothing is held.
  assert.equal((await failureOf(token())).code, "token_missing");
});

const hour = 3600;
const twoYears = 2 * 365 * 24 * hour;

for (const [what, fields, ended] of [
  ["expires_on in the past", { expires_on: -1 }, true],
  ["expires_on in the future", { expires_on: hour }, false],
  ["expires_on as text", { expires_on: "-1" }, true],
  ["expires_on null, whatever older fields say", { expires_on: null, expires_in: 1 }, false],
  ["expires_in that has passed", { expires_in: hour, auth_time: -hour }, true],
  ["expires_in that has not", { expires_in: hour, auth_time: -60 }, false],
  ["expires as a span", { expires: hour, auth_time: -hour }, true],
  ["expires as a span that has not passed", { expires: hour, auth_time: -60 }, false],
  ["expires as a time", { expires: -1 }, true],
  ["nothing", {}, false],
  ["something that is no number", { expires_on: "soon" }, false],
] as const) {
  test(`a stored token with ${what} has ${ended ? "" : "not "}ended`, async (t) => {
    const { site, account, token } = await signedIn(t);
    const start = site.clock.now.getTime() / 1000;
    const { access_token, refresh_token } = account.extraData;
    // Times are given here in seconds from now, and so is what is above two years anyway.
    const moved = Object.entries(fields).map(([name, value]) => {
      const isTime = name === "expires_on" || name === "auth_time" || value < 0;
      if (value === null || !isTime || value === "soon") return [name, value];
      return [name, typeof value === "string" ? String(Number(value) + start) : value + start];
    });
    const extraData: JsonObject = { access_token, refresh_token, ...Object.fromEntries(moved) };
    await site.storage.associations.setExtraData(account.id, extraData, site.clock.now);
    await token();
    assert.equal(refreshes(site), ended ? 1 : 0);
  });
}

test("an expires of two years is a span, one more a time", async (t) => {
  for (const [expires, renewed] of [
    [twoYears, 0],
    [twoYears + 1, 1],
  ] as const) {
    const { site, account, token } = await signedIn(t);
    const { access_token, refresh_token, auth_time } = account.extraData;
    const extraData = { access_token, refresh_token, auth_time, expires };
    await site.storage.associations.setExtraData(account.id, extraData, site.clock.now);
    await token();
    assert.equal(refreshes(site), renewed);
  }
});

test("of several accounts the first is meant, or the one that is named", async (t) => {
  const site = await startSite(t);
  const browser = site.browser();
  await browser.signIn("example");
  const first = await accountOf(site);
  site.provider.profile = { id: 2, login: "ada-at-work" };
  const { id } = await site.storage.associations.add(
    { userId: first.userId, provider: "example", uid: "2" },
    site.clock.now,
  );
  await site.browser().signIn("example");
  const user = { id: first.userId };
  const one = await site.auth.accessToken(user, "example");
  assert.equal(await site.auth.accessToken(user, "example", { associationId: first.id }), one);
  assert.notEqual(await site.auth.accessToken(user, "example", { associationId: id }), one);
});

test("accounts of somebody else, of another backend or of none are not found", async (t) => {
  const { site, account, token } = await signedIn(t);
  site.provider.profile = { id: 2, login: "bob" };
  await site.browser().signIn("example");
  const other = await accountOf(site, "2");
  const { auth } = site;
  const user = { id: account.userId };
  for (const [asking, code] of [
    [token({ associationId: other.id }), "association_unknown"],
    [auth.accessToken(user, "second"), "association_unknown"],
    [auth.accessToken({ id: 99 }, "example"), "association_unknown"],
    [auth.accessToken(user, "gone"), "backend_unknown"],
  ] as const) {
    const error = await failureOf(asking);
    assert.deepEqual([error.code, error.stage], [code, "refresh"]);
  }
});

test("a backend that cannot renew says that there is nothing to renew with", async (t) => {
  class Fixed extends ExampleOAuth2 {
    override readonly refreshToken = undefined as never;
  }
  const site = await startSite(t, { backends: (at) => [new Fixed(settingsFor(at))] });
  await site.browser().signIn("example");
  const { userId } = await accountOf(site);
  site.clock.advance(61);
  const asking = site.auth.accessToken({ id: userId }, "example");
  assert.equal((await failureOf(asking)).code, "token_missing");
});

test("no token can be read in the database or in the log, however it went", async (t) => {
  const file = temporaryFile(t);
  const { site, token } = await signedIn(t, sqliteStorage(file));
  for (const behaviour of [
    undefined,
    { status: 500 } as const,
    { status: 400, body: { error: "invalid_grant" } } as const,
  ]) {
    if (behaviour) site.provider.on("/token", behaviour);
    site.clock.advance(61);
    await Promise.allSettled([token(), token()]);
  }
  const written = [file, `${file}-wal`].map((path) => readFileSync(path, "latin1")).join("");
  assert.ok(site.provider.secrets.length > 4);
  for (const secret of site.provider.secrets) {
    assert.ok(!written.includes(secret), secret);
    assert.ok(!JSON.stringify(site.lines).includes(secret), secret);
  }
});
