import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import type { Fault } from "sallyport-sandbox";
import type { Shown } from "./member-browser.ts";
import { type Site, startSite } from "./running-portal.ts";

const tokens = {
  access_token: "the-access-token-of-ada",
  refresh_token: "the-refresh-token-of-ada",
  token_type: "Bearer",
  expires_in: 36000,
  scope: "profile email networks amr",
};
const profile = {
  id: 1001,
  name: "Ada Example",
  given_name: "Ada",
  family_name: "Example",
  email: "ada@example.net",
  verified_user: true,
  verified_email: true,
  networks: [{ id: 201, asn: 64496, name: "Alpha Net", perms: 15 }],
  amr: ["pwd"],
};
const known = { token: { body: tokens }, profile: { body: profile } };

const endings: Readonly<Record<string, { token?: Fault; profile?: Fault; code?: string }>> = {
  "goes well": {},
  "ends in a 500 that quotes everything": {
    profile: { status: 500, body: { ...profile, ...tokens } },
    code: "provider_failed",
  },
  "ends in a profile that is no JSON": {
    profile: { body: `<h1>${profile.email} ${tokens.access_token}` },
    code: "answer_invalid",
  },
  "ends in an error that quotes the request": {
    token: { status: 400, body: { error: "invalid_grant", error_description: "sandbox-secret" } },
    code: "code_refused",
  },
  "ends in a profile without id": {
    profile: { body: { ...profile, id: null } },
    code: "uid_missing",
  },
  "is refused as unverified": {
    profile: { body: { ...profile, verified_email: false } },
    code: "account_unverified",
  },
  "is refused for want of networks": {
    profile: { body: { ...profile, networks: [] } },
    code: "affiliations_none",
  },
};

for (const [ending, { code, ...faults }] of Object.entries(endings)) {
  test(`a login that ${ending} says nothing secret in the log or on a page`, async (t) => {
    const site = await startSite(t);
    const ada = site.browser();
    const back = await ada.decide(1001);
    site.sandbox.setFaults({ ...known, ...faults });
    const sealedFlow = [...ada.cookies.values()];
    const page = await ada.comeBack(back);
    const again = await ada.comeBack(back);
    assert.equal(page.code, code);

    const callback = new URL(back).searchParams;
    const secrets = [
      ...[tokens.access_token, tokens.refresh_token, "sandbox-secret", profile.email],
      ...[callback.get("code") ?? "", callback.get("state") ?? ""],
      ...[...sealedFlow, ...ada.cookies.values()],
    ];
    const said = everythingSaid(site, [page, again]);
    for (const secret of secrets) {
      assert.ok(secret.length > 8 && !said.includes(secret), `"${secret}" in ${said}`);
    }
  });
}

test("tokens lie sealed in the database, and cookies as hashes only", async (t) => {
  const site = await startSite(t);
  const ada = site.browser();
  const back = await ada.decide(1001);
  site.sandbox.setFaults(known);
  await ada.comeBack(back);
  const rows = ["social_auth", "sessions", "audit_log", "social_used"].map((table) =>
    site.database.prepare(`select * from ${table}`).all(),
  );
  const stored = JSON.stringify(rows);
  const state = new URL(back).searchParams.get("state") ?? "";
  for (const secret of [
    ...ada.cookies.values(),
    tokens.access_token,
    tokens.refresh_token,
    state,
  ]) {
    assert.ok(secret.length > 8 && !stored.includes(secret), `"${secret}" in ${stored}`);
  }
});

test("markup in names and in what PeeringDB says becomes text on every page", async (t) => {
  const attack = `<img src=x onerror="alert('1')">`;
  const site = await startSite(t, { IDENTITY_SITENAME: attack });
  site.database.prepare("update customers set name = ?").run(attack);
  const networks = [{ id: 201, asn: 64496, name: attack, perms: 15 }];
  site.sandbox.patchPerson(1001, { profile: { name: attack, given_name: attack, networks } });

  const ada = site.browser();
  const signInPage = await ada.open(`/auth/login?next=${encodeURIComponent(`/${attack}`)}`);
  const networksPage = await ada.signIn(1001);
  const confirm = await ada.open(
    `/auth/login/peeringdb?next=${encodeURIComponent(`/${attack}`)}&x=${encodeURIComponent(attack)}`,
  );
  const refused = await ada.comeBack(
    `/auth/login/peeringdb/callback?error=${encodeURIComponent(attack)}` +
      `&error_description=${encodeURIComponent(attack)}&state=${encodeURIComponent(attack)}`,
  );
  site.sandbox.patchPerson(1001, { profile: { networks: [] } });
  const leaver = await ada.signIn(1001);

  const codes = [signInPage, networksPage, confirm, refused, leaver].map(({ code }) => code);
  const refusals = ["state_unknown", "affiliations_none"];
  assert.deepEqual(codes, [undefined, undefined, undefined, ...refusals]);
  for (const { html, words } of [signInPage, networksPage, confirm, refused, leaver]) {
    assert.doesNotMatch(html, /<img/);
    assert.ok(words.startsWith(attack), "the site's name reads as it is");
  }
  for (const { words } of [networksPage, leaver]) assert.ok(words.includes(`${attack} (AS64496)`));
  assert.ok(confirm.words.includes(`already, as ${attack}`));
});

function everythingSaid(site: Site, pages: readonly Shown[]): string {
  const headers = pages.flatMap((page) =>
    [...page.headers].filter(([name]) => name !== "set-cookie").map((header) => header.join(": ")),
  );
  const html = pages.map((page) => page.html);
  return [inspect(site.lines, { depth: 20, showHidden: true }), ...headers, ...html].join("\n");
}
