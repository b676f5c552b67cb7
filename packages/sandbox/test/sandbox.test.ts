import assert from "node:assert/strict";
import { connect } from "node:net";
import { describe, it } from "node:test";
import { startSandbox } from "../src/index.ts";
import { sandboxForTests } from "./relying-party.ts";

describe("a sandbox", () => {
  const sandbox = sandboxForTests();

  it("is reached as localhost and as 127.0.0.1", async () => {
    const { url, port } = sandbox();
    assert.equal(url, `http://localhost:${port}`);
    assert.equal((await fetch(url)).status, 200);
    assert.equal((await fetch(`http://127.0.0.1:${port}`)).status, 200);
  });

  it("shares nothing with another", async (t) => {
    const other = await startSandbox({ people: [{ profile: { id: 1 } }] });
    t.after(() => other.close());
    other.setFaults({ profile: { status: 500 } });
    assert.deepEqual(sandbox().faults(), {});
    assert.ok(sandbox().people().length > 1);
  });

  it("keeps connections open for the next request", async () => {
    const response = await fetch(`${sandbox().url}/profile/v1`);
    assert.equal(response.headers.get("connection"), "keep-alive");
  });

  it("answers 404 on a page, and 413 for a body that is too large", async () => {
    const { url } = sandbox();
    assert.equal((await fetch(`${url}/nowhere`)).status, 404);
    const body = "x".repeat(2 * 1024 * 1024);
    const tooLarge = await fetch(`${url}/oauth2/token/`, { method: "POST", body });
    assert.equal(tooLarge.status, 413);
  });

  it("outlives a host header that is none", async () => {
    const { port } = sandbox();
    const socket = connect(port, "127.0.0.1");
    socket.write('GET /.well-known/openid-configuration HTTP/1.1\r\nHost: a"b\r\n\r\n');
    const [chunk] = (await new Promise((resolve) =>
      socket.once("data", (data) => resolve([data])),
    )) as [Buffer];
    socket.destroy();
    assert.ok(chunk.toString().includes(`"issuer":"http://localhost:${port}/oauth2"`));
  });

  it("says that its port is in use", async () => {
    await assert.rejects(startSandbox({ port: sandbox().port }), { code: "EADDRINUSE" });
  });

  it("closes at once with connections that are idle, hang or wait", {
    timeout: 5_000,
  }, async () => {
    const ending = await startSandbox({
      faults: { profile: { hang: true }, userinfo: { delayMs: 60_000 } },
    });
    await fetch(ending.url);
    const open = ["/profile/v1", "/oauth2/userinfo/"].map((path) =>
      fetch(ending.url + path).then(
        () => "answered",
        () => "cut",
      ),
    );
    while (ending.requests().length < 3) await new Promise((resolve) => setImmediate(resolve));
    const started = performance.now();
    await ending.close();
    assert.ok(performance.now() - started < 1_000);
    assert.deepEqual(await Promise.all(open), ["cut", "cut"]);
  });
});
