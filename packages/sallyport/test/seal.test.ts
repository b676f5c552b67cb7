import assert from "node:assert/strict";
import { test } from "node:test";
import * as onNode from "../src/platform/node.ts";
import * as onWeb from "../src/platform/web.ts";
import { createSeal, randomToken } from "../src/seal.ts";

const old = "an old secret, long enough to be accepted";
const current = "a current secret, long enough to be accepted";

for (const text of ["", "text", "é 東京 🦆 \u0000", "x".repeat(10_000), '{"json":true}']) {
  test(`what was sealed opens again: ${JSON.stringify(text).slice(0, 20)}`, async () => {
    const seal = createSeal([current], "test");
    const sealed = await seal.close(text, "bound");
    assert.match(sealed, /^v1\.[\w-]+$/);
    assert.equal(await seal.open(sealed, "bound"), text);
  });
}

test("the same text is sealed differently each time", async () => {
  const seal = createSeal([current], "test");
  assert.notEqual(await seal.close("text"), await seal.close("text"));
});

test("whatever character is changed, it no longer opens", async () => {
  const seal = createSeal([current], "test");
  // With the tag it is a multiple of three bytes, so every character of the base64 counts.
  const sealed = await seal.close("eleven byte");
  assert.ok(await seal.open(sealed));
  for (let at = 0; at < sealed.length; at++) {
    const other = sealed[at] === "A" ? "B" : "A";
    const tampered = sealed.slice(0, at) + other + sealed.slice(at + 1);
    assert.equal(await seal.open(tampered), undefined, `character ${at}`);
  }
});

test("whatever is cut off or added, it no longer opens", async () => {
  const seal = createSeal([current], "test");
  const sealed = await seal.close("eleven byte");
  for (let length = 0; length < sealed.length; length++) {
    assert.equal(await seal.open(sealed.slice(0, length)), undefined);
  }
  for (const tampered of [`${sealed}AAAA`, `v1.AAAA${sealed.slice(3)}`, sealed + sealed]) {
    assert.equal(await seal.open(tampered), undefined);
  }
});

for (const nonsense of [
  "",
  "v1.",
  "v1",
  "v2.AAAA",
  "text",
  "v1.ä",
  "v1. ",
  "v1.=",
  "null",
  "v1.A",
]) {
  test(`"${nonsense}" was not sealed here`, async () => {
    assert.equal(await createSeal([current], "test").open(nonsense), undefined);
  });
}

test("what was sealed for one purpose is nothing to another", async () => {
  const sealed = await createSeal([current], "flow").close("text");
  assert.equal(await createSeal([current], "tokens").open(sealed), undefined);
});

test("what was sealed for one owner does not open for another", async () => {
  const seal = createSeal([current], "test");
  const sealed = await seal.close("text", "user 1");
  assert.equal(await seal.open(sealed, "user 2"), undefined);
  assert.equal(await seal.open(sealed), undefined);
});

test("an old secret still opens, the newest one seals", async () => {
  const before = await createSeal([old], "test").close("text");
  const rotated = createSeal([current, old], "test");
  assert.equal(await rotated.open(before), "text");
  const after = await rotated.close("text");
  assert.equal(await createSeal([current], "test").open(after), "text");
  assert.equal(await createSeal([old], "test").open(after), undefined);
});

test("a secret that was dropped no longer opens", async () => {
  const before = await createSeal([old], "test").close("text");
  assert.equal(await createSeal([current], "test").open(before), undefined);
});

for (const secrets of [[], [""], ["x".repeat(31)], [current, "short"], [undefined as never]]) {
  test(`the secrets ${JSON.stringify(secrets)} are refused`, () => {
    assert.throws(() => createSeal(secrets, "test"), {
      code: "settings_invalid",
      message: /at least one, each of at least 32 characters/,
    });
  });
}

test("the refusal does not repeat the secret", () => {
  assert.throws(
    () => createSeal(["hunter2"], "test"),
    (error) => !/hunter2/.test(String(error)),
  );
});

test("a random token has 256 bits, and another each time", () => {
  const tokens = Array.from({ length: 10_000 }, () => randomToken());
  for (const token of tokens) assert.match(token, /^[\w-]{43}$/);
  assert.equal(new Set(tokens).size, 10_000);
});

for (const [one, other, names] of [
  [onNode, onWeb, "what Node sealed opens on the web platform"],
  [onWeb, onNode, "what the web platform sealed opens on Node"],
] as const) {
  test(names, async () => {
    const iv = new Uint8Array(12).fill(7);
    const text = "é 東京 🦆";
    const sealed = await one.encrypt(await one.deriveKey(current, "test"), iv, text, "bound é");
    const key = await other.deriveKey(current, "test");
    assert.equal(await other.decrypt(key, iv, sealed, "bound é"), text);
    await assert.rejects(other.decrypt(key, iv, sealed, "bound"));
    assert.deepEqual(Buffer.from(await one.sha256(text)), Buffer.from(await other.sha256(text)));
  });
}

test("both platforms write and read base64url alike", () => {
  for (let length = 0; length < 70; length++) {
    const bytes = onWeb.randomBytes(length);
    const text = onNode.toBase64Url(bytes);
    assert.equal(onWeb.toBase64Url(bytes), text);
    assert.deepEqual(Buffer.from(onWeb.fromBase64Url(text) ?? []), Buffer.from(bytes));
    assert.deepEqual(Buffer.from(onNode.fromBase64Url(text) ?? []), Buffer.from(bytes));
  }
  for (const wrong of ["a+b/", "ab==", "a b", "é", "abcde"]) {
    assert.equal(onWeb.fromBase64Url(wrong), undefined, wrong);
    assert.equal(onNode.fromBase64Url(wrong), undefined, wrong);
  }
});

test("both platforms write hexadecimal digits alike, and take a key in bytes", async () => {
  const key = onWeb.randomBytes(32);
  const digits = Buffer.from(key).toString("hex");
  assert.deepEqual([onNode.toHex(key), onWeb.toHex(key)], [digits, digits]);
  const [here, there] = [onNode, onWeb].map(({ hmac }) => hmac("SHA-256", key, "é 🦆"));
  assert.deepEqual(Buffer.from((await here) ?? []), Buffer.from((await there) ?? []));
});
