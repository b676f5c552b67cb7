import assert from "node:assert/strict";
import { afterEach, describe, it } from "node:test";
import { createRemoteJWKSet, decodeJwt, type JWTPayload, jwtVerify } from "jose";
import type { Faults } from "../src/index.ts";
import {
  authorizeUrl,
  Clock,
  codeFor,
  redeem,
  sandboxForTests,
  tokensFor,
  tokensOf,
  withToken,
} from "./relying-party.ts";

const clock = new Clock();
const sandbox = sandboxForTests({ now: clock.now });
afterEach(() => sandbox().setFaults({}));

const profile = () => withToken(sandbox(), "/profile/v1", "any");

async function put(faults: unknown): Promise<{ status: number; value: unknown }> {
  const url = `${sandbox().url}/sandbox/faults`;
  const response = await fetch(url, { method: "PUT", body: JSON.stringify(faults) });
  return { status: response.status, value: await response.json() };
}

describe("a fault", () => {
  it("can be a status, with a page instead of JSON", async () => {
    const code = await codeFor(sandbox());
    sandbox().setFaults({ token: { status: 500 } });
    const response = await redeem(sandbox(), code);
    assert.equal(response.status, 500);
    assert.match(response.headers.get("content-type") ?? "", /^text\/html/);
    // What never came to the real endpoint was not used up.
    sandbox().setFaults({});
    assert.equal((await redeem(sandbox(), code)).status, 200);
  });

  it("can be PeeringDB's 429, in plain text with Retry-After", async () => {
    sandbox().setFaults({ profile: { status: 429, retryAfter: 17 } });
    const response = await profile();
    assert.equal(response.status, 429);
    assert.equal(response.headers.get("retry-after"), "17");
    assert.equal(response.headers.get("content-type"), "text/plain");
  });

  it("can be a page with status 200", async () => {
    sandbox().setFaults({ profile: { html: true } });
    const response = await profile();
    assert.equal(response.status, 200);
    assert.match(response.headers.get("content-type") ?? "", /^text\/html/);
    assert.match(await response.text(), /^<!doctype html>/);
  });

  it("can be a body of one's own, by default with status 200", async () => {
    sandbox().setFaults({ token: { body: { error: "bad_verification_code" } } });
    const response = await redeem(sandbox(), "any");
    assert.equal(response.status, 200);
    assert.deepEqual(await response.json(), { error: "bad_verification_code" });
  });

  it("can be broken JSON", async () => {
    sandbox().setFaults({ profile: { body: '{"id": 10', status: 201 } });
    const response = await profile();
    assert.equal(response.status, 201);
    assert.equal(response.headers.get("content-type"), "application/json");
    assert.equal(await response.text(), '{"id": 10');
  });

  it("can be a huge body that is valid JSON and does not say how long it is", async () => {
    sandbox().setFaults({ profile: { bytes: 10_485_760 } });
    const response = await profile();
    assert.equal(response.headers.get("content-length"), null);
    const text = await response.text();
    assert.equal(text.length, 10_485_760);
    assert.ok(JSON.parse(text));
  });

  it("can be a connection that is cut", async () => {
    sandbox().setFaults({ profile: { drop: true } });
    await assert.rejects(profile(), TypeError);
  });

  it("can be silence", async () => {
    sandbox().setFaults({ profile: { hang: true } });
    const signal = AbortSignal.timeout(100);
    await assert.rejects(fetch(`${sandbox().url}/profile/v1`, { signal }), {
      name: "TimeoutError",
    });
  });

  it("can be the right answer, late", async () => {
    const { access_token } = await tokensFor(sandbox());
    sandbox().setFaults({ profile: { delayMs: 60 } });
    const started = performance.now();
    assert.equal((await withToken(sandbox(), "/profile/v1", access_token)).status, 200);
    assert.ok(performance.now() - started >= 55);
  });

  it("ends after as many requests as it was given", async () => {
    sandbox().setFaults({ profile: { status: 502, times: 2 } });
    assert.equal((await profile()).status, 502);
    assert.deepEqual(sandbox().faults(), { profile: { status: 502, times: 1 } });
    assert.equal((await profile()).status, 502);
    assert.equal((await profile()).status, 403);
    assert.deepEqual(sandbox().faults(), {});
  });

  it("meets only the endpoint it was set for", async () => {
    const { url } = sandbox();
    const addresses = {
      authorize: authorizeUrl(sandbox()),
      token: `${url}/oauth2/token/`,
      profile: `${url}/profile/v1`,
      userinfo: `${url}/oauth2/userinfo/`,
      revoke: `${url}/oauth2/revoke_token/`,
      discovery: `${url}/.well-known/openid-configuration`,
      jwks: `${url}/oauth2/.well-known/jwks.json`,
    };
    for (const faulty of Object.keys(addresses)) {
      sandbox().setFaults({ [faulty]: { status: 503 } } as Faults);
      for (const [name, address] of Object.entries(addresses)) {
        assert.equal((await fetch(address)).status === 503, name === faulty, `${faulty}, ${name}`);
      }
    }
  });
});

describe("a wrong id_token", () => {
  const parameters = { scope: "openid profile", nonce: "the-nonce" };
  const faulty = async (idToken: NonNullable<NonNullable<Faults["token"]>["idToken"]>) => {
    const code = await codeFor(sandbox(), 1001, parameters);
    sandbox().setFaults({ token: { idToken } });
    return (await tokensOf(await redeem(sandbox(), code))).id_token ?? "";
  };
  const verify = (token: string): Promise<{ payload: JWTPayload }> => {
    const keys = createRemoteJWKSet(new URL(`${sandbox().url}/oauth2/.well-known/jwks.json`));
    return jwtVerify(token, keys, { currentDate: new Date(clock.now()) });
  };

  it("has another's nonce, audience or issuer, and a good signature", async () => {
    assert.notEqual((await verify(await faulty("wrong-nonce"))).payload.nonce, "the-nonce");
    assert.equal((await verify(await faulty("wrong-aud"))).payload.aud, "another-client");
    const { payload } = await verify(await faulty("wrong-iss"));
    assert.equal(payload.iss, "https://issuer.example.net/oauth2");
  });

  it("has a bad signature over good claims", async () => {
    const token = await faulty("bad-signature");
    assert.equal(decodeJwt(token).nonce, "the-nonce");
    await assert.rejects(verify(token), { code: "ERR_JWS_SIGNATURE_VERIFICATION_FAILED" });
  });

  it("has expired", async () => {
    await assert.rejects(verify(await faulty("expired")), { code: "ERR_JWT_EXPIRED" });
  });
});

describe("PUT /sandbox/faults", () => {
  it("sets, GET lists and DELETE ends them", async () => {
    const faults = { token: { status: 500 }, profile: { delayMs: 10, times: 3 } };
    assert.deepEqual(await put(faults), { status: 200, value: faults });
    const url = `${sandbox().url}/sandbox/faults`;
    assert.deepEqual(await (await fetch(url)).json(), faults);
    assert.deepEqual(await (await fetch(url, { method: "DELETE" })).json(), {});
    assert.deepEqual(sandbox().faults(), {});
  });

  const refusals: readonly (readonly [unknown, RegExp])[] = [
    [[], /^faults: expected an object, got \[\]$/],
    [{ tokens: {} }, /^tokens: no such endpoint; there are authorize, token, profile/],
    [{ token: 500 }, /^token: expected an object, got 500$/],
    [{ token: { stauts: 500 } }, /^token\.stauts: unknown; there are status/],
    [{ token: { status: 99 } }, /^token\.status: expected a status from 200 to 599, got 99$/],
    [{ token: { delayMs: -1 } }, /^token\.delayMs: expected a number of milliseconds, got -1$/],
    [{ token: { drop: 1 } }, /^token\.drop: expected true or false, got 1$/],
    [{ token: { times: 0 } }, /^token\.times: expected a number from 1, got 0$/],
    [{ token: { drop: true, html: true } }, /^token: drop and html exclude each other$/],
    [{ token: { idToken: "blue" } }, /^token\.idToken: expected wrong-nonce, .*, got "blue"$/],
    [{ jwks: { idToken: "expired" } }, /^jwks\.idToken: only token answers with an id_token$/],
    [{ token: { retryAfter: 5 } }, /^token\.retryAfter: needs status 429$/],
  ];
  for (const [faults, message] of refusals) {
    it(`refuses ${JSON.stringify(faults)} and says why`, async () => {
      const { status, value } = await put(faults);
      assert.equal(status, 400);
      assert.match((value as { error: string }).error, message);
    });
  }
});
