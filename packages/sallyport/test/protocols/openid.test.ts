import assert from "node:assert/strict";
import { test } from "node:test";
import { OpenIdAuth, type OpenIdSettings } from "../../src/protocols/openid.ts";
import {
  ada,
  ax,
  endpoint,
  openId2,
  pageFor,
  pape,
  sreg,
  startOpenId,
  xrdsFor,
} from "../openid-provider.ts";
import { codeOf } from "../site.ts";

const select = `${openId2}/identifier_select`;

test("a person signs in with the identifier that they enter", async (t) => {
  const { web, site, op, browser, leave, comeBack } = await startOpenId(t);
  const page = await browser.get("/auth/login/openid");
  assert.match(await page.text(), /Your OpenID <input name="openid_identifier"/);

  web.on("http://ada.example/", { status: 301, headers: { location: ada } });
  const away = await leave("ada.EXAMPLE:80/../#me");
  assert.equal(away.origin + away.pathname, "https://op.example/server");
  assert.equal(away.searchParams.get("tenant"), "1");
  const asked = (name: string) => away.searchParams.get(`openid.${name}`);
  assert.equal(asked("ns"), openId2);
  assert.equal(asked("mode"), "checkid_setup");
  assert.equal(asked("claimed_id"), ada);
  assert.equal(asked("identity"), ada);
  assert.equal(asked("realm"), "https://portal.example.net/");
  const ours = /^https:\/\/portal.example.net\/auth\/complete\/openid\?redirect_state=[\w-]{43}$/;
  assert.match(asked("return_to") ?? "", ours);
  assert.equal(asked("sreg.optional"), "email,fullname,nickname");
  assert.equal(asked("ns.ax"), null);

  op.fields = {
    "ns.sreg": sreg,
    "sreg.nickname": "ada",
    "sreg.email": "ada@example.com",
    "sreg.fullname": "Ada Lovelace",
  };
  assert.equal((await comeBack(op.answer(away))).status, 303);
  const [user] = await site.storage.users.findByEmail("ada@example.com");
  assert.deepEqual(
    [user?.username, user?.firstName, user?.lastName, user?.emailVerified],
    ["ada", "Ada", "Lovelace", false],
  );
  assert.ok(await site.storage.associations.find("openid", ada));
  assert.deepEqual([...new Set(web.dialled)], ["ada.example@8.8.8.8", "op.example@8.8.8.8"]);
});

test("an answer that is too long for an address comes as a form", async (t) => {
  const { op, browser, leave } = await startOpenId(t);
  const answer = op.answer(await leave());
  const fields = new URLSearchParams([...answer.searchParams].slice(1));
  const address = `${answer.pathname}?redirect_state=${answer.searchParams.get("redirect_state")}`;
  const crossSite = { "sec-fetch-site": "cross-site", origin: "https://op.example" };
  const page = await browser.post(address, crossSite, fields);
  assert.equal(page.status, 200);
  const reposted = new URLSearchParams(answer.searchParams);
  reposted.set("sallyport_reposted", "1");
  assert.equal((await browser.post(answer.pathname, undefined, reposted)).status, 303);
});

test("where the person chooses at the OP, the identifier that comes back is discovered", async (t) => {
  const { web, site, op, leave, comeBack } = await startOpenId(t);
  web.on("https://op.example/", xrdsFor([`${openId2}/server`], endpoint));
  const away = await leave("https://op.example/");
  assert.equal(away.searchParams.get("openid.claimed_id"), select);
  assert.equal(away.searchParams.get("openid.identity"), select);
  assert.equal(web.requests.filter(({ url }) => url.href === ada).length, 0);

  op.fields = { claimed_id: `${ada}#2`, identity: ada };
  assert.equal((await comeBack(op.answer(away))).status, 303);
  assert.equal(web.requests.filter(({ url }) => url.href === ada).length, 1);
  assert.ok(await site.storage.associations.find("openid", `${ada}#2`));
});

test("the OP's own name for a person is not the one that counts", async (t) => {
  const { web, site, op, leave, comeBack } = await startOpenId(t);
  web.on("https://own.example/", pageFor(endpoint, "https://op.example/people/7"));
  const away = await leave("https://own.example");
  assert.equal(away.searchParams.get("openid.identity"), "https://op.example/people/7");
  assert.equal((await comeBack(op.answer(away))).status, 303);
  assert.ok(await site.storage.associations.find("openid", "https://own.example/"));
});

test("an OP may write its own endpoint in another way", async (t) => {
  const { op, signIn } = await startOpenId(t);
  op.fields = { op_endpoint: "https://OP.example:443/server?tenant=1" };
  assert.equal((await signIn()).status, 303);
});

test("attributes are asked for by AX where the OP knows it, and found by their types", async (t) => {
  const { web, site, op, leave, comeBack } = await startOpenId(t);
  web.on(ada, xrdsFor([`${openId2}/signon`, ax], endpoint));
  const away = await leave();
  assert.equal(away.searchParams.get("openid.ax.mode"), "fetch_request");
  assert.match(away.searchParams.get("openid.ax.required") ?? "", /^email,fullname,first_name/);
  op.fields = {
    "ns.sreg": sreg,
    "sreg.email": "old@example.com",
    "ns.ext1": ax,
    "ext1.mode": "fetch_response",
    "ext1.type.a": "http://axschema.org/contact/email",
    "ext1.count.a": "1",
    "ext1.value.a.1": "ada@example.com",
    "ext1.type.b": "http://axschema.org/namePerson/friendly",
    "ext1.value.b": "countess",
  };
  assert.equal((await comeBack(op.answer(away))).status, 303);
  const [user] = await site.storage.users.findByEmail("ada@example.com");
  assert.equal(user?.username, "countess");
});

test("an application asks for more, under its own name, and keeps it", async (t) => {
  const country = "http://axschema.org/contact/country/home";
  const { web, site, op, leave, comeBack } = await startOpenId(t, {
    openidTrustRoot: "https://*.example.net/",
    sregAttr: [["timezone", "zone"]],
    axSchemaAttrs: [[country, "country"]],
    extraData: ["zone", "country"],
  });
  web.on(ada, xrdsFor([`${openId2}/signon`, ax], endpoint));
  const away = await leave();
  assert.equal(away.searchParams.get("openid.realm"), "https://*.example.net/");
  assert.equal(away.searchParams.get("openid.ax.type.country"), country);
  op.fields = {
    "ns.s": sreg,
    "s.timezone": "Europe/London",
    "ns.a": ax,
    "a.type.c": country,
    "a.value.c": "UK",
  };
  assert.equal((await comeBack(op.answer(away))).status, 303);
  const association = await site.storage.associations.find("openid", ada);
  const { zone, country: home } = association?.extraData ?? {};
  assert.deepEqual([zone, home], ["Europe/London", "UK"]);
});

for (const [what, unsigned] of [
  ["value", ["sreg.email"]],
  ["namespace", ["ns.sreg"]],
] as const) {
  test(`an address whose ${what} is not signed is not read`, async (t) => {
    const { site, op, signIn } = await startOpenId(t);
    op.fields = { "ns.sreg": sreg, "sreg.email": "root@example.com", "sreg.nickname": "ada" };
    op.unsigned = unsigned;
    assert.equal((await signIn()).status, 303);
    assert.deepEqual(await site.storage.users.findByEmail("root@example.com"), []);
  });
}

const physical = "http://schemas.openid.net/pape/policies/2007/06/multi-factor-physical";
const demand = { openidPapeMaxAuthAge: 3600, openidPapePreferredAuthPolicies: [physical] };
const kept = {
  "ns.pape": pape,
  "pape.auth_policies": `http://example.com/other ${physical}`,
  "pape.auth_time": "2026-11-20T11:30:00Z",
};

test("an authentication policy is asked for, and kept", async (t) => {
  const { op, leave, comeBack } = await startOpenId(t, demand);
  const away = await leave();
  assert.equal(away.searchParams.get("openid.pape.max_auth_age"), "3600");
  assert.equal(away.searchParams.get("openid.pape.preferred_auth_policies"), physical);
  op.fields = kept;
  assert.equal((await comeBack(op.answer(away))).status, 303);
});

for (const [what, fields, unsigned] of [
  ["is not in the answer", {}, []],
  ["was not kept", { ...kept, "pape.auth_policies": "http://example.com/other" }, []],
  ["has no time", { ...kept, "pape.auth_time": undefined }, []],
  ["has too old a time", { ...kept, "pape.auth_time": "2026-11-20T10:30:00Z" }, []],
  ["is not signed", kept, ["pape.auth_policies"]],
] as const) {
  test(`a policy that ${what} is refused`, async (t) => {
    const { op, signIn } = await startOpenId(t, demand);
    op.fields = fields;
    op.unsigned = unsigned;
    const refused = await signIn();
    assert.deepEqual([refused.status, await codeOf(refused)], [403, "account_not_allowed"]);
  });
}

test("with a fixed identifier nobody is asked", async (t) => {
  const { web, browser } = await startOpenId(t, { url: "https://op.example/" });
  web.on("https://op.example/", xrdsFor([`${openId2}/server`], endpoint));
  const left = await browser.get("/auth/login/openid");
  assert.match(left.headers.get("location") ?? "", /^https:\/\/op\.example\/server\?tenant=1&/);
});

test("a fixed identifier that is no OpenID is the operator's to mend", async (t) => {
  const { browser } = await startOpenId(t, { url: "https://op.example/" });
  assert.equal(await codeOf(await browser.get("/auth/login/openid")), "discovery_failed");
});

const wrongSettings: readonly OpenIdSettings[] = [
  { url: "=ada" },
  { url: "ftp://op.example" },
  { openidPapeMaxAuthAge: -1 },
];

test("settings that cannot work are refused at the start", () => {
  for (const settings of wrongSettings) {
    assert.throws(() => new OpenIdAuth(settings).bind({}), { code: "settings_invalid" });
  }
  const env = { SOCIAL_AUTH_OPENID_OPENID_PAPE_MAX_AUTH_AGE: "an hour" };
  assert.throws(() => new OpenIdAuth().bind(env), /must be seconds, not "an hour"/);
});
