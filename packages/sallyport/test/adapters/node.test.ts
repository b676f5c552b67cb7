import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { node } from "../../src/adapters/node.ts";
import { adapterCases } from "./cases.ts";
import { startServer } from "./server.ts";

const start = (t: TestContext) =>
  startServer(t, (auth) =>
    node(auth, async (request, response) => {
      if (!request.url?.startsWith("/me")) return void response.end("the application's own");
      response.end((await auth.user(request))?.username ?? "nobody");
    }),
  );

adapterCases(start);

for (const line of [
  "OPTIONS * HTTP/1.1",
  "GET http://evil.example/auth/login/example HTTP/1.1",
  "GET //evil.example/auth/login/example HTTP/1.1",
  "GET /%zz HTTP/1.1",
  "GET /auth/login/%zz HTTP/1.1",
]) {
  test(`"${line}" is left to the application`, async (t) => {
    const { raw } = await start(t);
    assert.equal(await raw(line), "HTTP/1.1 200 OK");
  });
}
