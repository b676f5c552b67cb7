import assert from "node:assert/strict";
import { test } from "node:test";
import { cookieJar, parseCookies } from "../../src/web/cookies.ts";

for (const [header, expected] of [
  ["a=1", { a: "1" }],
  ["a=1; b=2", { a: "1", b: "2" }],
  ["a=1;b=2 ;  c=3", { a: "1", b: "2", c: "3" }],
  ["a=1; a=2", { a: "1" }],
  ["a=b=c", { a: "b=c" }],
  ["a=", { a: "" }],
  ["=1; nothing; a=1;", { a: "1" }],
  ['a="quoted"', { a: '"quoted"' }],
  ["__proto__=1; constructor=2", { ["__proto__"]: "1", constructor: "2" }],
  ["", {}],
] as const) {
  test(`the header "${header}" holds ${JSON.stringify(Object.entries(expected))}`, () => {
    assert.deepEqual([...parseCookies(header)], Object.entries(expected));
  });
}

test("no header holds no cookies", () => {
  assert.equal(parseCookies(null).size, 0);
  assert.equal(parseCookies(undefined).size, 0);
});

test("over https a cookie is bound to this host, and no script reads it", () => {
  const jar = cookieJar(true);
  assert.equal(jar.sessionName, "__Host-sallyport-session");
  assert.equal(jar.flowPrefix, "__Host-sallyport-flow-");
  assert.equal(
    jar.set("__Host-name", "value", 600),
    "__Host-name=value; Max-Age=600; Path=/; HttpOnly; SameSite=Lax; Secure",
  );
  assert.equal(
    jar.clear("__Host-name"),
    "__Host-name=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax; Secure",
  );
});

test("over plain http the prefix is left out, which browsers keep for https", () => {
  const jar = cookieJar(false);
  assert.equal(jar.sessionName, "sallyport-session");
  assert.equal(
    jar.set("name", "value", 600),
    "name=value; Max-Age=600; Path=/; HttpOnly; SameSite=Lax",
  );
});
