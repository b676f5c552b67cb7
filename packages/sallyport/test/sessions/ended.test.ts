import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { SessionStore } from "../../src/session.ts";
import { databaseSessions } from "../../src/sessions/database.ts";
import { sealedSessions } from "../../src/sessions/sealed.ts";
import { sqliteStorage } from "../../src/storage/sqlite.ts";
import { ada, net, startExchange } from "../affiliations/exchange.ts";
import type { Browser } from "../browser.ts";
import { codeOf, secret, startSite, temporaryFile } from "../site.ts";

// Who is out must be out at their next request, on every device, whatever remembers them.

const kinds: Readonly<Record<string, () => SessionStore>> = {
  database: () => databaseSessions(),
  sealed: () => sealedSessions({ secrets: [secret] }),
};

for (const [kind, session] of Object.entries(kinds)) {
  /** Ada with a laptop and a phone, and what each is told about who it is. */
  async function startSignedIn(t: TestContext) {
    const storage = sqliteStorage(temporaryFile(t));
    const site = await startSite(t, { storage, session: session() });
    const [laptop, phone] = [site.browser(), site.browser()];
    await laptop.signIn("example");
    await phone.signIn("example");
    const user = await site.storage.users.findByUsername("ada");
    assert.ok(user);
    assert.deepEqual(await whoAre(laptop, phone), ["ada", "ada"]);
    return { ...site, laptop, phone, user };
  }

  test(`${kind} sessions end with the user`, async (t) => {
    const { browser, laptop, phone, storage, user } = await startSignedIn(t);
    await storage.users.remove(user.id);
    assert.deepEqual(await whoAre(laptop, phone), [null, null]);
    const answer = await laptop.post("/auth/disconnect/example");
    assert.equal(await codeOf(answer), "not_signed_in");
    // Who comes back is somebody new, and the old cookies are not theirs.
    const another = browser();
    await another.signIn("example");
    assert.deepEqual(await whoAre(another, laptop, phone), ["ada", null, null]);
  });

  test(`${kind} sessions of a disabled user are nobody's, until they are enabled`, async (t) => {
    const { laptop, phone, storage, user } = await startSignedIn(t);
    await storage.users.update(user.id, { isActive: false }, new Date());
    assert.deepEqual(await whoAre(laptop, phone), [null, null]);
    assert.equal(await codeOf(await laptop.signIn("example")), "user_inactive");
    await storage.users.update(user.id, { isActive: true }, new Date());
    assert.deepEqual(await whoAre(laptop, phone), ["ada", "ada"]);
  });

  test(`${kind} sessions end with the account that they came from, and no others`, async (t) => {
    const { provider, laptop, phone } = await startSignedIn(t);
    provider.profile = { id: 2, login: "ada" };
    await laptop.signIn("second");
    assert.equal((await laptop.post("/auth/disconnect/example")).status, 303);
    assert.deepEqual(await whoAre(laptop, phone), ["ada", null]);
    // Connected again it is another account, and brings nothing back.
    provider.profile = { id: 1, login: "ada" };
    await laptop.signIn("example");
    assert.deepEqual(await whoAre(laptop, phone), ["ada", null]);
  });

  test(`${kind} sessions end where the account that they came from goes by them`, async (t) => {
    const { provider, laptop, phone } = await startSignedIn(t);
    provider.profile = { id: 2, login: "ada" };
    await laptop.signIn("second");
    await phone.post("/auth/disconnect/example");
    assert.deepEqual(await whoAre(laptop, phone), ["ada", null]);
  });

  test(`${kind} sessions end where the account is deleted by hand`, async (t) => {
    const { storage, laptop, phone } = await startSignedIn(t);
    await storage.sql?.run("delete from social_auth", []);
    assert.deepEqual(await whoAre(laptop, phone), [null, null]);
  });

  test(`${kind} sessions end on all devices when a sign-in takes the last affiliation`, async (t) => {
    const exchange = await startExchange(t, {}, { session: session() });
    await exchange.member(64501, "Alpha");
    await exchange.member(64502, "Bravo");
    const { browser: laptop } = await exchange.signIn(ada([net(64501), net(64502)]));
    const { browser: phone } = await exchange.signIn();
    // One of two gone is no reason.
    await exchange.signIn(ada([net(64502)]));
    assert.deepEqual(await exchange.links(), ["Bravo:1"]);
    assert.deepEqual(await whoAre(laptop, phone), ["Ada", "Ada"]);

    const { refused, browser } = await exchange.signIn(ada([]));
    assert.equal(refused, "affiliations_none");
    assert.deepEqual(await exchange.users(), []);
    assert.deepEqual(await whoAre(laptop, phone, browser), [null, null, null]);
  });

  test(`${kind} sessions end when the member leaves the exchange, at the next sign-in`, async (t) => {
    const exchange = await startExchange(t, {}, { session: session() });
    await exchange.member(64501, "Alpha");
    const { browser: laptop } = await exchange.signIn(ada([net(64501)]));
    await exchange.change("Alpha", { left_at: new Date("2026-11-01T00:00:00Z") });
    // From the browser that is signed in, too.
    const { refused } = await exchange.signIn(undefined, laptop);
    assert.equal(refused, "affiliations_no_match");
    assert.deepEqual(await whoAre(laptop), [null]);
  });
}

/** The usernames that these browsers are told to be, by `/session`. */
function whoAre(...browsers: readonly Browser[]): Promise<(string | null)[]> {
  return Promise.all(
    browsers.map(async (browser) => {
      const answer = await browser.get("/auth/session");
      // As `routes-session.test.ts` has it.
      const told = (await answer.json()) as { readonly user: { readonly username: string } } | null;
      return told?.user.username ?? null;
    }),
  );
}
