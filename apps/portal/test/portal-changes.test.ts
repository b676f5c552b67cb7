import assert from "node:assert/strict";
import { test } from "node:test";
import { nobody, type Site, startSite, usersIn } from "./running-portal.ts";

const alpha = { id: 201, asn: 64496, name: "Alpha Net", perms: 15 };
const bravo = { id: 202, asn: 64497, name: "Bravo Networks", perms: 1 };
const juliett = { id: 210, asn: 65536, name: "Juliett Wide", perms: 15 };

function networksOfAda(site: Site, networks: readonly object[]) {
  site.sandbox.patchPerson(1001, { profile: { networks } });
}

test("a first sign-in lists each network once as added, and the next lists nothing", async (t) => {
  const site = await startSite(t);
  const first = await site.browser().signIn(1001);
  assert.deepEqual(changesOn(first.words), [
    "Added: Alpha Net (AS64496)",
    "Added: Bravo Networks (AS64497)",
  ]);
  const second = await site.browser().signIn(1001);
  assert.equal(second.status, 200);
  assert.doesNotMatch(second.words, /Changed at this sign-in|Added|Removed/);
});

test("what came and what went is listed once, with the reason", async (t) => {
  const site = await startSite(t);
  await site.browser().signIn(1001);
  networksOfAda(site, [bravo, juliett]);
  const ada = site.browser();
  const page = await ada.signIn(1001);
  assert.deepEqual(changesOn(page.words), [
    "Added: Juliett Wide (AS65536)",
    "Removed: Alpha Net (AS64496), since you are no longer affiliated with it at PeeringDB",
  ]);
  assert.deepEqual(asns(await ada.me()), [64497, 65536]);
});

for (const [what, change, reason] of [
  ["opted out", "peeringdb_oauth = 0", "since it does not allow sign-in with PeeringDB"],
  ["left", "left_at = '2020-01-01T00:00:00.000Z'", "since it has left the exchange"],
  ["became an associate", "type = 'associate'", "since its kind of membership does not include"],
] as const) {
  test(`a member that ${what} is taken from its people at their next sign-in`, async (t) => {
    const site = await startSite(t);
    await site.browser().signIn(1001);
    site.database.exec(`update customers set ${change} where asn = 64496`);
    const ada = site.browser();
    const page = await ada.signIn(1001);
    assert.deepEqual(changesOn(page.words).length, 1);
    assert.ok(changesOn(page.words)[0]?.startsWith("Removed: Alpha Net (AS64496)"));
    assert.ok(page.words.includes(reason), page.words);
    assert.deepEqual(asns(await ada.me()), [64497]);
  });
}

test("a suspended member stays listed, marked so, beside an active one", async (t) => {
  const site = await startSite(t);
  await site.browser().signIn(1001);
  site.database.exec("update customers set status = 'suspended' where asn = 64496");
  const page = await site.browser().signIn(1001);
  assert.equal(page.status, 200);
  assert.match(page.words, /Alpha Net suspended AS64496/);
  assert.doesNotMatch(page.words, /Changed at this sign-in/);
});

test("a leave date that is still to come takes nothing away", async (t) => {
  const site = await startSite(t);
  site.database.exec("update customers set left_at = '2999-01-01T00:00:00.000Z' where asn = 64496");
  const ada = site.browser();
  await ada.signIn(1001);
  assert.deepEqual(asns(await ada.me()), [64496, 64497]);
});

test("a leaver is refused, told what went by name and ASN, and everything is gone but the log", async (t) => {
  const site = await startSite(t);
  const stillOpen = site.browser();
  await stillOpen.signIn(1001);
  networksOfAda(site, []);

  const ada = site.browser();
  const page = await ada.signIn(1001);
  assert.deepEqual([page.status, page.code], [403, "affiliations_none"]);
  assert.match(page.words, /Removed: Alpha Net \(AS64496\)/);
  assert.match(page.words, /Removed: Bravo Networks \(AS64497\)/);
  assert.deepEqual(usersIn(site), nobody);
  assert.equal((await ada.me()).status, 401);
  assert.equal((await stillOpen.me()).status, 401, "the session of before is dead, too");
  assert.deepEqual(auditLog(site), [
    "affiliation.added 64496",
    "affiliation.added 64497",
    "affiliation.removed 64496",
    "affiliation.removed 64497",
    "user.removed affiliations_none",
  ]);
});

test("a leaver who signs in again in the same browser is told the same", async (t) => {
  const site = await startSite(t);
  const ada = site.browser();
  await ada.signIn(1001);
  networksOfAda(site, [{ id: 212, asn: 65551, name: "Lima Elsewhere", perms: 15 }]);
  const page = await ada.signIn(1001);
  assert.equal(page.code, "affiliations_no_match");
  assert.match(page.words, /Removed: Alpha Net \(AS64496\),.* Removed: Bravo Networks/);
  assert.equal((await ada.me()).status, 401);
  assert.deepEqual(usersIn(site), nobody);
});

test("a leaver who comes back starts afresh", async (t) => {
  const site = await startSite(t);
  await site.browser().signIn(1001);
  networksOfAda(site, []);
  await site.browser().signIn(1001);
  networksOfAda(site, [alpha]);
  const ada = site.browser();
  await ada.signIn(1001);
  assert.deepEqual(asns(await ada.me()), [64496]);
  assert.deepEqual(usersIn(site).users, ["ada.example"]);
});

test("a link made by hand stays, and keeps the account of somebody who lost the others", async (t) => {
  const site = await startSite(t);
  await site.browser().signIn(1002);
  site.database.exec("update affiliations set created_by = 'user', privs = 2");
  site.sandbox.patchPerson(1002, { profile: { networks: [] } });
  const page = await site.browser().signIn(1002);
  assert.equal(page.code, "affiliations_none");
  assert.deepEqual([usersIn(site).users, usersIn(site).affiliations], [["ben.sample"], 1]);

  site.sandbox.patchPerson(1002, { profile: { networks: [bravo] } });
  const back = await site.browser().signIn(1002);
  assert.match(back.words, /Alpha Net AS64496 administer .* this exchange/);
});

test("name and address follow PeeringDB at each sign-in, the username does not", async (t) => {
  const site = await startSite(t);
  await site.browser().signIn(1001);
  site.sandbox.patchPerson(1001, { profile: { name: "Ada Married", email: "ada@example.org" } });
  const ada = site.browser();
  await ada.signIn(1001);
  const { user } = (await ada.me()).body as { user: object };
  assert.deepEqual(user, {
    id: 1,
    username: "ada.example",
    email: "ada@example.org",
    fullName: "Ada Married",
  });
});

/** The lines under "Changed at this sign-in". */
function changesOn(words: string): string[] {
  const [, list = ""] = /Changed at this sign-in (.*?) You belong/.exec(words) ?? [];
  return list.split(/ (?=Added:|Removed:)/);
}

function asns({ body }: { readonly body: unknown }): number[] {
  // As the test of /api/me pins it.
  const { affiliations } = body as { affiliations: { asn: number }[] };
  return affiliations.map(({ asn }) => asn);
}

function auditLog({ database }: Site): string[] {
  const rows = database.prepare("select action, detail from audit_log order by id").all();
  return (rows as { action: string; detail: string }[]).map(({ action, detail }) => {
    const { asn, reason } = JSON.parse(detail) as { asn?: number; reason?: string };
    return `${action} ${asn ?? reason}`;
  });
}
