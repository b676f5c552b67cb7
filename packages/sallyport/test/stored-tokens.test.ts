import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject, Tokens } from "../src/identity.ts";
import { createSeal } from "../src/seal.ts";
import type { Association } from "../src/storage.ts";
import { mergedExtraData, openToken } from "../src/stored-tokens.ts";
import { now } from "./backend.ts";
import { secret } from "./site.ts";

const seal = createSeal([secret], "tokens");
const tokens: Tokens = {
  accessToken: "access",
  refreshToken: "refresh",
  tokenType: "bearer",
  scope: "a b",
  expiresAt: new Date("2026-11-20T13:00:00.999Z"),
  answer: {},
};

function account(extraData: JsonObject = {}, userId = 1): Association {
  const key = { id: 1, userId, provider: "example", uid: "7", tenant: null };
  return { ...key, extraData, createdAt: now, updatedAt: now };
}

test("tokens are kept by python-social-auth's names, times in seconds", async () => {
  const merged = await mergedExtraData(
    account(),
    { extraData: { login: "ada" }, tokens },
    seal,
    now,
  );
  const { access_token, refresh_token, ...plain } = merged;
  assert.deepEqual(plain, {
    login: "ada",
    token_type: "bearer",
    scope: "a b",
    expires_on: Date.parse("2026-11-20T13:00:00Z") / 1000,
    auth_time: now.getTime() / 1000,
  });
  const kept = account(merged);
  assert.equal(await openToken(kept, "access_token", seal), "access");
  assert.equal(await openToken(kept, "refresh_token", seal), "refresh");
  assert.equal(await openToken(kept, "id_token", seal), undefined);
});

test("tokens that a backend declares as extra data are sealed, too", async () => {
  const extraData = { access_token: "access", id_token: "id" };
  const merged = await mergedExtraData(account(), { extraData }, seal, now);
  assert.match(String(merged.access_token), /^v1\./);
  assert.equal(await openToken(account(merged), "id_token", seal), "id");
});

test("a token opens for its own user, provider and field only", async () => {
  const merged = await mergedExtraData(account(), { extraData: {}, tokens }, seal, now);
  const { access_token } = merged;
  for (const other of [
    account({ access_token }, 2),
    { ...account({ access_token }), provider: "second" },
  ]) {
    assert.equal(await openToken(other, "access_token", seal), undefined);
  }
  assert.equal(
    await openToken(account({ refresh_token: access_token }), "refresh_token", seal),
    undefined,
  );
});

test("what did not come stays as it was; null replaces it", async () => {
  const old = account({ login: "ada", team: "red", city: "Rome", refresh_token: "v1.sealed" });
  const extraData = { login: undefined, team: null, city: "", more: 1 };
  const merged = await mergedExtraData(old, { extraData }, seal, now);
  assert.deepEqual(merged, {
    login: "ada",
    team: null,
    city: "Rome",
    refresh_token: "v1.sealed",
    more: 1,
    auth_time: now.getTime() / 1000,
  });
});

test("a new token without an end does not inherit the old one's", async () => {
  const old = account({ expires_on: 1 });
  const brought = { extraData: {}, tokens: { ...tokens, expiresAt: undefined } };
  assert.equal((await mergedExtraData(old, brought, seal, now)).expires_on, null);
});

test("a token that lies in the clear is not taken for one of ours", async () => {
  assert.equal(
    await openToken(account({ access_token: "clear" }), "access_token", seal),
    undefined,
  );
});

test("after a change of secrets every write leaves nothing that needs the old one", async () => {
  const [old, newest] = [createSeal([secret], "tokens"), createSeal([`new ${secret}`], "tokens")];
  const both = createSeal([`new ${secret}`, secret], "tokens");
  const extraData = { id_token: "id" };
  const before = account(await mergedExtraData(account(), { extraData, tokens }, old, now));
  assert.equal(await openToken(before, "refresh_token", newest), undefined);
  // A login that brings an access token only, as most do.
  const brought = { extraData: {}, tokens: { ...tokens, refreshToken: undefined } };
  const after = account(await mergedExtraData(before, brought, both, now));
  assert.equal(await openToken(after, "access_token", newest), "access");
  assert.equal(await openToken(after, "refresh_token", newest), "refresh");
  assert.equal(await openToken(after, "id_token", newest), "id");
});

test("what no secret opens any more stays as it is", async () => {
  const lost = await mergedExtraData(account(), { extraData: {}, tokens }, seal, now);
  const other = createSeal([`other ${secret}`], "tokens");
  const merged = await mergedExtraData(account(lost), { extraData: {} }, other, now);
  assert.equal(merged.refresh_token, lost.refresh_token);
  assert.equal(merged.access_token, lost.access_token);
});
