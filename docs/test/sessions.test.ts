import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { after, type TestContext, test } from "node:test";
import type { SessionStore } from "sallyport";
import { sqliteStorage } from "sallyport/storage/sqlite";
import type { Browser } from "../../packages/sallyport/test/browser.ts";
import { startSite, temporaryFile } from "../../packages/sallyport/test/site.ts";
import { blocks, page } from "./markdown.ts";

// The page's store of one's own, as it stands there, in whole logins.

type Redis = Pick<Store, "get" | "set" | "del">;

// Here, so that packages are found by their names; `examples.test.ts` says why the dot.
const folder = mkdtempSync(`${import.meta.dirname}/.sessions-`);
after(() => rmSync(folder, { recursive: true }));
const block = blocks(page("docs/how-to/sessions.md")).find(({ code }) =>
  code.join("\n").includes("redisSessions"),
);
writeFileSync(`${folder}/store.ts`, block?.code.join("\n") ?? "");
// The compiler has seen that it is so: `examples.test.ts`.
const { redisSessions } = (await import(`${folder}/store.ts`)) as {
  readonly redisSessions: (redis: Redis, lifetime?: number) => SessionStore;
};

/** As Redis keeps text for a time; the clock is the test's. */
class Store {
  readonly kept = new Map<string, { readonly value: string; readonly until: number }>();
  now = () => 0;

  async get(key: string): Promise<string | null> {
    const found = this.kept.get(key);
    return found && found.until > this.now() ? found.value : null;
  }

  async set(key: string, value: string, { PX }: { PX: number }): Promise<void> {
    this.kept.set(key, { value, until: this.now() + PX });
  }

  async del(key: string): Promise<void> {
    this.kept.delete(key);
  }
}

/** Ada, signed in, where sessions are kept so. */
async function startSignedIn(t: TestContext) {
  const store = new Store();
  const storage = sqliteStorage(temporaryFile(t));
  const site = await startSite(t, { storage, session: redisSessions(store) });
  store.now = () => site.clock.now.getTime();
  const browser = site.browser();
  await browser.signIn("example");
  const whoIs = (one: Browser) => site.auth.user({ headers: { cookie: one.cookieHeader() } });
  const user = await whoIs(browser);
  assert.equal(user?.username, "ada");
  return { ...site, another: site.browser, browser, store, user, whoIs };
}

test("a store of one's own holds the session, and neither it nor the database the cookie", async (t) => {
  const { browser, store, storage, user } = await startSignedIn(t);
  const [cookie = ""] = browser.cookies.values();
  assert.equal(store.kept.size, 1);
  assert.ok(!JSON.stringify([...store.kept]).includes(cookie));
  assert.deepEqual(await storage.sessions.ofUser(user.id), []);
});

test("a session of one's own ends by signing out, by time, and by the next login", async (t) => {
  const { browser, another, clock, store, whoIs } = await startSignedIn(t);
  const copy = another();
  for (const [name, value] of browser.cookies) copy.cookies.set(name, value);
  await browser.signIn("example");
  assert.ok(await whoIs(browser));
  assert.equal(await whoIs(copy), undefined, "the one of before the second login");
  for (const [name, value] of browser.cookies) copy.cookies.set(name, value);
  await browser.post("/auth/logout");
  assert.equal(await whoIs(copy), undefined);
  assert.equal(store.kept.size, 0);
  await browser.signIn("example");
  clock.advance(12 * 60);
  assert.equal(await whoIs(browser), undefined);
});

test("a session of one's own ends with the user, and with the account", async (t) => {
  const { auth, browser, another, provider, storage, user, whoIs } = await startSignedIn(t);
  await storage.users.update(user.id, { isActive: false }, new Date());
  assert.equal(await whoIs(browser), undefined);
  await storage.users.update(user.id, { isActive: true }, new Date());
  assert.ok(await whoIs(browser));

  const elsewhere = another();
  await elsewhere.signIn("example");
  provider.profile = { id: 2, login: "ada" };
  await elsewhere.signIn("second");
  assert.equal((await auth.associations(user)).length, 2);
  await elsewhere.post("/auth/disconnect/example");
  assert.equal(await whoIs(browser), undefined);
  assert.ok(await whoIs(elsewhere));
  await storage.users.remove(user.id);
  assert.equal(await whoIs(elsewhere), undefined);
});

test("a store of one's own that has no list says so", async (t) => {
  const { auth, user } = await startSignedIn(t);
  await assert.rejects(auth.sessions(user), { code: "sessions_not_listed" });
});
