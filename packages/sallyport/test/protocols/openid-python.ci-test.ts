import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { transport } from "#platform";
import { OpenIdAuth } from "../../src/protocols/openid.ts";
import type { Dialer } from "../../src/wire/public-http.ts";
import { codeOf, startSite } from "../site.ts";

// Against a provider built on Debian's python3-openid: apt-get install python3-openid.
const program = fileURLToPath(new URL("../servers/openid-provider.py", import.meta.url));
const origin = "http://op.example";

async function start(t: TestContext) {
  // Debian's own Python, which has Debian's packages.
  const provider = spawn("/usr/bin/python3", [program, origin], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  t.after(() => provider.kill());
  const [port] = await Promise.race([
    once(provider.stdout, "data"),
    once(provider, "exit").then(() => assert.fail("the provider ended")),
  ]);
  const local = `http://127.0.0.1:${Number(port)}`;
  const asked: string[] = [];

  // The provider's name is public as far as anybody can tell; the connection goes to loopback.
  const dialer: Dialer = (request, limits) => {
    const { pathname, search } = new URL(request.url);
    asked.push(`${request.method ?? "GET"} ${pathname}`);
    return transport({ ...request, url: local + pathname + search }, limits);
  };
  const backend = new OpenIdAuth({ resolver: async () => ["8.8.8.8"], dialer });
  // Its nonces have the real time in them.
  const site = await startSite(t, { backends: () => [backend], now: () => new Date() });
  const browser = site.browser();

  /** To the provider and back: our address with its answer. */
  const leaveFor = async (identifier: string) => {
    const fields = new URLSearchParams({ openid_identifier: identifier });
    const left = await browser.post("/auth/login/openid", undefined, fields);
    const away = left.headers.get("location") ?? assert.fail(await left.text());
    const answer = await fetch(away.replace(origin, local), { redirect: "manual" });
    return answer.headers.get("location") ?? assert.fail(await answer.text());
  };
  const comeBack = (url: string) => browser.send("GET", url, { "sec-fetch-site": "cross-site" });
  return { site, asked, leaveFor, comeBack };
}

test("a person signs in with their identifier, and brings what SREG says", async (t) => {
  const { site, asked, leaveFor, comeBack } = await start(t);
  assert.equal((await comeBack(await leaveFor(`${origin}/ada`))).status, 303);
  assert.ok(await site.storage.associations.find("openid", `${origin}/ada`));
  const [user] = await site.storage.users.findByEmail("ada@example.com");
  assert.deepEqual([user?.username, user?.fullName], ["ada", "Ada Lovelace"]);
  assert.deepEqual(asked, ["GET /ada", "GET /xrds/ada", "POST /server"]);
});

test("a person signs in with the identifier that they choose at the provider", async (t) => {
  const { site, asked, leaveFor, comeBack } = await start(t);
  assert.equal((await comeBack(await leaveFor(origin))).status, 303);
  assert.ok(await site.storage.associations.find("openid", `${origin}/ada`));
  assert.deepEqual(asked, ["GET /", "POST /server", "GET /ada", "GET /xrds/ada"]);
});

test("an answer that was changed on the way is not the provider's", async (t) => {
  const { site, asked, leaveFor, comeBack } = await start(t);
  const back = await leaveFor(`${origin}/ada`);
  const changed = back.replace("ada%40example.com", "root%40example.com");
  assert.notEqual(changed, back);
  assert.equal(await codeOf(await comeBack(changed)), "callback_invalid");
  assert.equal(asked.at(-1), "POST /server");
  assert.deepEqual(await site.storage.users.findByEmail("root@example.com"), []);
});
