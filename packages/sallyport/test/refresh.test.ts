import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { memoryStorage } from "../src/storage/memory.ts";
import { type Storage, StorageUnavailable } from "../src/storage.ts";
import { failureOf } from "./backend.ts";
import { ExampleOAuth2, type Site, settingsFor, startSite } from "./site.ts";

/** Somebody signed in, and the account that this left. */
async function signedIn(t: TestContext, storage?: Storage, tokenExtras = {}) {
  const site = await startSite(t, storage && { storage });
  site.provider.tokenExtras = tokenExtras;
  await site.browser().signIn("example");
  return { site, account: await accountOf(site) };
}

async function accountOf({ storage }: Site) {
  return (await storage.associations.find("example", "1")) ?? assert.fail("no account");
}

test("a refresh brings a new access token, and asks with the stored one", async (t) => {
  const { site, account } = await signedIn(t);
  const tokens = await site.auth.refresh(account);
  const [, request] = site.provider.to("/token");
  assert.equal(request?.form.get("grant_type"), "refresh_token");
  assert.match(request?.form.get("refresh_token") ?? "", /^refresh-/);
  assert.match(tokens.accessToken, /^access-/);
  assert.deepEqual(tokens.expiresAt, new Date("2026-11-20T13:00:00Z"));
});

test("where refresh tokens rotate, the new one is used the next time", async (t) => {
  const { site } = await signedIn(t);
  // The provider takes each refresh token once.
  for (let at = 0; at < 3; at++) await site.auth.refresh(await accountOf(site));
  const used = site.provider.to("/token").map(({ form }) => form.get("refresh_token"));
  assert.equal(new Set(used.slice(1)).size, 3);
});

test("the new pair is stored before the refresh returns, and sealed", async (t) => {
  const { site, account } = await signedIn(t);
  const tokens = await site.auth.refresh(account);
  const { extraData } = await accountOf(site);
  for (const field of ["access_token", "refresh_token"]) {
    assert.match(String(extraData[field]), /^v1\./);
    assert.notEqual(extraData[field], account.extraData[field]);
  }
  assert.ok(!JSON.stringify(extraData).includes(tokens.accessToken));
});

test("tokens that cannot be stored are handed to nobody", async (t) => {
  const inner = memoryStorage();
  let broken = false;
  const transaction: Storage["transaction"] = (work) =>
    inner.transaction((tables) => {
      const setExtraData: Storage["associations"]["setExtraData"] = async (...given) => {
        if (broken) throw new StorageUnavailable("disk full");
        await tables.associations.setExtraData(...given);
      };
      return work({ ...tables, associations: { ...tables.associations, setExtraData } });
    });
  const storage = { ...inner, transaction };
  const { site, account } = await signedIn(t, storage);
  broken = true;
  await assert.rejects(site.auth.refresh(account));
});

test("what was kept with the account stays", async (t) => {
  class Keeping extends ExampleOAuth2 {
    override readonly extraData = ["login"];
  }
  const site = await startSite(t, { backends: (at) => [new Keeping(settingsFor(at))] });
  await site.browser().signIn("example");
  await site.auth.refresh(await accountOf(site));
  assert.equal((await accountOf(site)).extraData.login, "ada");
});

test("a refresh without a new refresh token keeps the old one", async (t) => {
  const { site, account } = await signedIn(t);
  site.provider.on("/token", { body: { access_token: "again", token_type: "bearer" } });
  await site.auth.refresh(account);
  await site.auth.refresh(await accountOf(site));
  const [, first, second] = site.provider.to("/token").map(({ form }) => form.get("refresh_token"));
  assert.equal(first, second);
});

test("without a refresh token there is nothing to renew, and nothing is asked", async (t) => {
  const { site, account } = await signedIn(t, undefined, { refresh_token: undefined });
  const asked = site.provider.requests.length;
  const error = await failureOf(site.auth.refresh(account));
  assert.deepEqual(
    [error.code, error.stage, error.backend],
    ["token_missing", "refresh", "example"],
  );
  assert.equal(site.provider.requests.length, asked);
});

test("a refresh token that does not open, since its row was copied, is none", async (t) => {
  const { site, account } = await signedIn(t);
  site.provider.profile = { id: 2, login: "bob" };
  await site.browser().signIn("example");
  const other = (await site.storage.associations.find("example", "2")) ?? assert.fail();
  await site.storage.associations.setExtraData(other.id, account.extraData, site.clock.now);
  assert.equal((await failureOf(site.auth.refresh(other))).code, "token_missing");
});

test("an account that is gone has nothing to renew", async (t) => {
  const { site, account } = await signedIn(t);
  await site.storage.users.remove(account.userId);
  assert.equal((await failureOf(site.auth.refresh(account))).code, "token_missing");
});

test("a refresh token that the provider no longer honours was revoked, and is not sent again", async (t) => {
  const { site, account } = await signedIn(t);
  site.provider.on("/token", { status: 400, body: { error: "invalid_grant" } });
  const error = await failureOf(site.auth.refresh(account));
  assert.deepEqual([error.code, error.status], ["token_revoked", 403]);
  const { extraData } = await accountOf(site);
  assert.deepEqual(extraData, { ...account.extraData, refresh_token: null });
  const asked = site.provider.requests.length;
  assert.equal((await failureOf(site.auth.refresh(account))).code, "token_revoked");
  assert.equal(site.provider.requests.length, asked);
});

test("a new sign-in mends what was revoked", async (t) => {
  const { site, account } = await signedIn(t);
  site.provider.on("/token", { status: 400, body: { error: "invalid_grant" } });
  await failureOf(site.auth.refresh(account));
  site.provider.on("/token", (request) => site.provider.standard(request));
  await site.browser().signIn("example");
  assert.match((await site.auth.refresh(await accountOf(site))).accessToken, /^access-/);
});

for (const [behaviour, code] of [
  [{ status: 500 }, "provider_failed"],
  ["drop", "provider_unreachable"],
  [{ status: 401, body: { error: "invalid_client" } }, "client_refused"],
] as const) {
  test(`${JSON.stringify(behaviour)} is an outage (${code}), and the stored tokens stay`, async (t) => {
    const { site, account } = await signedIn(t);
    site.provider.on("/token", behaviour);
    assert.equal((await failureOf(site.auth.refresh(account))).code, code);
    assert.deepEqual((await accountOf(site)).extraData, account.extraData);
  });
}

test("an account of a backend that is no longer there cannot be renewed", async (t) => {
  const { site, account } = await signedIn(t);
  const gone = Promise.resolve().then(() => site.auth.refresh({ ...account, provider: "gone" }));
  assert.equal((await failureOf(gone)).code, "backend_unknown");
});

test("whoever holds an older account gets the newer tokens that are stored", async (t) => {
  const { site, account } = await signedIn(t);
  const tokens = await site.auth.refresh(account);
  const again = await site.auth.refresh(account);
  assert.equal(site.provider.to("/token").length, 2);
  const { accessToken, refreshToken, tokenType, scope, expiresAt } = tokens;
  assert.deepEqual(again, {
    accessToken,
    refreshToken,
    tokenType,
    scope,
    expiresAt,
    tokenSecret: undefined,
    answer: {},
  });
  // Newer, but of no use any more.
  site.clock.advance(61);
  assert.notEqual((await site.auth.refresh(account)).accessToken, accessToken);
});

test("what a login brought during a refresh is newer than what the refresh brought", async (t) => {
  const { site, account } = await signedIn(t);
  let answer = () => {};
  const held = new Promise<void>((resolve) => {
    answer = resolve;
  });
  let asked = () => {};
  const arrived = new Promise<void>((resolve) => {
    asked = resolve;
  });
  site.provider.on("/token", async (request) => {
    if (request.form.get("grant_type") === "refresh_token") {
      asked();
      await held;
    }
    return site.provider.standard(request);
  });
  const refreshing = site.auth.refresh(account);
  await arrived;
  await site.browser().signIn("example");
  const { extraData } = await accountOf(site);
  answer();
  const { refreshToken } = await refreshing;
  assert.deepEqual((await accountOf(site)).extraData, extraData);
  await site.auth.refresh(await accountOf(site));
  assert.equal(site.provider.to("/token").at(-1)?.form.get("refresh_token"), refreshToken);
});
