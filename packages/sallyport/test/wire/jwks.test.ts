import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { KeyMissing, KeySets } from "../../src/wire/jwks.ts";
import { failureOf } from "../backend.ts";
import { makeKey, type SigningKey } from "../oidc/misbehaving-provider.ts";
import { type Behaviour, startProvider } from "../provider.ts";
import { later, readerAt } from "./reader.ts";

const [old, fresh] = await Promise.all([makeKey("old", "ES256"), makeKey("fresh", "ES256")]);

/** A provider with a key, and somebody who looks one up by its name. */
async function start(t: TestContext) {
  const provider = await startProvider(t);
  const publish = (key: SigningKey) => provider.on("/jwks", { body: { keys: [key.jwk] } });
  publish(old);
  const sets = new KeySets();
  const uri = `${provider.origin}/jwks`;
  const look = (kid: string, minutes = 0) =>
    sets.use(readerAt(provider, later(minutes)), uri, async (keys) => {
      const header = { alg: "ES256", kid };
      try {
        await keys(header, { payload: "", signature: "" });
      } catch {
        throw new KeyMissing("id_token_invalid", { stage: "identity" });
      }
      return kid;
    });
  const asked = () => provider.to("/jwks").length;
  return { provider, publish, look, asked };
}

test("keys are read once in ten minutes, by however many logins", async (t) => {
  const { look, asked } = await start(t);
  await Promise.all([look("old"), look("old")]);
  await look("old", 9);
  assert.equal(asked(), 1);
  await look("old", 10);
  assert.equal(asked(), 2);
});

test("a key that is not there is looked for once more, and found", async (t) => {
  const { publish, look, asked } = await start(t);
  await look("old");
  publish(fresh);
  assert.deepEqual(await Promise.all([look("fresh"), look("fresh")]), ["fresh", "fresh"]);
  assert.equal(asked(), 2);
});

test("a key that nobody has costs one request a minute, and no more", async (t) => {
  const { look, asked } = await start(t);
  await look("old");
  for (const minutes of [0, 0.1, 0.5, 0.9]) {
    assert.ok((await failureOf(look("unknown", minutes))) instanceof KeyMissing);
  }
  assert.equal(asked(), 2);
  await failureOf(look("unknown", 1));
  assert.equal(asked(), 3);
});

test("another failure than a missing key asks for nothing", async (t) => {
  const { provider, asked } = await start(t);
  const work = new KeySets().use(
    readerAt(provider, later(0)),
    `${provider.origin}/jwks`,
    async () => {
      throw new RangeError("no");
    },
  );
  await assert.rejects(work, RangeError);
  assert.equal(asked(), 1);
});

const answers: Readonly<Record<string, [Behaviour, string]>> = {
  "no key set": [{ body: { keys: "none" } }, "discovery_failed"],
  "something else": [{ body: {} }, "discovery_failed"],
  "an outage": [{ status: 500 }, "provider_failed"],
};

for (const [what, [behaviour, code]] of Object.entries(answers)) {
  test(`where the keys should be is ${what}: ${code}, and it is not kept`, async (t) => {
    const { provider, publish, look } = await start(t);
    provider.on("/jwks", behaviour);
    assert.equal((await failureOf(look("old"))).code, code);
    publish(old);
    assert.equal(await look("old"), "old");
  });
}
