import assert from "node:assert/strict";
import { test } from "node:test";
import { defaultPeople } from "sallyport-sandbox";
import { show } from "./member-browser.ts";
import { nobody, startSite, usersIn } from "./running-portal.ts";

test("Ada sees exactly her two networks that are members here", async (t) => {
  const site = await startSite(t);
  const ada = site.browser();
  const page = await ada.signIn(1001);
  assert.equal(page.status, 200);
  assert.deepEqual(networksOn(page.html), ["Alpha Net", "Bravo Networks"]);
  assert.match(page.words, /My networks .*You belong to 2 members of this exchange/);
  assert.match(page.words, /Alpha Net AS64496 read \(at PeeringDB: read, update, create, delete\)/);
  assert.match(page.words, /Bravo Networks AS64497 read \(at PeeringDB: read\)/);
  assert.doesNotMatch(page.words, /Kilo|64510/);
});

test("/api/me says who is signed in and their affiliations, and nothing else", async (t) => {
  const site = await startSite(t);
  const ada = site.browser();
  assert.deepEqual(await ada.me(), { status: 401, body: { error: { code: "not_signed_in" } } });
  await ada.signIn(1001);
  assert.deepEqual(await ada.me(), {
    status: 200,
    body: {
      user: { id: 1, username: "ada.example", email: "ada@example.net", fullName: "Ada Example" },
      affiliations: [
        { asn: 64496, name: "Alpha Net", privs: 1, createdBy: "PeeringDB" },
        { asn: 64497, name: "Bravo Networks", privs: 1, createdBy: "PeeringDB" },
      ],
    },
  });
});

test("probes learn that the portal is alive and ready, signed in or not", async (t) => {
  const { origin } = await startSite(t);
  for (const [path, body] of [
    ["/healthz", { alive: true }],
    ["/readyz", { ready: true }],
  ] as const) {
    const response = await fetch(origin + path);
    assert.deepEqual([response.status, await response.json()], [200, body]);
    assert.equal(response.headers.get("cache-control"), "no-store");
  }
});

// What the sandbox's page promises of each person: the networks seen, or the refusal.
const outcomes: Readonly<Record<number, readonly string[] | string>> = {
  1001: ["Alpha Net", "Bravo Networks"],
  1002: ["Alpha Net"],
  1003: ["Charlie Transit", "Foxtrot Community", "Juliett Wide"],
  1004: ["Bravo Networks"],
  1005: ["Bravo Networks"],
  1006: ["Alpha Net"],
  1007: ["Alpha Net"],
  1008: "affiliations_none",
  1009: "affiliations_unknown",
  1010: "account_unverified",
  1011: "account_unverified",
  1012: "affiliations_no_match",
  1013: "affiliations_no_match",
  1014: "affiliations_no_match",
  1015: "affiliations_no_match",
  1016: "affiliations_no_match",
  1017: "affiliations_no_match",
  1018: ["Bravo Networks"],
  1019: ["Bravo Networks"],
  1020: ["Alpha Net"],
  1021: ["Juliett Wide"],
  1022: ["Alpha Net"],
  1023: ["Bravo Networks"],
  1024: ["Alpha Net", "Bravo Networks"],
  1025: "account_unverified",
};

test("the table of outcomes names everybody in the sandbox", () => {
  const ids = defaultPeople.map(({ profile }) => Number(profile.id));
  assert.deepEqual(Object.keys(outcomes).map(Number), ids);
});

for (const { profile, shows } of defaultPeople) {
  const id = Number(profile.id);
  test(`${id} ${String(profile.name).trim()}: ${shows}`, async (t) => {
    const site = await startSite(t);
    const browser = site.browser();
    const page = await browser.signIn(id);
    const outcome = outcomes[id];
    if (typeof outcome === "string") {
      assert.deepEqual([page.status, page.code], [403, outcome]);
      assert.deepEqual(usersIn(site), nobody);
      assert.equal((await browser.me()).status, 401);
    } else {
      assert.equal(page.status, 200, page.words);
      assert.deepEqual(networksOn(page.html), outcome);
    }
  });
}

test("the perms of PeeringDB decide who administers, where the operator says so", async (t) => {
  const site = await startSite(t, { AUTH_PEERINGDB_PRIVS: "perms" });
  const seen = async (person: number) => (await site.browser().signIn(person)).words;
  assert.match(await seen(1004), /AS64497 read \(at PeeringDB: read\)/);
  assert.match(await seen(1005), /AS64497 administer \(at PeeringDB: read, update\)/);
  assert.match(await seen(1006), /AS64496 read \(at PeeringDB: read\)/);
  assert.match(await seen(1007), /AS64496 read \(at PeeringDB: nothing\)/);
});

test("usernames come from the name, and stay apart where two have one name", async (t) => {
  const site = await startSite(t);
  for (const person of [1020, 1021, 1022, 1023]) await site.browser().signIn(person);
  assert.deepEqual(usersIn(site).users, ["unknownpdbuser", "zo..m.ller", "tom.twin", "tom.twin2"]);
});

test("where MFA is demanded of all, a passkey gets in and a password alone does not", async (t) => {
  const site = await startSite(t, { AUTH_PEERINGDB_MFA: "all" });
  const sam = await site.browser().signIn(1019);
  assert.deepEqual([sam.status, sam.code], [403, "mfa_required"]);
  assert.match(sam.words, /not strong enough .*Set up a second factor or a passkey/);
  assert.deepEqual(usersIn(site), nobody);

  const rosa = await site.browser().signIn(1018);
  assert.deepEqual(networksOn(rosa.html), ["Bravo Networks"]);
  const again = await site.browser().signIn(1018, { amr: ["pwd", "swk"] });
  assert.equal(again.code, "mfa_required", "a password with a key is no passkey");
});

test("signing out ends the session for whoever still has the cookie, too", async (t) => {
  const site = await startSite(t);
  const ada = site.browser();
  await ada.signIn(1001);
  const thief = site.browser();
  for (const [name, value] of ada.cookies) thief.cookies.set(name, value);
  assert.equal((await thief.me()).status, 200);

  const out = await ada.post("/auth/logout");
  assert.deepEqual([out.status, out.headers.get("location")], [303, "/auth/login"]);
  assert.equal(ada.cookies.size, 0);
  assert.equal((await thief.me()).status, 401);
  assert.match((await ada.open("/")).words, /Sign in with PeeringDB/);
});

test("neither a link nor a form on another site signs anybody out", async (t) => {
  const site = await startSite(t);
  const ada = site.browser();
  await ada.signIn(1001);
  const link = await ada.get("/auth/logout");
  assert.deepEqual([link.status, link.headers.get("allow")], [405, "POST"]);
  for (const headers of [
    { origin: "https://evil.example" },
    { origin: site.origin, "sec-fetch-site": "cross-site" },
    { origin: "null" },
  ]) {
    const forged = await ada.post("/auth/logout", headers);
    assert.equal((await show(forged)).code, "request_forged");
  }
  assert.equal((await ada.me()).status, 200);
});

test("a disabled user's session stops counting at once", async (t) => {
  const site = await startSite(t);
  const ada = site.browser();
  await ada.signIn(1001);
  site.database.exec("update users set is_active = 0");
  assert.equal((await ada.me()).status, 401);
  assert.equal((await ada.get("/")).headers.get("location"), "/auth/login");
});

test("a member that is suspended while its people are signed in shuts them out", async (t) => {
  const site = await startSite(t);
  const ben = site.browser();
  await ben.signIn(1002);
  site.database.exec("update customers set status = 'suspended' where asn = 64496");
  const page = await ben.open("/");
  assert.deepEqual([page.status, page.code], [403, "affiliations_no_active"]);
  assert.match(page.words, /None of the members that you belong to is active at the moment/);
  const me = { status: 403, body: { error: { code: "affiliations_no_active" } } };
  assert.deepEqual(await ben.me(), me);

  // The link is kept, so that it works again with the membership.
  site.database.exec("update customers set status = 'normal' where asn = 64496");
  assert.deepEqual(networksOn((await ben.open("/")).html), ["Alpha Net"]);
});

test("whoever is shut out while signed in is told who they are, and can sign out", async (t) => {
  const site = await startSite(t);
  const ben = site.browser();
  await ben.signIn(1002);
  site.database.exec("update customers set status = 'suspended' where asn = 64496");
  const { html, words } = await ben.open("/");
  assert.match(words, /Ben Sample Sign out/);
  assert.doesNotMatch(words, /Sign-in did not succeed/);
  assert.match(html, /<form method="post" action="\/auth\/logout">/);
});

test("somebody signed in who goes to sign in again is asked first, by name", async (t) => {
  const site = await startSite(t);
  const ada = site.browser();
  await ada.signIn(1001);
  const page = await ada.open("/auth/login/peeringdb");
  assert.match(page.words, /You are signed in already, as Ada Example .*Continue to PeeringDB/);
});

test("who is signed in and signs in as somebody else changes neither of the two", async (t) => {
  const site = await startSite(t);
  const ada = site.browser();
  await ada.signIn(1001);
  const { body } = await ada.me();
  const page = await ada.signIn(1002);
  assert.deepEqual([page.status, page.code], [403, "affiliations_other_account"]);
  assert.match(page.words, /as somebody who has another PeeringDB account. Sign out first/);
  assert.deepEqual(await ada.me(), { status: 200, body });
  assert.deepEqual(usersIn(site), {
    users: ["ada.example"],
    accounts: 1,
    affiliations: 2,
    sessions: 1,
  });
});

test("eight first logins of one person at once make one user and eight sessions", async (t) => {
  const site = await startSite(t);
  const browsers = Array.from({ length: 8 }, () => site.browser());
  const callbacks = await Promise.all(browsers.map((browser) => browser.decide(1001)));
  const pages = await Promise.all(
    browsers.map((browser, at) => browser.comeBack(callbacks[at] ?? assert.fail())),
  );
  for (const page of pages) {
    assert.deepEqual(networksOn(page.html), ["Alpha Net", "Bravo Networks"]);
  }
  assert.deepEqual(usersIn(site), {
    users: ["ada.example"],
    accounts: 1,
    affiliations: 2,
    sessions: 8,
  });
});

test("an administrator keeps the account whatever PeeringDB says", async (t) => {
  const site = await startSite(t);
  await site.browser().signIn(1001);
  site.database.exec("update users set is_admin = 1");
  site.sandbox.patchPerson(1001, { profile: { networks: [] } });
  const page = await site.browser().signIn(1001);
  assert.equal(page.status, 200);
  assert.match(page.words, /You belong to no member of this exchange/);
});

test("pages are stored nowhere, framed by nobody, and need nothing from elsewhere", async (t) => {
  const site = await startSite(t);
  const ada = site.browser();
  const signInPage = await ada.open("/");
  const networks = await ada.signIn(1001);
  const confirm = await ada.open("/auth/login/peeringdb");
  const refusal = await site.browser().signIn(1008);
  for (const { headers, html } of [signInPage, networks, confirm, refusal]) {
    assert.equal(headers.get("cache-control"), "no-store");
    assert.match(headers.get("content-security-policy") ?? "", /default-src 'none'/);
    assert.match(headers.get("content-security-policy") ?? "", /frame-ancestors 'none'/);
    assert.equal(headers.get("x-content-type-options"), "nosniff");
    assert.doesNotMatch(html, /<script|<style|\sstyle=|\son\w+=|src=|href="https?:/);
  }
  const style = await ada.get("/style.css");
  assert.match(style.headers.get("content-type") ?? "", /^text\/css/);
});

function networksOn(html: string): string[] {
  return [...html.matchAll(/<th scope="row">([^<]*)/g)].map(([, name = ""]) => name.trim());
}
