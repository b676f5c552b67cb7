import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { SteamOpenId, type SteamSettings } from "../../src/backends/steam.ts";
import { bound, departure, failureOf } from "../backend.ts";
import { openId2, startWeb, xrdsFor } from "../openid-provider.ts";
import { startProvider } from "../provider.ts";
import { codeOf, startSite } from "../site.ts";

// What Steam signs, from a recorded answer: https://wiki.brianturchyn.net/programming/apis/steam
const signed = "signed,op_endpoint,claimed_id,identity,return_to,response_nonce,assoc_handle";
const endpoint = "https://steamcommunity.com/openid/login";
const steamId = "76561198002516729";

async function startSteam(t: TestContext, more: SteamSettings = {}) {
  const web = await startWeb(t);
  const api = await startProvider(t);
  class Moved extends SteamOpenId {
    override readonly apiUrl = api.origin;
    override mayRequest(url: URL): boolean {
      return url.origin === api.origin;
    }
  }
  const site = await startSite(t, { backends: () => [new Moved({ ...web.settings, ...more })] });
  web.on("https://steamcommunity.com/openid", xrdsFor([`${openId2}/server`], endpoint));
  web.on(endpoint, { body: `ns:${openId2}\nis_valid:true\n` });

  const signIn = async (claimedId: string) => {
    web.on(claimedId, xrdsFor([`${openId2}/signon`], endpoint));
    const browser = site.browser();
    const left = new URL((await browser.get("/auth/login/steam")).headers.get("location") ?? "");
    const back = new URL(left.searchParams.get("openid.return_to") ?? "");
    const fields = {
      ns: openId2,
      mode: "id_res",
      op_endpoint: endpoint,
      claimed_id: claimedId,
      identity: claimedId,
      return_to: back.href,
      response_nonce: "2026-11-20T11:59:58Zs4DPZce8qc+iPCe8JgQKB0BiIDI=",
      assoc_handle: "1234567890",
      signed,
      sig: "W0u5DRbtHE1GG0ZKXjerUZDUGmc=",
    };
    for (const [name, value] of Object.entries(fields))
      back.searchParams.set(`openid.${name}`, value);
    return browser.send("GET", back.href, { "sec-fetch-site": "cross-site" });
  };
  return { web, api, site, signIn };
}

test("the login leaves for Steam, where the person chooses the account", async (t) => {
  const { web } = await startSteam(t);
  const { url } = await departure(bound(new SteamOpenId(web.settings)));
  assert.equal(url.origin + url.pathname, endpoint);
  assert.equal(url.searchParams.get("openid.identity"), `${openId2}/identifier_select`);
});

test("a person is known by their SteamID, and by nothing else without an API key", async (t) => {
  const { api, site, signIn } = await startSteam(t);
  assert.equal((await signIn(`https://steamcommunity.com/openid/id/${steamId}`)).status, 303);
  assert.ok(await site.storage.associations.find("steam", steamId));
  assert.equal(api.requests.length, 0);
});

test("with an API key the public profile is read", async (t) => {
  const { api, site, signIn } = await startSteam(t, { apiKey: "the-key" });
  // As https://partner.steamgames.com/doc/webapi/ISteamUser#GetPlayerSummaries has it, in part.
  const player = { steamid: steamId, communityvisibilitystate: 3, personaname: "Countess" };
  api.on("/ISteamUser/GetPlayerSummaries/v2/", { body: { response: { players: [player] } } });
  assert.equal((await signIn(`https://steamcommunity.com/openid/id/${steamId}`)).status, 303);
  assert.equal((await site.storage.users.findByUsername("countess"))?.emailVerified, false);
  const [request] = api.to("/ISteamUser/GetPlayerSummaries/v2/");
  assert.equal(request?.query.toString(), `key=the-key&steamids=${steamId}`);
});

for (const [what, body] of [
  ["nobody", { response: { players: [] } }],
  [
    "somebody else",
    { response: { players: [{ steamid: "76561198000000000", personaname: "x" }] } },
  ],
  ["no list", { response: {} }],
] as const) {
  test(`a profile of ${what} is no profile`, async (t) => {
    const { api, site, signIn } = await startSteam(t, { apiKey: "the-key" });
    api.on("/ISteamUser/GetPlayerSummaries/v2/", { body });
    assert.equal((await signIn(`https://steamcommunity.com/openid/id/${steamId}`)).status, 303);
    assert.equal(await site.storage.users.findByUsername("x"), undefined);
  });
}

test("the key stands in no error", async (t) => {
  const { api, site, signIn } = await startSteam(t, { apiKey: "the-key" });
  api.on("/ISteamUser/GetPlayerSummaries/v2/", { status: 500, body: {} });
  const failed = await signIn(`https://steamcommunity.com/openid/id/${steamId}`);
  assert.equal(await codeOf(failed), "provider_failed");
  assert.doesNotMatch(JSON.stringify(site.lines), /the-key/);
});

for (const identityUrl of [
  `http://steamcommunity.com/openid/id/${steamId}`,
  `https://steamcommunity.com.evil.example/openid/id/${steamId}`,
  `https://evil.example/https://steamcommunity.com/openid/id/${steamId}`,
  `https://steamcommunity.com/openid/id/${steamId}/`,
  `https://steamcommunity.com/openid/id/${steamId}#2`,
  "https://steamcommunity.com/openid/id/1234",
  `https://steamcommunity.com/openid/id/${steamId}\n`,
]) {
  test(`${JSON.stringify(identityUrl)} is no SteamID`, async () => {
    const backend = bound(new SteamOpenId());
    const failure = await failureOf(
      (async () => backend.toIdentity({ identityUrl, values: {} }))(),
    );
    assert.deepEqual([failure.code, failure.stage], ["uid_missing", "identity"]);
  });
}

test("a whole login with an identifier that is none of Steam's is refused", async (t) => {
  const { signIn } = await startSteam(t);
  assert.equal(await codeOf(await signIn("https://ada.example/")), "uid_missing");
});
