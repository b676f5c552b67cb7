import assert from "node:assert/strict";
import { test } from "node:test";
import { SteamOpenId } from "../../src/backends/steam.ts";
import { bound, failureOf } from "../backend.ts";

// What happens in a login is in its fixture.

const steamId = "76561198002516729";

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
