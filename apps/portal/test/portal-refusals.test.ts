import assert from "node:assert/strict";
import { test } from "node:test";
import { type Shown, show } from "./member-browser.ts";
import { nobody, type Site, startSite, usersIn } from "./running-portal.ts";

/** That a page refuses: the status, the code, the sentence, and a way back. */
function refuses(page: Shown, status: number, code: string, sentence: RegExp) {
  assert.deepEqual([page.status, page.code], [status, code], page.words);
  assert.match(page.words, /^Example IX Sign-in did not succeed/);
  assert.match(page.words, sentence);
  assert.match(page.html, /<a class="button" href="\/auth\/login">Back to sign-in<\/a>/);
  assert.match(page.headers.get("content-type") ?? "", /^text\/html/);
  assert.equal(page.headers.get("cache-control"), "no-store");
}

test("a portal without sign-in at PeeringDB says so, on every way in", async (t) => {
  const site = await startSite(t, { AUTH_PEERINGDB_ENABLED: "false" });
  const ada = site.browser();
  assert.match((await ada.open("/")).words, /Sign-in with PeeringDB is not enabled/);
  for (const path of ["/auth/login/peeringdb", "/auth/login/peeringdb/callback?code=a&state=b"]) {
    refuses(await ada.open(path), 403, "not_enabled", /is not enabled on this portal/);
  }
  assert.equal((await ada.me()).status, 401);
});

for (const [what, profile, code, sentence] of [
  [
    "is affiliated with no network",
    { networks: [] },
    "affiliations_none",
    /not affiliated with any network at PeeringDB. Ask for affiliation with your organisation/,
  ],
  [
    "refused the portal a look at their networks",
    { networks: undefined },
    "affiliations_unknown",
    /did not say which networks .* Nothing was changed here/,
  ],
  [
    "has networks of no shape that anybody knows",
    { networks: { asn: 64496 } },
    "affiliations_unknown",
    /did not say which networks/,
  ],
  [
    "has networks without a usable ASN",
    { networks: [{ id: 1, name: "x" }, null, { asn: "AS64496" }, { asn: -1 }] },
    "affiliations_unknown",
    /did not say which networks/,
  ],
  [
    "was never vetted",
    { verified_user: false },
    "account_unverified",
    /has not verified your account or your e-mail address. Complete your registration there/,
  ],
  [
    "has an e-mail address that is not confirmed",
    { verified_email: false },
    "account_unverified",
    /has not verified your account or your e-mail address/,
  ],
  [
    "is verified by a word instead of true",
    { verified_user: "true" },
    "account_unverified",
    /has not verified/,
  ],
  [
    "belongs to networks that are no members",
    { networks: [{ id: 9, asn: 65551, name: "Lima Elsewhere", perms: 15 }] },
    "affiliations_no_match",
    /None of your networks at PeeringDB is a member here .* contact our support/,
  ],
] as const) {
  test(`whoever ${what} is refused as ${code}, and leaves nothing behind`, async (t) => {
    const site = await startSite(t);
    site.sandbox.patchPerson(1001, { profile });
    const ada = site.browser();
    refuses(await ada.signIn(1001), 403, code, sentence);
    assert.deepEqual(usersIn(site), nobody);
    assert.equal((await ada.me()).status, 401);
    assert.equal(ada.cookies.size, 0, "neither a session nor the flow is left");
  });
}

test("whoever refuses at PeeringDB comes back to a page that knows it", async (t) => {
  const site = await startSite(t);
  const page = await site.browser().signIn(1001, { decision: "deny" });
  refuses(page, 403, "access_denied", /You refused the sign-in at the provider/);
  assert.deepEqual(usersIn(site), nobody);
  const asked = site.sandbox.requests().map(({ path }) => path);
  assert.deepEqual(asked, ["/oauth2/authorize/"], "nothing was exchanged");
});

test("a returning person whose only member is suspended is refused, and keeps the link", async (t) => {
  const site = await startSite(t);
  await site.browser().signIn(1002);
  site.database.exec("update customers set status = 'suspended' where asn = 64496");
  const page = await site.browser().signIn(1002);
  refuses(page, 403, "affiliations_no_active", /is active at the moment. .* about the membership/);
  assert.deepEqual([usersIn(site).users, usersIn(site).affiliations], [["ben.sample"], 1]);
});

test("a disabled user is refused before anything is changed", async (t) => {
  const site = await startSite(t);
  await site.browser().signIn(1001);
  site.database.exec("update users set is_active = 0");
  const before = dump(site.database);
  site.sandbox.patchPerson(1001, { profile: { name: "Somebody Else", networks: [] } });
  const page = await site.browser().signIn(1001);
  refuses(page, 403, "user_inactive", /Your account on this site is disabled/);
  assert.deepEqual(dump(site.database), before);
});

test("an e-mail address that became unverified refuses the login and changes nothing", async (t) => {
  const site = await startSite(t);
  await site.browser().signIn(1001);
  const before = dump(site.database);
  site.sandbox.patchPerson(1001, { profile: { verified_email: false, networks: [] } });
  refuses(await site.browser().signIn(1001), 403, "account_unverified", /has not verified/);
  assert.deepEqual(dump(site.database), before);
});

test("where PeeringDB no longer says which networks, what is known stays", async (t) => {
  const site = await startSite(t);
  const ada = site.browser();
  await ada.signIn(1001);
  const before = dump(site.database);
  site.sandbox.patchPerson(1001, { profile: { networks: null } });
  const page = await site.browser().signIn(1001);
  refuses(page, 403, "affiliations_unknown", /Nothing was changed here/);
  assert.deepEqual(dump(site.database), before);
  assert.equal((await ada.me()).status, 200);
});

test("a callback that belongs to no login of this browser is refused unasked", async (t) => {
  const site = await startSite(t);
  const ada = site.browser();
  const back = await ada.decide(1001);
  site.sandbox.clearRequests();
  const foreign = await site.browser().comeBack(back);
  refuses(foreign, 400, "state_unknown", /was not started in this browser/);
  const { pathname } = new URL(back);
  refuses(await ada.comeBack(pathname), 400, "state_missing", /is incomplete/);
  assert.deepEqual(site.sandbox.requests(), []);
  assert.equal((await ada.comeBack(back)).status, 200);
});

test("a callback that is loaded again is refused, and the session goes on", async (t) => {
  const site = await startSite(t);
  const ada = site.browser();
  const back = await ada.decide(1001);
  await ada.comeBack(back);
  const again = await ada.comeBack(back);
  assert.deepEqual([again.status, again.code], [400, "state_unknown"]);
  assert.equal((await ada.me()).status, 200);
});

test("a program gets a refusal as JSON", async (t) => {
  const site = await startSite(t);
  const ada = site.browser();
  const back = await ada.decide(1008);
  const answer = await ada.send("GET", back, { accept: "application/json" });
  assert.equal(answer.status, 403);
  assert.deepEqual(await answer.json(), {
    error: {
      code: "affiliations_none",
      stage: "pipeline",
      message:
        "You are not affiliated with any network at PeeringDB. " +
        "Ask for affiliation with your organisation at PeeringDB, then sign in again.",
    },
  });
});

/** Begins sign-ins as a proxy passes them on, each with another lie of the client's own. */
async function beginAsClient(site: Site, client: string): Promise<Shown> {
  let answer = await fetch(site.origin);
  // Past 20 in one minute: of 41, whenever the minute ends between.
  for (let time = 0; time < 41; time++) {
    const headers = { "x-forwarded-for": `8.8.8.${time}, ${client}` };
    const address = `${site.origin}/auth/login/peeringdb`;
    answer = await fetch(address, { headers, redirect: "manual" });
    if (answer.status === 429) break;
  }
  return show(answer);
}

test("who begins too many sign-ins is told when to try again, by the address that the proxy says", async (t) => {
  const site = await startSite(t, { TRUSTED_PROXIES: "127.0.0.1,::1" });
  const page = await beginAsClient(site, "203.0.113.7");
  assert.deepEqual([page.status, page.code], [429, "too_many_requests"]);
  assert.match(page.words, /tried too often in a short time\. Please try again in a minute\./);
  assert.match(page.headers.get("retry-after") ?? "", /^\d+$/);
  const answer = await fetch(`${site.origin}/auth/login/peeringdb`, {
    headers: { "x-forwarded-for": "203.0.113.7, 203.0.113.8" },
    redirect: "manual",
  });
  assert.equal(answer.status, 303);
});

test("behind a proxy that is not trusted nobody is limited in everybody's place", async (t) => {
  const site = await startSite(t);
  assert.equal((await beginAsClient(site, "203.0.113.7")).status, 303);
});

test("the refusals tell whom to ask, where the operator gave an address", async (t) => {
  const site = await startSite(t, { IDENTITY_SUPPORT_EMAIL: "noc@ix.example" });
  const page = await site.browser().signIn(1012);
  assert.match(page.html, /<a href="mailto:noc@ix.example">noc@ix.example<\/a>/);
});

/** Everything that a login could have changed. */
function dump(database: import("better-sqlite3").Database): unknown {
  return ["users", "social_auth", "affiliations", "sessions", "audit_log"].map((table) =>
    database.prepare(`select * from ${table} order by 1`).all(),
  );
}

test("an address that the portal does not have is a page of its own, and JSON below /api", async (t) => {
  const site = await startSite(t);
  const page = await site.browser().open("/nowhere");
  assert.deepEqual([page.status, page.code], [404, "page_unknown"]);
  assert.match(page.words, /^Example IX That did not work There is no such page/);
  const api = await fetch(`${site.origin}/api/nowhere`);
  assert.equal(api.status, 404);
  assert.match(await api.text(), /"code":"page_unknown"/);
});
