import assert from "node:assert/strict";
import { test } from "node:test";
import { Cache, mostEntries } from "../../src/wire/cache.ts";
import { now } from "../backend.ts";

/** A cache, and something to fetch that counts. */
function start() {
  const cache = new Cache<{ readonly count: number }>();
  let count = 0;
  const fetch = async () => ({ count: ++count });
  return { cache, fetch, counted: () => count };
}

test("each key has its own entry", async () => {
  const { cache, fetch } = start();
  assert.deepEqual(await cache.get("one", now, fetch), { count: 1 });
  assert.deepEqual(await cache.get("other", now, fetch), { count: 2 });
  assert.deepEqual(await cache.get("one", now, fetch), { count: 1 });
});

test("it keeps so many entries and no more, the oldest goes", async () => {
  const { cache, fetch, counted } = start();
  for (let key = 0; key <= mostEntries; key++) await cache.get(`${key}`, now, fetch);
  await cache.get(`${mostEntries}`, now, fetch);
  assert.equal(counted(), mostEntries + 1);
  await cache.get("0", now, fetch);
  assert.equal(counted(), mostEntries + 2);
});

test("a renewal that fails keeps what there was, and counts for the minute", async () => {
  const { cache, fetch } = start();
  const kept = await cache.get("key", now, fetch);
  const failing = () => Promise.reject(new Error("an outage"));
  await assert.rejects(cache.renew("key", now, failing), /outage/);
  assert.equal(await cache.renew("key", now, failing), kept);
});
