import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { startSandbox } from "../src/index.ts";
import { Clock, sandboxForTests } from "./relying-party.ts";

describe("a rate limit", () => {
  const clock = new Clock();
  const sandbox = sandboxForTests({ rateLimit: 3, now: clock.now });
  const ask = () => fetch(`${sandbox().url}/profile/v1`);

  it("answers whatever is too much in a minute with 429 in plain text", async () => {
    clock.advance(20);
    for (const expected of [403, 403, 403]) assert.equal((await ask()).status, expected);
    const refused = await ask();
    assert.equal(refused.status, 429);
    assert.equal(refused.headers.get("content-type"), "text/plain");
    assert.equal(refused.headers.get("retry-after"), "40");
    assert.equal(refused.headers.get("x-ratelimit-limit"), "3");
  });

  it("leaves the control addresses alone", async () => {
    assert.equal((await fetch(`${sandbox().url}/sandbox/people`)).status, 200);
  });

  it("is over after as many seconds as Retry-After says", async () => {
    clock.advance(39);
    assert.equal((await ask()).status, 429);
    clock.advance(1);
    assert.equal((await ask()).status, 403);
  });

  it("must be a number from 1", async () => {
    await assert.rejects(
      startSandbox({ rateLimit: 0 }),
      /rateLimit: expected a number from 1, got 0/,
    );
  });
});

describe("a sandbox without a rate limit", () => {
  const sandbox = sandboxForTests();

  it("takes more than PeeringDB's 120 a minute", async () => {
    const all = await Promise.all(
      Array.from({ length: 150 }, () => fetch(`${sandbox().url}/profile/v1`)),
    );
    assert.ok(all.every(({ status }) => status === 403));
  });
});
