import assert from "node:assert/strict";
import { test } from "node:test";
import { LiveJournalOpenId } from "../../src/backends/livejournal.ts";
import { bound, departure, failureOf } from "../backend.ts";
import { openId2, PretendOp, startWeb, xrdsFor } from "../openid-provider.ts";
import { startSite } from "../site.ts";

// As python-social-auth recorded it: the journal's document names an endpoint at plain http,
// and the journal itself at plain http.
const endpoint = "http://www.livejournal.com/openid/server.bml";
const journal = "http://foobar.livejournal.com/";
const document = xrdsFor([`${openId2}/signon`], endpoint, journal);

test("a journal's name signs in, and the journal's address is the account", async (t) => {
  const web = await startWeb(t);
  const site = await startSite(t, { backends: () => [new LiveJournalOpenId(web.settings)] });
  const location = { "x-xrds-location": "https://foobar.livejournal.com/data/yadis" };
  web.on("https://foobar.livejournal.com/", { headers: location });
  web.on("https://foobar.livejournal.com/data/yadis", document);
  web.on(journal, document);
  web.on(endpoint, { body: `ns:${openId2}\nis_valid:true\n` });
  const browser = site.browser();

  const page = await browser.get("/auth/login/livejournal");
  assert.match(await page.text(), /Your LiveJournal user name <input name="openid_lj_user"/);
  const fields = new URLSearchParams({ openid_lj_user: "foobar" });
  const left = await browser.post("/auth/login/livejournal", undefined, fields);
  const away = new URL(left.headers.get("location") ?? "");
  assert.equal(away.origin + away.pathname, endpoint);
  assert.equal(away.searchParams.get("openid.claimed_id"), "https://foobar.livejournal.com/");
  assert.equal(away.searchParams.get("openid.identity"), journal);

  const op = new PretendOp(web, site.clock.now);
  op.fields = { op_endpoint: endpoint, claimed_id: journal, identity: journal };
  const back = op.answer(away);
  const done = await browser.send("GET", back.href, { "sec-fetch-site": "cross-site" });
  assert.equal(done.status, 303);
  assert.ok(await site.storage.associations.find("livejournal", journal));
  assert.equal((await site.storage.users.findByUsername("foobar"))?.username, "foobar");
});

test("an underscore is a hyphen in a journal's address", () => {
  const backend = bound(new LiveJournalOpenId());
  assert.equal(backend.openidUrl({ openid_lj_user: "Foo_Bar" }), "https://foo-bar.livejournal.com");
});

for (const name of [
  "",
  "a.b",
  "evil.example/",
  "a@evil.example",
  "a:80",
  "127.0.0.1#",
  "a b",
  "_a",
  "a_",
  "ä",
]) {
  test(`"${name}" is no user name, and nobody is asked`, async () => {
    const backend = bound(new LiveJournalOpenId());
    const failure = await failureOf(departure(backend, "state", { openid_lj_user: name }));
    assert.deepEqual([failure.code, failure.stage], ["data_invalid", "begin"]);
  });
}
