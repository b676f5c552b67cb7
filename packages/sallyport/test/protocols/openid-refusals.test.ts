import assert from "node:assert/strict";
import { test } from "node:test";
import {
  ada,
  endpoint,
  openId2,
  type Page,
  pageFor,
  startOpenId,
  xrdsFor,
} from "../openid-provider.ts";
import { codeOf } from "../site.ts";

const select = `${openId2}/identifier_select`;

// What an answer may not be: section 11 of OpenID 2.0, and reference/security.md, 1.6.

for (const [what, fields] of [
  ["of OpenID 1.x", { ns: undefined }],
  ["of another version", { ns: "http://openid.net/signon/1.1" }],
  ["with another return_to", { return_to: "https://portal.example.net/auth/complete/other" }],
  ["without a return_to", { return_to: undefined }],
  ["of another endpoint", { op_endpoint: "https://evil.example/server" }],
  ["without an endpoint", { op_endpoint: undefined }],
  ["without an identifier", { claimed_id: undefined, identity: undefined }],
  ["without a nonce", { response_nonce: undefined }],
  ["with a nonce without time", { response_nonce: "abcdefghijklmnopqrstuvwxyz" }],
  ["with an old nonce", { response_nonce: "2026-11-20T11:54:59Zold" }],
  ["with a nonce of the future", { response_nonce: "2026-11-20T12:05:01Znew" }],
  ["with an endless nonce", { response_nonce: `2026-11-20T12:00:00Z${"x".repeat(250)}` }],
  ["without an association", { assoc_handle: undefined }],
  ["in another mode", { mode: "id_res_of_mine" }],
] as const) {
  test(`an answer ${what} is refused, and nobody is asked about it`, async (t) => {
    const { web, op, leave, comeBack } = await startOpenId(t);
    op.fields = fields;
    const answer = op.answer(await leave());
    const before = web.requests.length;
    const refused = await comeBack(answer);
    assert.deepEqual([refused.status, await codeOf(refused)], [400, "callback_invalid"]);
    assert.equal(web.requests.length, before);
  });
}

for (const name of [
  "op_endpoint",
  "return_to",
  "response_nonce",
  "assoc_handle",
  "claimed_id",
  "identity",
]) {
  test(`an answer whose ${name} is not signed is refused`, async (t) => {
    const { op, signIn } = await startOpenId(t);
    op.unsigned = [name];
    assert.equal(await codeOf(await signIn()), "callback_invalid");
  });
}

for (const [what, change] of [
  ["a parameter more", (query: URLSearchParams) => query.append("role", "admin")],
  [
    "a field twice",
    (query: URLSearchParams) => query.append("openid.identity", "https://b.example/"),
  ],
  ["no signature", (query: URLSearchParams) => query.delete("openid.sig")],
] as const) {
  test(`an answer with ${what} is refused`, async (t) => {
    const { op, leave, comeBack } = await startOpenId(t);
    const answer = op.answer(await leave());
    change(answer.searchParams);
    assert.equal(await codeOf(await comeBack(answer)), "callback_invalid");
  });
}

test("an answer that was changed on the way is refused", async (t) => {
  const { op, leave, comeBack } = await startOpenId(t);
  const answer = op.answer(await leave());
  answer.searchParams.set("openid.claimed_id", "https://bob.example/");
  const refused = await comeBack(answer);
  assert.deepEqual([refused.status, await codeOf(refused)], [400, "callback_invalid"]);
});

test("an answer without the login's state is refused before anybody is asked", async (t) => {
  const { op, leave, comeBack } = await startOpenId(t);
  const answer = op.answer(await leave());
  answer.searchParams.delete("redirect_state");
  assert.equal(await codeOf(await comeBack(answer)), "state_missing");
});

test("a nonce counts once, in whatever login", async (t) => {
  const { op, signIn } = await startOpenId(t);
  op.fields = { response_nonce: "2026-11-20T12:00:00Zonce" };
  assert.equal((await signIn()).status, 303);
  assert.equal(await codeOf(await signIn()), "callback_invalid");
});

const html = { "content-type": "text/html" };
for (const [what, page, code] of [
  ["is_valid:false", { body: `ns:${openId2}\nis_valid:false\n` }, "callback_invalid"],
  ["is_valid:TRUE", { body: `ns:${openId2}\nis_valid:TRUE\n` }, "callback_invalid"],
  ["another version", { body: "is_valid:true\n" }, "answer_invalid"],
  ["two minds", { body: `ns:${openId2}\nis_valid:false\nis_valid:true\n` }, "answer_invalid"],
  ["a page", { headers: html, body: "<html>is_valid:true</html>" }, "answer_invalid"],
  ["status 400", { status: 400, body: `ns:${openId2}\nis_valid:true\n` }, "answer_invalid"],
  ["a redirect", { status: 302, headers: { location: ada } }, "answer_invalid"],
  ["status 500", { status: 500, body: "" }, "provider_failed"],
] satisfies [string, Page, string][]) {
  test(`an answer that the OP verifies with ${what} is ${code}`, async (t) => {
    const { op, signIn } = await startOpenId(t);
    op.verification = () => page;
    assert.equal(await codeOf(await signIn()), code);
  });
}

for (const [what, prepare] of [
  ["names another OP", () => pageFor("https://evil.example/server")],
  ["names nobody", () => "<html></html>"],
  ["has another name at the OP", () => pageFor(endpoint, "https://op.example/people/8")],
  ["redirects to somebody else", () => ({ status: 302, headers: { location: ada } })],
  ["speaks OpenID 1.1 only", () => `<link rel="openid.server" href="${endpoint}">`],
] satisfies [string, () => Page | string][]) {
  test(`an OP does not speak for an identifier that ${what}`, async (t) => {
    const { web, op, leave, comeBack } = await startOpenId(t);
    web.on("https://op.example/", xrdsFor([`${openId2}/server`], endpoint));
    web.on("https://bob.example/", prepare());
    const away = await leave("https://op.example/");
    op.fields = { claimed_id: "https://bob.example/", identity: "https://bob.example/" };
    assert.equal(await codeOf(await comeBack(op.answer(away))), "callback_invalid");
  });
}

test("an identifier that comes back in another form than its own is refused", async (t) => {
  const { web, op, leave, comeBack } = await startOpenId(t);
  web.on("https://op.example/", xrdsFor([`${openId2}/server`], endpoint));
  for (const identity of [
    "https://ADA.example/",
    "https://ada.example",
    "=ada",
    "javascript:1",
    select,
  ]) {
    op.fields = { claimed_id: identity, identity };
    const refused = await comeBack(op.answer(await leave("https://op.example/")));
    assert.equal(await codeOf(refused), "callback_invalid");
  }
  assert.deepEqual([...new Set(web.dialled)], ["op.example@8.8.8.8"]);
});

test("an identifier that comes back does not make us ask our own network", async (t) => {
  const { web, op, leave, comeBack } = await startOpenId(t);
  web.on("https://op.example/", xrdsFor([`${openId2}/server`], endpoint));
  for (const identity of [
    "http://169.254.169.254/",
    "http://127.0.0.1/",
    "https://ada.example:8443/",
  ]) {
    op.fields = { claimed_id: identity, identity };
    const refused = await comeBack(op.answer(await leave("https://op.example/")));
    assert.equal(await codeOf(refused), "callback_invalid");
  }
  assert.deepEqual([...new Set(web.dialled)], ["op.example@8.8.8.8"]);
});

for (const [mode, code] of [
  ["cancel", "access_denied"],
  ["error", "provider_refused"],
  ["setup_needed", "provider_refused"],
] as const) {
  test(`the mode ${mode} is ${code}`, async (t) => {
    const { op, leave, comeBack } = await startOpenId(t);
    const answer = op.answer(await leave());
    answer.searchParams.set("openid.mode", mode);
    assert.equal(await codeOf(await comeBack(answer)), code);
  });
}

for (const identifier of [
  "=ada",
  "xri://=ada",
  "ftp://ada.example/",
  "https://ada:secret@ada.example/",
  "http://",
  "https://nobody.example/",
  "http://127.0.0.1/",
  "http://2130706433/",
  "http://0x7f.1/",
  "http://[::1]/",
  "http://[::ffff:10.0.0.1]/",
  "http://[64:ff9b::a00:1]/",
  "http://169.254.169.254/latest/meta-data/",
  "https://ada.example:22/",
  "https://intranet.example/",
  "https://redirects.example/",
]) {
  test(`the identifier ${identifier} cannot be used`, async (t) => {
    const { web, browser } = await startOpenId(t);
    web.addresses.set("intranet.example", ["8.8.8.8", "10.1.2.3"]);
    web.on("https://redirects.example/", { status: 302, headers: { location: "http://[::1]/" } });
    const fields = new URLSearchParams({ openid_identifier: identifier });
    const page = await browser.post("/auth/login/openid", undefined, fields);
    assert.deepEqual([page.status, await codeOf(page)], [400, "data_invalid"]);
    const reached = web.dialled.filter((dialled) => !dialled.endsWith(".example@8.8.8.8"));
    assert.deepEqual(reached, []);
  });
}

test("what a page names is no safer than the page", async (t) => {
  const { web, browser } = await startOpenId(t);
  const bad = "http://metadata.example/xrds";
  web.addresses.set("metadata.example", ["169.254.169.254"]);
  web.on(ada, { headers: { "x-xrds-location": bad } });
  const fields = new URLSearchParams({ openid_identifier: ada });
  const page = await browser.post("/auth/login/openid", undefined, fields);
  assert.equal(await codeOf(page), "data_invalid");
  assert.deepEqual(web.dialled, ["ada.example@8.8.8.8"]);
});

test("an OP in our own network is not asked to verify", async (t) => {
  const { web, signIn } = await startOpenId(t);
  web.addresses.set("op.example", ["127.0.0.1"]);
  assert.equal(await codeOf(await signIn()), "callback_invalid");
  assert.deepEqual(web.dialled, ["ada.example@8.8.8.8"]);
});
