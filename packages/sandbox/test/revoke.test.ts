import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  credentials,
  post,
  refresh,
  sandboxForTests,
  tokensFor,
  tokensOf,
  withToken,
} from "./relying-party.ts";

const sandbox = sandboxForTests();
const revoke = (form: Record<string, string>) =>
  post(sandbox(), "/oauth2/revoke_token/", { ...credentials, ...form });
const profileStatus = async (token: string) =>
  (await withToken(sandbox(), "/profile/v1", token)).status;

describe("revoking a token", () => {
  it("ends a refresh token together with its access token", async () => {
    const { access_token, refresh_token } = await tokensFor(sandbox());
    assert.equal((await revoke({ token: refresh_token })).status, 200);
    assert.equal(await profileStatus(access_token), 403);
    assert.equal((await refresh(sandbox(), refresh_token)).status, 400);
  });

  it("ends an access token alone", async () => {
    const { access_token, refresh_token } = await tokensFor(sandbox());
    assert.equal((await revoke({ token: access_token })).status, 200);
    assert.equal(await profileStatus(access_token), 403);
    assert.equal((await refresh(sandbox(), refresh_token)).status, 200);
  });

  it("is answered with 200 for a token that nobody knows", async () => {
    assert.equal((await revoke({ token: "unknown" })).status, 200);
  });

  it("needs a token and the client's secret", async () => {
    assert.equal((await revoke({})).status, 400);
    assert.equal((await revoke({ token: "x", client_secret: "wrong" })).status, 401);
  });
});

describe("an application that a person revokes", () => {
  it("loses its access tokens; refreshing succeeds with an empty scope that opens nothing", async () => {
    const { access_token, refresh_token } = await tokensFor(sandbox(), 1002);
    const response = await fetch(`${sandbox().url}/sandbox/grants/1002`, { method: "DELETE" });
    assert.deepEqual(await response.json(), { revoked: 1 });
    assert.equal(await profileStatus(access_token), 403);

    const asking = await refresh(sandbox(), refresh_token, { scope: "profile" });
    assert.equal(asking.status, 400);
    assert.deepEqual(await asking.json(), { error: "invalid_scope" });

    const renewed = await tokensOf(await refresh(sandbox(), refresh_token));
    assert.equal(renewed.scope, "");
    assert.equal(await profileStatus(renewed.access_token), 403);
    const again = await tokensOf(await refresh(sandbox(), renewed.refresh_token));
    assert.equal(again.scope, "");
  });

  it("keeps what other people granted", async () => {
    const { access_token } = await tokensFor(sandbox(), 1003);
    sandbox().revokeGrants(1002);
    assert.equal(await profileStatus(access_token), 200);
  });
});

describe("introspection", () => {
  it("tells an application whether a token is good", async () => {
    const { access_token } = await tokensFor(sandbox());
    const ask = (form: Record<string, string>) => post(sandbox(), "/oauth2/introspect/", form);
    const good = await ask({ ...credentials, token: access_token });
    const said = (await good.json()) as Record<string, unknown>;
    assert.deepEqual([said.active, said.scope], [true, "profile email networks amr"]);
    assert.deepEqual(await (await ask({ ...credentials, token: "x" })).json(), { active: false });
    assert.equal((await ask({ token: access_token })).status, 403);
  });
});
