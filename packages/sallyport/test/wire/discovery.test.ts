import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { Discovery, type DiscoveryTarget } from "../../src/wire/discovery.ts";
import { failureOf, now } from "../backend.ts";
import { type Behaviour, startProvider } from "../provider.ts";
import { later, readerAt } from "./reader.ts";

const path = "/.well-known/openid-configuration";

/** A provider with a discovery document that is in order, but for what is said. */
async function start(t: TestContext, changes: object = {}) {
  const provider = await startProvider(t);
  const document = {
    issuer: provider.origin,
    authorization_endpoint: `${provider.origin}/authorize`,
    token_endpoint: "https://elsewhere.example/token",
    jwks_uri: `${provider.origin}/jwks`,
    ...changes,
  };
  provider.on(path, { body: document });
  const discovery = new Discovery();
  const target = { endpoint: provider.origin, issuer: provider.origin };
  const find = (minutes = 0, of: DiscoveryTarget = target) =>
    discovery.find(readerAt(provider, later(minutes)), of);
  const asked = () => provider.to(path).length;
  return { provider, document, discovery, target, find, asked };
}

test("a document is read once in ten minutes, by however many logins", async (t) => {
  const { find, asked } = await start(t);
  const [one, another] = await Promise.all([find(), find(), find()]);
  assert.deepEqual(one, another);
  await find(9);
  assert.equal(asked(), 1);
  await find(10);
  assert.equal(asked(), 2);
});

test("a failure is not kept, and whoever waited for it asks once more", async (t) => {
  const { provider, document, find, asked } = await start(t);
  provider.on(path, () => (asked() === 1 ? { status: 500 } : { body: document }));
  const [first, second, third] = await Promise.allSettled([find(), find(), find()]);
  assert.equal(first?.status, "rejected");
  assert.deepEqual([second?.status, third?.status], ["fulfilled", "fulfilled"]);
  assert.equal(asked(), 2);
});

test("two issuers behind one discovery are kept apart", async (t) => {
  const { provider, document, find } = await start(t);
  const tenant = `${provider.origin}/tenant`;
  const body = { ...document, issuer: tenant, jwks_uri: `${tenant}/jwks` };
  provider.on(`/tenant${path}`, { body });
  await find();
  assert.equal((await find(0, { endpoint: tenant, issuer: tenant })).jwksUri, `${tenant}/jwks`);
  assert.equal((await find()).jwksUri, document.jwks_uri);
});

test("an issuer that ends with a slash is one, and asked for without it", async (t) => {
  const { provider, document, find } = await start(t);
  const issuer = `${provider.origin}/`;
  provider.on(path, { body: { ...document, issuer } });
  assert.equal((await find(0, { endpoint: issuer, issuer })).issuer, issuer);
  assert.equal((await failureOf(find())).code, "discovery_failed");
});

for (const issuer of ["https://other.example", undefined, 7, "HTTP://127.0.0.1"]) {
  test(`a document for the issuer ${issuer} is refused`, async (t) => {
    const { find } = await start(t, { issuer });
    const error = await failureOf(find());
    assert.equal(error.code, "discovery_failed");
    assert.equal(error.stage, "begin");
  });
}

for (const name of ["authorization_endpoint", "token_endpoint", "jwks_uri"]) {
  test(`a document without ${name} is refused`, async (t) => {
    const { find } = await start(t, { [name]: undefined });
    assert.match((await failureOf(find())).message, new RegExp(`no ${name}$`));
  });
}

for (const address of ["http://10.0.0.1/jwks", "javascript:alert(1)", "file:///etc", "jwks", 7]) {
  test(`a document that leads to ${address} is refused`, async (t) => {
    const { find } = await start(t, { jwks_uri: address });
    assert.match((await failureOf(find())).message, /jwks_uri that is not https$/);
  });
}

const answers: Readonly<Record<string, [Behaviour, string]>> = {
  "a page": [{ body: "<html>" }, "discovery_failed"],
  "a list": [{ body: [] }, "discovery_failed"],
  "a redirect": [{ status: 302, headers: { location: "/x" } }, "discovery_failed"],
  "nothing there": [{ status: 404, body: {} }, "discovery_failed"],
  "too much": [{ body: { long: "x".repeat(257 * 1024) } }, "discovery_failed"],
  "an outage": [{ status: 503 }, "provider_failed"],
  "too many requests": [{ status: 429 }, "provider_busy"],
  "no answer": ["drop", "provider_unreachable"],
};

for (const [what, [behaviour, code]] of Object.entries(answers)) {
  test(`where the document should be is ${what}: ${code}`, async (t) => {
    const { provider, find } = await start(t);
    provider.on(path, behaviour);
    assert.equal((await failureOf(find())).code, code);
  });
}

test("what is known goes before what the document says", async (t) => {
  const { provider, discovery, target } = await start(t);
  const known = { jwksUri: "https://keys.example/jwks" };
  const found = await discovery.find(readerAt(provider, now), target, known);
  assert.equal(found.jwksUri, known.jwksUri);
  assert.equal(found.accessTokenUrl, "https://elsewhere.example/token");
});
