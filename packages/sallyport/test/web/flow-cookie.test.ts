import assert from "node:assert/strict";
import { test } from "node:test";
import { createSeal, randomToken } from "../../src/seal.ts";
import type { Flow } from "../../src/session.ts";
import { cookieJar } from "../../src/web/cookies.ts";
import { flowCookies } from "../../src/web/flow-cookie.ts";
import { secret } from "../site.ts";

const flows = flowCookies(cookieJar(true), createSeal([secret], "flow"), "/home");
const begun = Date.parse("2026-11-20T12:00:00Z");

function flow(more: Partial<Flow> = {}): Flow {
  const keep = { verifier: randomToken() };
  const rest = { backend: "example", next: "/ports", fields: {}, expiresAt: begun };
  const nobody = { tenant: null, userId: null, recentlySignedIn: false };
  return { state: randomToken(), keep, ...rest, ...nobody, ...more };
}

/** A browser's cookies, and what it does with `Set-Cookie` lines. */
function browser() {
  const cookies = new Map<string, string>();
  const apply = (lines: readonly string[]) => {
    for (const line of lines) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (line.includes("Max-Age=0")) cookies.delete(name);
      else cookies.set(name, value);
    }
  };
  const keep = async (kept: Flow) => apply(await flows.keep(kept, cookies));
  const weight = () =>
    [...cookies].reduce((sum, [name, value]) => sum + name.length + value.length, 0);
  return { cookies, apply, keep, weight };
}

test("a flow is kept sealed for ten minutes, and found by its state", async () => {
  const kept = flow({ userId: 7 });
  const [line = "", ...others] = await flows.keep(kept, new Map());
  assert.deepEqual(others, []);
  assert.match(
    line,
    /^__Host-sallyport-flow-[\w-]{8}=v1\.[\w-]+; Max-Age=600; Path=\/; HttpOnly; SameSite=Lax; Secure$/,
  );
  assert.ok(!line.includes(kept.state) && !line.includes(String(kept.keep.verifier)));

  const { cookies, apply } = browser();
  apply([line]);
  assert.deepEqual(await flows.find(kept.state, cookies), kept);
  assert.equal(await flows.find(randomToken(), cookies), undefined);
  assert.equal(await flows.find(undefined, cookies), undefined);
});

test("each flow has a cookie of its own", async () => {
  const person = browser();
  const kept = [flow(), flow(), flow()];
  for (const each of kept) await person.keep(each);
  assert.equal(person.cookies.size, 3);
  for (const each of kept) assert.deepEqual(await flows.find(each.state, person.cookies), each);
});

test("a flow is forgotten by its state, and only if the browser holds it", async () => {
  const person = browser();
  const [one, other] = [flow(), flow()];
  await person.keep(one);
  await person.keep(other);
  person.apply(flows.forget(one.state, person.cookies));
  assert.equal(await flows.find(one.state, person.cookies), undefined);
  assert.deepEqual(await flows.find(other.state, person.cookies), other);
  assert.deepEqual(flows.forget(one.state, person.cookies), []);
  assert.deepEqual(flows.forget(undefined, person.cookies), []);
});

test("however many flows begin, they weigh 6 KB at most, and the oldest go", async () => {
  const person = browser();
  const kept: Flow[] = [];
  for (let at = 0; at < 40; at++) {
    kept.push(flow({ expiresAt: begun + at }));
    await person.keep(kept[at] as Flow);
    assert.ok(person.weight() <= 6144, `${person.weight()} bytes`);
  }
  const found = await Promise.all(kept.map((each) => flows.find(each.state, person.cookies)));
  const held = found.map((each) => each !== undefined);
  const first = held.indexOf(true);
  assert.ok(first > 0 && first < 35, `the oldest ${first} are gone`);
  assert.ok(held.slice(first).every(Boolean), "the newest are all there");
});

test("age decides what goes, not the order that the browser sends", async () => {
  const person = browser();
  const [young, old] = [flow({ expiresAt: begun + 9 }), flow({ expiresAt: begun })];
  const long = { next: `/${"x".repeat(1900)}` };
  await person.keep({ ...young, ...long });
  await person.keep({ ...old, ...long });
  await person.keep(flow({ ...long, expiresAt: begun + 5 }));
  assert.equal(await flows.find(old.state, person.cookies), undefined);
  assert.ok(await flows.find(young.state, person.cookies));
});

test("what is no flow of ours goes before any that is", async () => {
  const person = browser();
  const mine = flow();
  await person.keep(mine);
  person.cookies.set("__Host-sallyport-flow-nonsense", "x".repeat(6000));
  await person.keep(flow());
  assert.equal(person.cookies.has("__Host-sallyport-flow-nonsense"), false);
  assert.ok(await flows.find(mine.state, person.cookies));
});

test("cookies of others are neither counted nor dropped", async () => {
  const person = browser();
  person.cookies.set("application", "x".repeat(6000));
  const lines = await flows.keep(flow(), person.cookies);
  assert.equal(lines.length, 1);
});

test("a `next` that does not fit becomes the default", async () => {
  const person = browser();
  const large = flow({ next: `/${"é".repeat(2000)}` });
  await person.keep(large);
  assert.ok(person.weight() <= 3584);
  assert.deepEqual(await flows.find(large.state, person.cookies), { ...large, next: "/home" });
});

test("the longest `next` of plain letters fits", async () => {
  const person = browser();
  const long = flow({ next: `/${"x".repeat(2047)}` });
  await person.keep(long);
  assert.deepEqual(await flows.find(long.state, person.cookies), long);
});
