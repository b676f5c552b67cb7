import assert from "node:assert/strict";
import { test } from "node:test";
import { safeNext } from "../../src/web/safe-next.ts";
import { hostile, legitimate } from "./safe-next-payloads.ts";

const origin = "https://portal.example.net";

/** Where a browser would go that is sent this, or undefined if nowhere. */
function leadsTo(next: string): string | undefined {
  return URL.canParse(next, origin) ? new URL(next, origin).origin : undefined;
}

for (const next of hostile) {
  test(`refused: ${JSON.stringify(next)}`, () => {
    assert.equal(safeNext(next, origin), undefined);
  });
}

for (const next of legitimate) {
  test(`accepted as it is: ${JSON.stringify(next).slice(0, 60)}`, () => {
    assert.equal(safeNext(next, origin), next);
    assert.equal(leadsTo(next), origin);
  });
}

test("most of the hostile list would lead a careless redirect away", () => {
  const elsewhere = hostile.filter((next) => leadsTo(next) !== origin);
  assert.ok(elsewhere.length > hostile.length / 3, `${elsewhere.length} of ${hostile.length}`);
});

test("no mixture of the hostile list's parts leads away", () => {
  const parts = [
    "/",
    "\\",
    "//",
    "%2f",
    "%5c",
    "%252f",
    "\t",
    "%09",
    ".",
    "..",
    "@",
    ":",
    "?",
    "#",
  ];
  const words = ["evil.example", "javascript:", "https:", "ports"];
  let accepted = 0;
  // Every sequence of three parts before and one after each word.
  for (const one of parts) {
    for (const two of parts) {
      for (const three of parts) {
        for (const word of words) {
          const next = one + two + three + word;
          if (safeNext(next, origin) === undefined) continue;
          accepted++;
          let text = next;
          for (let round = 0; round < 6; round++) {
            assert.equal(leadsTo(text), origin, next);
            assert.doesNotMatch(text.split(/[?#]/)[0] ?? "", /^\/[\\/]|^[^/]/, next);
            text = decodeURIComponent(text);
          }
        }
      }
    }
  }
  assert.ok(accepted > 20, "the rule lets something through, too");
});

for (const next of [undefined, null, 7, {}, [], ["/ports"], true, new URL("/ports", origin)]) {
  test(`no text is no address: ${JSON.stringify(next)}`, () => {
    assert.equal(safeNext(next, origin), undefined);
  });
}

test("the longest address has 2,048 characters", () => {
  assert.ok(safeNext(`/${"x".repeat(2047)}`, origin));
  assert.equal(safeNext(`/${"x".repeat(2048)}`, origin), undefined);
});

test("an address that is still being decoded after four rounds is refused", () => {
  const nested = (rounds: number) => `/a%${"25".repeat(rounds)}41`;
  assert.equal(safeNext(nested(3), origin), nested(3));
  assert.equal(safeNext(nested(4), origin), undefined);
});

const hosts = ["other.example.net", "odd.example.net:8443"];

for (const next of [
  "https://other.example.net",
  "https://other.example.net/",
  "https://other.example.net/ports?a=1#b",
  "https://odd.example.net:8443/",
  "https://OTHER.example.net/",
  "https://other.example.net:443/",
]) {
  test(`an allowed host may be led to: ${next}`, () => {
    assert.equal(safeNext(next, origin, hosts), next);
    assert.equal(safeNext(next, origin), undefined);
  });
}

for (const next of [
  "http://other.example.net/",
  "//other.example.net/",
  "https:other.example.net/",
  "https:/other.example.net/",
  "https://other.example.net.evil.example/",
  "https://evil.example/other.example.net",
  "https://other.example.net@evil.example/",
  "https://other.example.net:pass@evil.example/",
  "https://user@other.example.net/",
  "https://user:pass@other.example.net/",
  "https://:@evil.example/",
  "https://evil.example\\@other.example.net/",
  "https://evil.example%2f@other.example.net/",
  "https://other.example.net%2eevil.example/",
  "https://other.example.net:8443/",
  "https://odd.example.net/",
  "https://sub.other.example.net/",
  "https://other.example.net\t.evil.example/",
  "https://evil.example#@other.example.net/",
  "https://evil.example?other.example.net",
  "https://other.example.net%00.evil.example/",
  "https://othеr.example.net/",
  "ftp://other.example.net/",
  "HTTPS://other.example.net/",
]) {
  test(`a host that only looks allowed is refused: ${JSON.stringify(next)}`, () => {
    assert.equal(safeNext(next, origin, hosts), undefined);
  });
}
