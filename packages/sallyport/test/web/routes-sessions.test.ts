import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { sealedSessions } from "../../src/sessions/sealed.ts";
import { sqliteStorage } from "../../src/storage/sqlite.ts";
import type { Browser } from "../browser.ts";
import { codeOf, origin, secret, startSite, temporaryFile } from "../site.ts";

interface Shown {
  readonly id: string;
  readonly current: boolean;
}

const here = { "sec-fetch-site": "same-origin", origin };
const json = { ...here, accept: "application/json" };

/** Ada with two browsers, and Grace. */
async function startSignedIn(t: TestContext, options: Parameters<typeof startSite>[1] = {}) {
  const site = await startSite(t, { storage: sqliteStorage(temporaryFile(t)), ...options });
  const [laptop, phone, hers] = [site.browser(), site.browser(), site.browser()];
  laptop.userAgent = "Laptop";
  site.provider.profile = { id: 1, login: "ada" };
  await laptop.signIn("example");
  site.clock.advance(1);
  await phone.signIn("example");
  site.provider.profile = { id: 2, login: "grace" };
  await hers.signIn("example");
  const isIn = async (browser: Browser) => {
    const request = { headers: { cookie: browser.cookieHeader() } };
    return (await site.auth.user(request)) !== undefined;
  };
  return { ...site, laptop, phone, hers, isIn };
}

async function listed(browser: Browser): Promise<readonly Shown[]> {
  // What the first test looks at.
  return (await (await browser.get("/auth/sessions")).json()) as readonly Shown[];
}

async function ownId(browser: Browser): Promise<string> {
  return (await listed(browser)).find(({ current }) => current)?.id ?? "";
}

const named = (id: string) => new URLSearchParams({ id });

test("/sessions says where the user is signed in", async (t) => {
  const { laptop } = await startSignedIn(t);
  const answer = await laptop.get("/auth/sessions");
  assert.equal(answer.headers.get("cache-control"), "no-store");
  const sessions = (await answer.json()) as readonly Shown[];
  assert.deepEqual(
    sessions.map((session) => ({ ...session, id: session.id.length })),
    [
      {
        id: 43,
        backend: "example",
        createdAt: "2026-11-20T12:01:00.000Z",
        lastSeenAt: "2026-11-20T12:01:00.000Z",
        expiresAt: "2026-11-27T12:01:00.000Z",
        userAgent: null,
        current: false,
      },
      {
        id: 43,
        backend: "example",
        createdAt: "2026-11-20T12:00:00.000Z",
        lastSeenAt: "2026-11-20T12:00:00.000Z",
        expiresAt: "2026-11-27T12:00:00.000Z",
        userAgent: "Laptop",
        current: true,
      },
    ],
  );
});

test("/sessions is null where nobody is signed in", async (t) => {
  const { browser } = await startSignedIn(t);
  assert.equal(await listed(browser()), null);
});

test("another session ends by its id, and the browser goes to next", async (t) => {
  const { laptop, phone, isIn } = await startSignedIn(t);
  const id = await ownId(phone);
  const answer = await laptop.post("/auth/sessions/end?next=/account", here, named(id));
  assert.deepEqual([answer.status, answer.headers.get("location")], [303, "/account"]);
  assert.deepEqual([await isIn(laptop), await isIn(phone)], [true, false]);
  // The button of a page that is not up to date.
  const again = await laptop.post("/auth/sessions/end", here, named(id));
  assert.deepEqual([again.status, again.headers.get("location")], [303, "/"]);
});

test("all others end, and the present one stays", async (t) => {
  const { laptop, phone, hers, isIn } = await startSignedIn(t);
  const [ended] = (await listed(laptop)).filter(({ current }) => !current);
  const answer = await laptop.post("/auth/sessions/end", json, new URLSearchParams({ all: "1" }));
  assert.deepEqual(await answer.json(), { ended: [ended?.id] });
  assert.deepEqual([await isIn(laptop), await isIn(phone), await isIn(hers)], [true, false, true]);
});

test("the present one ends where it is named, and its cookie goes", async (t) => {
  const { laptop, phone, isIn } = await startSignedIn(t, { logoutRedirectUrl: "/bye" });
  const id = await ownId(laptop);
  const answer = await laptop.post("/auth/sessions/end", here, named(id));
  assert.deepEqual([answer.status, answer.headers.get("location")], [303, "/bye"]);
  assert.equal(laptop.cookies.size, 0);
  assert.ok(await isIn(phone));
});

test("a form that names nothing ends nothing", async (t) => {
  const { laptop, phone, isIn } = await startSignedIn(t);
  for (const fields of ["", "id=", "all=0", "all=", "id=nonsense"]) {
    const answer = await laptop.post("/auth/sessions/end", json, new URLSearchParams(fields));
    assert.deepEqual(await answer.json(), { ended: [] }, fields);
  }
  assert.deepEqual([await isIn(laptop), await isIn(phone)], [true, true]);
});

test("nobody ends somebody else's session", async (t) => {
  const { laptop, hers, isIn } = await startSignedIn(t);
  const answer = await laptop.post("/auth/sessions/end", json, named(await ownId(hers)));
  assert.deepEqual(await answer.json(), { ended: [] });
  assert.ok(await isIn(hers));
});

test("another site's form, a link, and whoever is signed out end nothing", async (t) => {
  const { browser, laptop, phone, isIn } = await startSignedIn(t);
  const all = () => new URLSearchParams({ all: "1" });
  const foreign = { "sec-fetch-site": "same-site", origin: "https://evil.example.net" };
  const forged = await laptop.post("/auth/sessions/end", foreign, all());
  assert.deepEqual([forged.status, await codeOf(forged)], [403, "request_forged"]);
  const link = await laptop.get("/auth/sessions/end?all=1");
  assert.deepEqual([link.status, link.headers.get("allow")], [405, "POST"]);
  const nobody = await browser().post("/auth/sessions/end", here, all());
  assert.deepEqual([nobody.status, await codeOf(nobody)], [401, "not_signed_in"]);
  assert.deepEqual([await isIn(laptop), await isIn(phone)], [true, true]);
});

test("next leads nowhere else", async (t) => {
  const { laptop } = await startSignedIn(t);
  const answer = await laptop.post("/auth/sessions/end?next=https://evil.example", here);
  assert.equal(answer.headers.get("location"), "/");
});

test("where sessions are not listed both routes say so", async (t) => {
  const session = sealedSessions({ secrets: [secret] });
  const { laptop } = await startSignedIn(t, { session });
  for (const answer of [
    await laptop.get("/auth/sessions"),
    await laptop.post("/auth/sessions/end?all=1"),
  ]) {
    assert.deepEqual([answer.status, await codeOf(answer)], [404, "sessions_not_listed"]);
  }
});
