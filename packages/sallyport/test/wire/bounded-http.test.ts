import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { inspect } from "node:util";
import { transport } from "#platform";
import type { Transport } from "../../src/http.ts";
import { boundedHttp, maxAnswerBytes } from "../../src/wire/bounded-http.ts";
import { failureOf } from "../backend.ts";
import { type Reply, startProvider } from "../provider.ts";

/** A client that may ask the provider, and https. */
async function start(t: TestContext, limits: { call?: number; login?: number } = {}) {
  const provider = await startProvider(t);
  const asker = {
    name: "example",
    hostFromOutside: false,
    mayRequest: (url: URL) => url.protocol === "https:" || url.origin === provider.origin,
  };
  const http = boundedHttp(asker, "profile", {
    transport,
    publicTransport: transport,
    callTimeout: limits.call ?? 1000,
    loginTimeout: limits.login ?? 5000,
  });
  return { provider, http, url: `${provider.origin}/any` };
}

test("JSON of an answer in order is handed over as it is", async (t) => {
  const { provider, http, url } = await start(t);
  for (const body of [{ a: 1 }, [1], { nothing: null }]) {
    provider.on("/any", { body });
    assert.deepEqual(await http.json({ url }), body);
  }
});

test("JSON is read whatever its content type says", async (t) => {
  const { provider, http, url } = await start(t);
  provider.on("/any", { body: '{"a":1}', headers: { "content-type": "text/javascript" } });
  assert.deepEqual(await http.json({ url }), { a: 1 });
});

const secretWords = "the secret of the provider";
const answers: readonly [string, Reply, string, RegExp][] = [
  ["HTML", { body: `<h1>${secretWords}</h1>` }, "answer_invalid", /status 200, text\/html, \d+/],
  ["broken JSON", { body: `{"a": "${secretWords}` }, "answer_invalid", /expected JSON/],
  ["nothing", { body: "" }, "answer_invalid", /0 characters/],
  ["JSON's null", { body: "null" }, "answer_invalid", /expected JSON/],
  [
    "400",
    { status: 400, body: { secretWords } },
    "answer_invalid",
    /\/any answered with status 400/,
  ],
  ["404", { status: 404, body: { secretWords } }, "answer_invalid", /status 404/],
  ["302", { status: 302, headers: { location: "/other" } }, "answer_invalid", /status 302/],
  ["401", { status: 401, body: secretWords }, "token_refused", /status 401/],
  ["403 without a body", { status: 403 }, "token_refused", /status 403/],
  ["429", { status: 429, body: secretWords }, "provider_busy", /status 429/],
  ["500", { status: 500, body: secretWords }, "provider_failed", /status 500/],
  ["503", { status: 503, body: secretWords }, "provider_failed", /status 503/],
];

for (const [what, reply, code, message] of answers) {
  test(`${what} is ${code}, and its words are not repeated`, async (t) => {
    const { provider, http, url } = await start(t);
    provider.on("/any", reply);
    const error = await failureOf(http.json({ url: `${url}?token=${secretWords}` }));
    assert.deepEqual([error.code, error.stage, error.backend], [code, "profile", "example"]);
    assert.match(error.message, message);
    assert.doesNotMatch(inspect(error, { depth: 20, showHidden: true }), /the secret/);
    assert.equal(provider.to("/other").length, 0);
  });
}

for (const [given, seconds] of [
  ["17", 17],
  ["0", 0],
  ["99999", 3600],
  ["soon", 30],
  ["-1", 30],
] as const) {
  test(`a Retry-After of "${given}" asks for ${seconds} seconds`, async (t) => {
    const { provider, http, url } = await start(t);
    provider.on("/any", { status: 429, headers: { "retry-after": given } });
    assert.equal((await failureOf(http.json({ url }))).retryAfter, seconds);
  });
}

test("`request` hands over any answer, whatever its status", async (t) => {
  const { provider, http, url } = await start(t);
  provider.on("/any", { status: 500, body: "text" });
  const answer = await http.request({ url });
  assert.deepEqual([answer.status, answer.text], [500, "text"]);
});

test("no answer in time is provider_timeout", async (t) => {
  const { provider, http, url } = await start(t, { call: 100 });
  provider.on("/any", "hang");
  const error = await failureOf(http.json({ url }));
  assert.equal(error.code, "provider_timeout");
  assert.equal(error.message, `example: ${provider.origin}: no complete answer within 100 ms`);
});

test("the calls of one login share its time", async (t) => {
  const { provider, http, url } = await start(t, { login: 250 });
  provider.on("/any", async () => {
    await new Promise((resolve) => setTimeout(resolve, 100));
    return { body: {} };
  });
  await http.json({ url });
  await http.at("token").json({ url });
  const late = await failureOf(http.at("token").json({ url }));
  assert.deepEqual([late.code, late.stage], ["provider_timeout", "token"]);
  await new Promise((resolve) => setTimeout(resolve, 50));
  const over = await failureOf(http.json({ url }));
  assert.match(over.message, /the login's time was used up/);
  assert.equal(provider.requests.length, 3);
});

test("an answer of more than 1 MiB is answer_too_large", async (t) => {
  const { provider, http, url } = await start(t);
  provider.on("/any", { body: "x".repeat(maxAnswerBytes) });
  assert.equal((await http.request({ url })).text.length, 1048576);
  provider.on("/any", { body: "x".repeat(maxAnswerBytes + 1) });
  assert.equal((await failureOf(http.request({ url }))).code, "answer_too_large");
});

test("a provider that is not there is provider_unreachable", async (t) => {
  const { provider, http, url } = await start(t);
  provider.on("/any", "drop");
  assert.equal(
    (await failureOf(http.request({ url, method: "POST" }))).code,
    "provider_unreachable",
  );
});

for (const url of ["http://provider.example/", "ftp://provider.example/", "nonsense", ""]) {
  test(`"${url}" may not be asked`, async (t) => {
    const { http } = await start(t);
    const error = await failureOf(http.request({ url }));
    assert.equal(error.code, "settings_invalid");
    assert.match(error.message, /https only/);
  });
}

test("a refused address is named by its origin, since the rest may hold a secret", async (t) => {
  const { http } = await start(t);
  const error = await failureOf(http.request({ url: "http://provider.example/?key=hush" }));
  assert.doesNotMatch(inspect(error, { depth: 20 }), /hush/);
});

test("every request says who asks, and a backend may say more", async (t) => {
  const { provider, http, url } = await start(t);
  provider.on("/any", {});
  await http.request({ url });
  await http.request({ url, headers: { "user-agent": "mine" } });
  assert.deepEqual(
    provider.requests.map(({ headers }) => headers["user-agent"]),
    ["sallyport", "mine"],
  );
});

test("a fault in the transport itself is not made a provider's outage", async () => {
  const broken: Transport = async () => {
    throw new TypeError("a fault");
  };
  const asker = { name: "example", hostFromOutside: false, mayRequest: () => true };
  const bounds = { transport: broken, publicTransport: broken, callTimeout: 1, loginTimeout: 1000 };
  const http = boundedHttp(asker, "token", bounds);
  await assert.rejects(http.request({ url: "https://provider.example/" }), TypeError);
});
