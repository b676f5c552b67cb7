import assert from "node:assert/strict";
import { test } from "node:test";
import { comesFromHere, isPrefetch, postedFromHere } from "../../src/web/origin-check.ts";

const origin = "https://portal.example.net";
const elsewhere = "https://evil.example";

// What a browser says, whether a link may begin a login, and whether a POST is ours.
const cases: readonly [HeadersInit, boolean, boolean][] = [
  [{}, true, true],
  [{ "sec-fetch-site": "same-origin" }, true, true],
  [{ "sec-fetch-site": "same-origin", origin }, true, true],
  [{ "sec-fetch-site": "same-site" }, true, false],
  [{ "sec-fetch-site": "none" }, true, false],
  [{ "sec-fetch-site": "cross-site" }, false, false],
  [{ "sec-fetch-site": "cross-site", origin, referer: `${origin}/` }, false, false],
  [{ "sec-fetch-site": "same-origin", origin: elsewhere }, true, false],
  [{ "sec-fetch-site": "" }, false, false],
  [{ "sec-fetch-site": "Same-Origin" }, false, false],
  [{ "sec-fetch-site": "same-origin, cross-site" }, false, false],
  [{ origin }, true, true],
  [{ origin: "null" }, false, false],
  [{ origin: "" }, false, false],
  [{ origin: elsewhere }, false, false],
  [{ origin: `${origin}.evil.example` }, false, false],
  [{ origin: "http://portal.example.net" }, false, false],
  [{ origin: `${origin}:444` }, false, false],
  [{ referer: `${origin}/ports?a=1` }, true, true],
  [{ referer: `${elsewhere}/?${origin}` }, false, false],
  [{ referer: "https://portal.example.net@evil.example/" }, false, false],
  [{ origin, referer: elsewhere }, false, false],
];

for (const [headers, link, post] of cases) {
  test(`${JSON.stringify(headers)}: a link ${link ? "begins" : "asks"}, a POST is ${post ? "ours" : "forged"}`, () => {
    assert.equal(comesFromHere(new Headers(headers), origin), link);
    assert.equal(postedFromHere(new Headers(headers), origin), post);
  });
}

for (const [headers, expected] of [
  [{ "sec-purpose": "prefetch" }, true],
  [{ "sec-purpose": "prefetch;prerender" }, true],
  [{ purpose: "prefetch" }, true],
  [{ "sec-purpose": "other" }, false],
  [{}, false],
] as const) {
  test(`${JSON.stringify(headers)} ${expected ? "only fetches ahead" : "is a click"}`, () => {
    assert.equal(isPrefetch(new Headers(headers)), expected);
  });
}
