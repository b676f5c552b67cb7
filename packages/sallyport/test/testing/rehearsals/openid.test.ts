import assert from "node:assert/strict";
import { test } from "node:test";
import type { Arrival } from "../../../src/backend.ts";
import { SteamOpenId } from "../../../src/backends/steam.ts";
import { failuresOf, fixtureOf } from "../failures.ts";

const fixture = fixtureOf("steam");

test("a nonce that counts twice is found", async () => {
  class Forgetful extends SteamOpenId {
    override authComplete(arrival: Arrival) {
      return super.authComplete({ ...arrival, once: async () => true });
    }
  }
  const failures = await failuresOf((settings) => new Forgetful(settings), fixture);
  assert.deepEqual([...failures.keys()], ["refuses a nonce that was used before"]);
});

test("an assertion that the provider is not asked about is found", async () => {
  class Credulous extends SteamOpenId {
    override async authComplete({ callback }: Arrival) {
      const identityUrl = callback.get("openid.claimed_id") ?? "";
      return this.toIdentity({ identityUrl, values: {} });
    }
  }
  const failures = await failuresOf((settings) => new Credulous(settings), fixture);
  assert.match(failures.get("finds out who came back") ?? "", /calls that were not made/);
  for (const what of [
    "refuses an answer whose claimed_id is not signed before it asks anything",
    "refuses the answer of another provider before it asks anything",
    "refuses an answer to another address before it asks anything",
    "refuses an answer of long ago before it asks anything",
    "refuses an answer that was tampered with",
  ]) {
    assert.ok(failures.has(what), what);
  }
});
