import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { pushRequest } from "../../src/wire/pushed-request.ts";
import type { ClientAuthMethod } from "../../src/wire/token-request.ts";
import { failureOf, now } from "../backend.ts";
import { client, type Reply, startProvider } from "../provider.ts";
import { readerAt } from "./reader.ts";

/** Pushes a request to a provider that answers so. */
async function start(t: TestContext, reply: Reply, authMethod: ClientAuthMethod) {
  const provider = await startProvider(t);
  provider.on("/par", reply);
  const url = `${provider.origin}/par`;
  const party = {
    backend: "example",
    clientId: client.id,
    clientSecret: client.secret,
    authMethod,
    tokenUrl: url,
    method: "POST",
  } as const;
  const parameters = new URLSearchParams({ state: "the-state", scope: "openid email" });
  const push = () => pushRequest(party, url, parameters, readerAt(provider, now).http);
  return { provider, push };
}

const taken = { status: 201, body: { request_uri: "urn:the-request", expires_in: 60 } };

test("the parameters are posted, and what stands for them comes back", async (t) => {
  const { provider, push } = await start(t, taken, "client_secret_post");
  assert.equal(await push(), "urn:the-request");
  const [request] = provider.to("/par");
  assert.equal(request?.method, "POST");
  assert.deepEqual(Object.fromEntries(request?.form ?? []), {
    state: "the-state",
    scope: "openid email",
    client_id: client.id,
    client_secret: client.secret,
  });
});

test("the client proves itself as at the token endpoint", async (t) => {
  const { provider, push } = await start(t, taken, "client_secret_basic");
  await push();
  const [request] = provider.to("/par");
  assert.match(request?.headers.authorization ?? "", /^Basic /);
  assert.equal(request?.form.has("client_secret"), false);
});

for (const [what, reply, code] of [
  ["refuses", { status: 400, body: { error: "invalid_request" } }, "provider_refused"],
  ["does not say what stands for them", { status: 201, body: {} }, "provider_refused"],
  ["answers with a page", { status: 200, body: "<html>" }, "provider_refused"],
  ["is out of order", { status: 500 }, "provider_failed"],
  ["is too busy", { status: 429, headers: { "retry-after": "7" } }, "provider_busy"],
] as const) {
  test(`where the provider ${what}: ${code}`, async (t) => {
    const { push } = await start(t, reply, "client_secret_post");
    const error = await failureOf(push());
    assert.deepEqual([error.code, error.stage], [code, "begin"]);
    assert.equal(error.message.includes(client.secret), false);
  });
}
