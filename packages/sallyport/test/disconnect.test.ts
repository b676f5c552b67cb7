import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { disconnectPipeline } from "../src/disconnect-pipeline.ts";
import { allowedToDisconnect } from "../src/steps/allowed-to-disconnect.ts";
import { getEntries } from "../src/steps/get-entries.ts";
import { removeAssociations } from "../src/steps/remove-associations.ts";
import { revokeTokens } from "../src/steps/revoke-tokens.ts";
import { codeOf, ExampleOAuth2, SecondOAuth2, settingsFor, startSite } from "./site.ts";

/** Somebody who has signed in with one account, and connected a second of another backend. */
async function startConnected(t: TestContext, options: Parameters<typeof startSite>[1] = {}) {
  const site = await startSite(t, options);
  const browser = site.browser();
  await browser.signIn("example");
  site.provider.profile = { id: 2, login: "ada" };
  await browser.signIn("second");
  const user = await site.storage.users.findByUsername("ada");
  assert.ok(user);
  const accounts = await site.auth.associations(user);
  assert.deepEqual(
    accounts.map(({ provider }) => provider),
    ["example", "second"],
  );
  return { ...site, browser, another: site.browser, user };
}

test("an account that is connected leads to the user, and no longer once it is disconnected", async (t) => {
  const { browser, auth, user } = await startConnected(t);
  const answer = await browser.post("/auth/disconnect/example?next=/accounts");
  assert.deepEqual([answer.status, answer.headers.get("location")], [303, "/accounts"]);
  assert.deepEqual(
    (await auth.associations(user)).map(({ provider }) => provider),
    ["second"],
  );
});

test("the last account stays", async (t) => {
  const { browser, auth, user } = await startConnected(t);
  await browser.post("/auth/disconnect/example");
  const answer = await browser.post("/auth/disconnect/second");
  assert.deepEqual([answer.status, await codeOf(answer)], [409, "last_way_in"]);
  assert.equal((await auth.associations(user)).length, 1);
});

test("of two disconnects at once, one leaves the user a way in", async (t) => {
  const { browser, auth, user } = await startConnected(t);
  const answers = await Promise.all([
    browser.post("/auth/disconnect/example"),
    browser.post("/auth/disconnect/second"),
  ]);
  assert.deepEqual(answers.map(({ status }) => status).sort(), [303, 409]);
  assert.equal((await auth.associations(user)).length, 1);
});

test("an account of a backend that is not there any more is no way in", async (t) => {
  const { browser, storage, user } = await startConnected(t);
  await storage.associations.add({ userId: user.id, provider: "retired", uid: "9" }, new Date());
  await browser.post("/auth/disconnect/example");
  assert.equal(await codeOf(await browser.post("/auth/disconnect/second")), "last_way_in");
});

test("an application that knows another way in lets the last one go", async (t) => {
  const otherwise = async () => true;
  const steps = disconnectPipeline(
    getEntries,
    allowedToDisconnect({ otherwise }),
    removeAssociations,
  );
  const { browser, auth, user } = await startConnected(t, { disconnectPipeline: steps });
  await browser.post("/auth/disconnect/example");
  assert.equal((await browser.post("/auth/disconnect/second")).status, 303);
  assert.deepEqual(await auth.associations(user), []);
});

test("sessions that came from the account end, and others go on", async (t) => {
  const site = await startConnected(t);
  site.provider.profile = { id: 1, login: "ada" };
  const other = site.another();
  await other.signIn("example");
  await site.browser.post("/auth/disconnect/example");
  assert.equal(await (await other.get("/auth/session")).json(), null);
  assert.notEqual(await (await site.browser.get("/auth/session")).json(), null);
});

test("one of several accounts of a backend goes by its id", async (t) => {
  const { browser, provider, auth, user } = await startConnected(t);
  provider.profile = { id: 3, login: "ada" };
  await browser.signIn("second");
  const [, second, third] = await auth.associations(user);
  const answer = await browser.post(`/auth/disconnect/second/${third?.id}`, {
    "sec-fetch-site": "same-origin",
    origin: browser.origin,
    accept: "application/json",
  });
  assert.deepEqual(await answer.json(), { disconnected: [third?.id] });
  const left = (await auth.associations(user)).map(({ id }) => id);
  assert.ok(left.includes(second?.id ?? 0));
});

test("another user's account cannot be disconnected", async (t) => {
  const { browser, storage } = await startConnected(t);
  const grace = await storage.users.add({ username: "grace", creator: "test" }, new Date());
  const hers = { userId: grace.id, provider: "example", uid: "7" };
  const theirs = await storage.associations.add(hers, new Date());
  const answer = await browser.post(`/auth/disconnect/example/${theirs.id}`);
  assert.deepEqual([answer.status, await codeOf(answer)], [404, "association_unknown"]);
  assert.ok(await storage.associations.get(theirs.id));
});

test("nobody disconnects without being signed in, nor from another site", async (t) => {
  const { browser, auth, user } = await startConnected(t);
  const forged = await browser.post("/auth/disconnect/example", {
    "sec-fetch-site": "cross-site",
    origin: "https://evil.example",
  });
  assert.equal(await codeOf(forged), "request_forged");
  browser.cookies.clear();
  const nobody = await browser.post("/auth/disconnect/example");
  assert.deepEqual([nobody.status, await codeOf(nobody)], [401, "not_signed_in"]);
  assert.equal((await auth.associations(user)).length, 2);
});

test("connecting and disconnecting need a recent sign-in", async (t) => {
  const { browser, clock, provider, auth, user } = await startConnected(t);
  clock.advance(11);
  const late = await browser.post("/auth/disconnect/example");
  assert.deepEqual([late.status, await codeOf(late)], [403, "sign_in_again"]);
  provider.profile = { id: 9, login: "ada" };
  const third = await browser.signIn("example");
  assert.deepEqual([third.status, await codeOf(third)], [403, "sign_in_again"]);
  assert.equal((await auth.associations(user)).length, 2);
  // Signing in again with an account that is connected already makes it recent.
  provider.profile = { id: 1, login: "ada" };
  assert.equal((await browser.signIn("example")).status, 303);
  provider.profile = { id: 9, login: "ada" };
  assert.equal((await browser.signIn("example")).status, 303);
  assert.equal((await auth.associations(user)).length, 3);
});

/** Two accounts, the first of a backend that takes its tokens back. */
function startRevocable(t: TestContext) {
  const steps = disconnectPipeline(
    getEntries,
    allowedToDisconnect(),
    removeAssociations,
    revokeTokens({ enabled: true }),
  );
  class Revocable extends ExampleOAuth2 {
    override readonly revokeTokenUrl: string = "{url}/revoke";
  }
  return startConnected(t, {
    disconnectPipeline: steps,
    backends: (provider) => [
      new Revocable(settingsFor(provider)),
      new SecondOAuth2(settingsFor(provider)),
    ],
  });
}

test("tokens are taken back at the provider, and its outage keeps nobody connected", async (t) => {
  const site = await startRevocable(t);
  site.provider.on("/revoke", { status: 500 });
  assert.equal((await site.browser.post("/auth/disconnect/example")).status, 303);
  const [asked] = site.provider.to("/revoke");
  assert.ok(site.provider.secrets.includes(asked?.form.get("token") ?? ""));
  assert.equal((await site.auth.associations(site.user)).length, 1);
  assert.match(JSON.stringify(site.lines), /a step after the disconnect failed/);
});

test("listeners hear that tokens were taken back, of those that were", async (t) => {
  const site = await startRevocable(t);
  const heard: string[] = [];
  for (const name of ["disconnected", "revoked"] as const) {
    site.auth.on(name, ({ association }) => void heard.push(`${name} ${association.provider}`));
  }
  site.provider.on("/revoke", { status: 200 });
  await site.browser.post("/auth/disconnect/example");
  site.provider.profile = { id: 3, login: "ada" };
  await site.browser.signIn("example");
  await site.browser.post("/auth/disconnect/second");
  assert.deepEqual(heard, ["disconnected example", "revoked example", "disconnected second"]);
});

test("listeners hear of it, once it stands", async (t) => {
  const site = await startSite(t);
  const heard: string[] = [];
  site.auth.on("login", ({ isNew }) => void heard.push(`login ${isNew}`));
  site.auth.on(
    "connected",
    ({ association }) => void heard.push(`connected ${association.provider}`),
  );
  site.auth.on("disconnected", ({ association }) => {
    heard.push(`disconnected ${association.provider}`);
    throw new Error("a listener's own fault");
  });
  site.auth.on("login-failed", ({ error }) => void heard.push(`failed ${error.code}`));
  const browser = site.browser();
  await browser.signIn("example");
  site.provider.profile = { id: 2, login: "ada" };
  await browser.signIn("second");
  assert.equal((await browser.post("/auth/disconnect/second")).status, 303);
  await browser.get("/auth/complete/example?state=unknown");
  assert.deepEqual(heard, [
    "login true",
    "connected example",
    "login false",
    "connected second",
    "disconnected second",
    "failed state_unknown",
  ]);
  assert.match(JSON.stringify(site.lines), /a listener's own fault/);
});
