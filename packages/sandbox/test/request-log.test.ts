import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import {
  Clock,
  codeFor,
  redeem,
  refresh,
  sandboxForTests,
  tokensOf,
  withToken,
} from "./relying-party.ts";

const clock = new Clock();
const sandbox = sandboxForTests({ now: clock.now });
beforeEach(() => sandbox().clearRequests());

describe("the log of requests", () => {
  it("tells a login: what came when, and how it was answered", async () => {
    const code = await codeFor(sandbox());
    const { access_token } = await tokensOf(await redeem(sandbox(), code));
    await withToken(sandbox(), "/profile/v1?pretty", access_token);
    assert.deepEqual(
      sandbox()
        .requests()
        .map(({ method, path, status }) => [method, path, status]),
      [
        ["POST", "/oauth2/authorize/", 302],
        ["POST", "/oauth2/token/", 200],
        ["GET", "/profile/v1", 200],
      ],
    );
    const [, token, profile] = sandbox().requests();
    assert.equal(token?.at, new Date(clock.now()).toISOString());
    assert.equal(token?.form.grant_type, "authorization_code");
    assert.equal(token?.form.client_id, "sandbox-client");
    assert.deepEqual(profile?.query, { pretty: "" });
  });

  it("tells no secrets", async () => {
    const code = await codeFor(sandbox());
    const first = await redeem(sandbox(), code, { code_verifier: "a-verifier" });
    const { access_token, refresh_token } = await tokensOf(first);
    await withToken(sandbox(), `/profile/v1?access_token=${access_token}`, access_token);
    await refresh(sandbox(), refresh_token);
    await fetch(`${sandbox().url}/oauth2/userinfo/`, { headers: { Authorization: access_token } });
    const response = await fetch(`${sandbox().url}/sandbox/requests`);
    const text = await response.text();
    for (const secret of [code, access_token, refresh_token, "sandbox-secret", "a-verifier"]) {
      assert.ok(!text.includes(secret));
    }
    assert.match(text, /"authorization":"Bearer \[redacted\]"/);
    assert.match(text, /"client_secret":"\[redacted\]"/);
  });

  it("shows what never got an answer with status null", async () => {
    sandbox().setFaults({ profile: { drop: true } });
    await fetch(`${sandbox().url}/profile/v1`).catch(() => {});
    sandbox().setFaults({});
    assert.equal(sandbox().requests().at(-1)?.status, null);
  });

  it("leaves out the control addresses, and can be cleared", async () => {
    await fetch(`${sandbox().url}/sandbox/people`);
    assert.deepEqual(sandbox().requests(), []);
    await fetch(`${sandbox().url}/profile/v1`);
    assert.equal(sandbox().requests().length, 1);
    await fetch(`${sandbox().url}/sandbox/requests`, { method: "DELETE" });
    assert.deepEqual(sandbox().requests(), []);
  });

  it("keeps the last thousand", async () => {
    for (let round = 0; round < 50; round += 1) {
      await Promise.all(Array.from({ length: 42 }, () => fetch(`${sandbox().url}/profile/v1`)));
    }
    await fetch(`${sandbox().url}/profile/v1?last`);
    const requests = sandbox().requests();
    assert.equal(requests.length, 1000);
    assert.deepEqual(requests.at(-1)?.query, { last: "" });
  });
});
