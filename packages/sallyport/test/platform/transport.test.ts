import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { type HttpLimits, TransportFailure } from "../../src/http.ts";
import { transport as onNode } from "../../src/platform/node.ts";
import { transport as onWeb } from "../../src/platform/web.ts";
import { startProvider } from "../provider.ts";

const limits: HttpLimits = { timeout: 1000, maxBytes: 1000 };

const reason = (expected: TransportFailure["reason"]) => (error: unknown) => {
  assert.ok(error instanceof TransportFailure, String(error));
  assert.equal(error.reason, expected);
  return true;
};

for (const [name, transport] of Object.entries({ node: onNode, web: onWeb })) {
  const it = (title: string, run: (t: TestContext) => Promise<void>) =>
    test(`${title} (${name})`, run);

  it("an answer comes back with its status, headers and text", async (t) => {
    const provider = await startProvider(t);
    provider.on("/any", { status: 418, headers: { "X-Some": "value" }, body: "é 東京" });
    const answer = await transport({ url: `${provider.origin}/any` }, limits);
    assert.equal(answer.status, 418);
    assert.equal(answer.headers["x-some"], "value");
    assert.equal(answer.text, "é 東京");
  });

  it("a request goes out as it is", async (t) => {
    const provider = await startProvider(t);
    provider.on("/any", {});
    const url = `${provider.origin}/any?a=1`;
    const headers = { "content-type": "application/x-www-form-urlencoded", "x-some": "value" };
    await transport({ url, method: "POST", headers, body: "name=é&b=2" }, limits);
    const [request] = provider.requests;
    assert.equal(request?.method, "POST");
    assert.equal(request?.query.get("a"), "1");
    assert.equal(request?.headers["x-some"], "value");
    assert.deepEqual([request?.form.get("name"), request?.form.get("b")], ["é", "2"]);
  });

  it("a redirect is not followed", async (t) => {
    const provider = await startProvider(t);
    for (const status of [301, 302, 303, 307, 308]) {
      provider.on("/any", { status, headers: { location: `${provider.origin}/elsewhere` } });
      const answer = await transport({ url: `${provider.origin}/any` }, limits);
      assert.equal(answer.status, status);
    }
    assert.equal(provider.to("/elsewhere").length, 0);
  });

  it("no answer within the limit is a time-out", async (t) => {
    const provider = await startProvider(t);
    provider.on("/any", "hang");
    const began = performance.now();
    const asking = transport({ url: `${provider.origin}/any` }, { ...limits, timeout: 100 });
    await assert.rejects(asking, reason("timeout"));
    assert.ok(performance.now() - began < 500);
  });

  it("a body that only drips is a time-out, too", async (t) => {
    const provider = await startProvider(t);
    provider.on("/any", { headers: { "content-length": "100" }, body: "only this" });
    const asking = transport({ url: `${provider.origin}/any` }, { ...limits, timeout: 150 });
    await assert.rejects(asking, reason("timeout"));
  });

  it("an answer of the largest size is read, and one byte more is not", async (t) => {
    const provider = await startProvider(t);
    provider.on("/fits", { body: "é".repeat(500) });
    provider.on("/large", { body: `${"é".repeat(500)}x` });
    const { text } = await transport({ url: `${provider.origin}/fits` }, limits);
    assert.equal(text.length, 500);
    const asking = transport({ url: `${provider.origin}/large` }, limits);
    await assert.rejects(asking, reason("too_large"));
  });

  it("a dropped connection is unreachable", async (t) => {
    const provider = await startProvider(t);
    provider.on("/any", "drop");
    const asking = transport({ url: `${provider.origin}/any`, method: "POST" }, limits);
    await assert.rejects(asking, reason("unreachable"));
  });

  it("nobody at home is unreachable", async (t) => {
    const provider = await startProvider(t);
    const gone = provider.origin;
    await provider.close();
    provider.close = async () => {};
    await assert.rejects(transport({ url: `${gone}/any` }, limits), reason("unreachable"));
  });

  it("connections are kept for the next request", async (t) => {
    const provider = await startProvider(t);
    provider.on("/any", { body: "answer" });
    for (let at = 0; at < 10; at++) await transport({ url: `${provider.origin}/any` }, limits);
    assert.equal(provider.requests.length, 10);
    // `fetch` may set up another one while the first is being given back.
    assert.ok(provider.connections <= (name === "node" ? 1 : 2), String(provider.connections));
  });

  it("a GET on a kept connection that breaks is asked again, once it is broken", async (t) => {
    const provider = await startProvider(t);
    provider.on("/any", { body: "answer" });
    await transport({ url: `${provider.origin}/any` }, limits);
    let drops = 0;
    provider.on("/once", () => (drops++ === 0 ? "drop" : { body: "second time" }));
    const asking = transport({ url: `${provider.origin}/once` }, limits);
    // The web's fetch may leave it at the failure; Node's transport must not.
    if (name === "node") assert.equal((await asking).text, "second time");
    else await asking.catch(reason("unreachable"));
  });

  it("a POST on a kept connection that breaks is not sent twice", async (t) => {
    const provider = await startProvider(t);
    provider.on("/any", { body: "answer" });
    await transport({ url: `${provider.origin}/any` }, limits);
    provider.on("/once", "drop");
    const asking = transport({ url: `${provider.origin}/once`, method: "POST", body: "a" }, limits);
    await assert.rejects(asking, reason("unreachable"));
    assert.equal(provider.to("/once").length, 1);
  });

  it("a time-out on a kept connection asks nothing again", async (t) => {
    const provider = await startProvider(t);
    provider.on("/any", { body: "answer" });
    await transport({ url: `${provider.origin}/any` }, limits);
    provider.on("/any", "hang");
    const asking = transport({ url: `${provider.origin}/any` }, { ...limits, timeout: 100 });
    await assert.rejects(asking, reason("timeout"));
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert.equal(provider.requests.length, 2);
  });
}
