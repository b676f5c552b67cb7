import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { sqliteStorage } from "../src/storage/sqlite.ts";
import type { Browser } from "./browser.ts";
import { codeOf, origin, type Site, startSite, temporaryFile } from "./site.ts";

/** Comes back with an address, and sees it refused before the provider is asked anything. */
async function refused(site: Site, person: Browser, address: string, code: string) {
  const asked = site.provider.requests.length;
  const answer = await person.send("GET", address, { "sec-fetch-site": "cross-site" });
  assert.equal(answer.status, 400);
  assert.equal(await codeOf(answer), code);
  assert.equal(site.provider.requests.length, asked, "the provider was asked");
  assert.deepEqual(person.named("session"), []);
  assert.equal(await site.storage.users.findByUsername("ada"), undefined);
}

async function left(t: TestContext) {
  const site = await startSite(t);
  const person = site.browser();
  const back = new URL(await person.leaveFor("example"));
  return { site, person, back };
}

test("a callback without a state is refused", async (t) => {
  const { site, person, back } = await left(t);
  back.searchParams.delete("state");
  await refused(site, person, back.href, "state_missing");
});

test("a callback with an empty state is refused", async (t) => {
  const { site, person, back } = await left(t);
  back.searchParams.set("state", "");
  await refused(site, person, back.href, "state_missing");
});

test("a callback that carries the state twice is refused", async (t) => {
  const { site, person, back } = await left(t);
  back.searchParams.append("state", back.searchParams.get("state") ?? "");
  await refused(site, person, back.href, "state_missing");
});

test("a callback with a state of nobody's is refused", async (t) => {
  const { site, person, back } = await left(t);
  back.searchParams.set("state", "A".repeat(43));
  await refused(site, person, back.href, "state_unknown");
});

test("a state that begins like ours, and so finds the cookie, is refused", async (t) => {
  const { site, person, back } = await left(t);
  const state = back.searchParams.get("state") ?? "";
  const last = state.endsWith("A") ? "B" : "A";
  back.searchParams.set("state", state.slice(0, -1) + last);
  await refused(site, person, back.href, "state_unknown");
});

test("the callback of another browser is refused", async (t) => {
  const { site, back } = await left(t);
  const victim = site.browser();
  await victim.leaveFor("example");
  await refused(site, victim, back.href, "state_unknown");
});

test("a flow's cookie that is not sealed by us is refused", async (t) => {
  const { site, person, back } = await left(t);
  const [name = ""] = person.named("flow");
  const flow = { backend: "example", state: back.searchParams.get("state"), keep: {}, next: "/" };
  person.cookies.set(name, `v1.${Buffer.from(JSON.stringify(flow)).toString("base64url")}`);
  await refused(site, person, back.href, "state_unknown");
});

test("a callback for another backend is refused", async (t) => {
  const { site, person, back } = await left(t);
  back.pathname = "/auth/complete/second";
  await refused(site, person, back.href, "state_foreign");
});

test("a callback eleven minutes later is refused", async (t) => {
  const { site, person, back } = await left(t);
  site.clock.advance(11);
  await refused(site, person, back.href, "state_expired");
});

test("a callback nine minutes later is let in", async (t) => {
  const { site, person, back } = await left(t);
  site.clock.advance(9);
  assert.equal((await person.send("GET", back.href)).status, 303);
});

test("a login begun by one user is not completed by another", async (t) => {
  const site = await startSite(t);
  const person = site.browser();
  await person.signIn("example");
  const back = await person.leaveFor("second");
  site.provider.profile = { id: 2, login: "bob" };
  const other = site.browser();
  await other.signIn("example");
  // The flow's cookie is in this browser, but somebody else is signed in by now.
  for (const name of person.named("flow")) other.cookies.set(name, person.cookies.get(name) ?? "");

  const asked = site.provider.requests.length;
  assert.equal(await codeOf(await other.send("GET", back)), "state_foreign");
  assert.equal(site.provider.requests.length, asked);
});

test("a login begun by a user is not completed once they have signed out", async (t) => {
  const site = await startSite(t);
  const person = site.browser();
  await person.signIn("example");
  const back = await person.leaveFor("second");
  await person.post("/auth/logout");

  const asked = site.provider.requests.length;
  assert.equal(await codeOf(await person.send("GET", back)), "state_foreign");
  assert.equal(site.provider.requests.length, asked);
});

test("a callback that was used is refused, also with the cookie kept back", async (t) => {
  const site = await startSite(t);
  const person = site.browser();
  const back = await person.leaveFor("example");
  const kept = new Map(person.cookies);
  await person.send("GET", back);

  const thief = site.browser();
  for (const [name, value] of kept) thief.cookies.set(name, value);
  const asked = site.provider.requests.length;
  assert.equal(await codeOf(await thief.send("GET", back)), "state_used");
  assert.equal(await codeOf(await person.send("GET", back)), "state_unknown");
  assert.equal(site.provider.requests.length, asked);
  assert.deepEqual(thief.named("session"), []);
});

for (const kind of ["memory", "file"]) {
  test(`of fifty parallel uses of one callback one succeeds (${kind})`, async (t) => {
    const file = sqliteStorage(temporaryFile(t));
    const site = await startSite(t, kind === "file" ? { storage: file } : {});
    const person = site.browser();
    const back = await person.leaveFor("example");
    const cookie = person.cookieHeader();
    const url = new URL(back, origin).href;

    const answers = await Promise.all(
      Array.from({ length: 50 }, () =>
        site.auth.handle(new Request(url, { headers: { cookie }, redirect: "manual" })),
      ),
    );

    const statuses = answers.map((answer) => answer?.status ?? 0);
    assert.equal(statuses.filter((status) => status === 303).length, 1);
    assert.equal(statuses.filter((status) => status === 400).length, 49);
    assert.equal(site.provider.to("/token").length, 1);
  });
}
