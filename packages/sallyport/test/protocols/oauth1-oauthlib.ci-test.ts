import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { before, type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import type { SignatureMethod } from "../../src/wire/oauth1-signature.ts";
import { clientKey, ExampleOAuth1 } from "../oauth1-provider.ts";
import { codeOf, startSite } from "../site.ts";

// Against a provider built on Debian's python3-oauthlib: apt-get install python3-oauthlib.
const program = fileURLToPath(new URL("../servers/oauth1-provider.py", import.meta.url));
// Debian's own Python, which has Debian's packages.
const python = "/usr/bin/python3";
const clientId = "clientofthetests12345678";
const clientSecret = "secret & of the client";

before(() => {
  const { status } = spawnSync(python, ["-c", "import oauthlib.oauth1, jwt, cryptography"]);
  assert.equal(status, 0, "python3-oauthlib is missing: apt-get install python3-oauthlib");
});

async function start(t: TestContext, method: SignatureMethod, secret = clientSecret) {
  const provider = spawn(python, [program, clientKey.publicKey], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  t.after(() => provider.kill());
  const [port] = await Promise.race([
    once(provider.stdout, "data"),
    once(provider, "exit").then(() => assert.fail("the provider ended")),
  ]);
  class Signing extends ExampleOAuth1 {
    override readonly signatureMethod = method;
  }
  const url = `http://127.0.0.1:${Number(port)}`;
  const backends = () => [new Signing({ url, clientId, clientSecret: secret })];
  // It takes no time that is not about now.
  return startSite(t, { backends, now: () => new Date() });
}

const secrets: Readonly<Record<SignatureMethod, string>> = {
  "HMAC-SHA1": clientSecret,
  "HMAC-SHA256": clientSecret,
  PLAINTEXT: clientSecret,
  "RSA-SHA1": clientKey.privateKey,
};

for (const method of ["HMAC-SHA1", "HMAC-SHA256", "PLAINTEXT", "RSA-SHA1"] as const) {
  test(`oauthlib lets a person sign in with ${method}`, async (t) => {
    const { storage, browser } = await start(t, method, secrets[method]);
    assert.equal((await browser().signIn("example")).status, 303);
    assert.ok(await storage.associations.find("example", "7"));
    const [user] = await storage.users.findByEmail("ada@example.com");
    assert.deepEqual([user?.username, user?.fullName], ["ada", "Ada Lovelace"]);
  });
}

test("oauthlib refuses a client that signs with another secret", async (t) => {
  const { browser } = await start(t, "HMAC-SHA1", "another secret");
  assert.equal(await codeOf(await browser().get("/auth/login/example")), "client_refused");
});

test("oauthlib refuses another verifier than its own", async (t) => {
  const { browser } = await start(t, "HMAC-SHA1");
  const person = browser();
  const back = new URL(await person.leaveFor("example"));
  const verifier = back.searchParams.get("oauth_verifier") ?? "";
  back.searchParams.set("oauth_verifier", [...verifier].reverse().join(""));
  const answer = await person.send("GET", back.href, { "sec-fetch-site": "cross-site" });
  assert.equal(await codeOf(answer), "code_refused");
});
