import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { transport } from "#platform";
import { resolve as onWeb } from "../../src/platform/web.ts";
import { isPublicAddress } from "../../src/wire/public-address.ts";
import {
  type Dialer,
  type Network,
  NotPublic,
  publicHttp,
  type Resolver,
} from "../../src/wire/public-http.ts";
import { failureOf } from "../backend.ts";
import { startWeb } from "../openid-provider.ts";

for (const address of [
  "0.0.0.0",
  "10.0.0.1",
  "100.64.0.1",
  "100.127.255.255",
  "127.0.0.1",
  "127.1.2.3",
  "169.254.169.254",
  "172.16.0.1",
  "172.31.255.255",
  "192.0.0.8",
  "192.0.2.1",
  "192.88.99.1",
  "192.168.1.1",
  "198.18.0.1",
  "198.19.255.255",
  "198.51.100.1",
  "203.0.113.1",
  "224.0.0.1",
  "239.255.255.255",
  "240.0.0.1",
  "255.255.255.255",
  "::",
  "::1",
  "::ffff:10.0.0.1",
  "::ffff:8.8.8.8",
  "::10.0.0.1",
  "64:ff9b::a00:1",
  "64:ff9b::127.0.0.1",
  "64:ff9b:1::1",
  "100::1",
  "2001::1",
  "2001:2::1",
  "2001:10::1",
  "2001:20::1",
  "2001:db8::1",
  "2002:a00:1::1",
  "2002:808:808::1",
  "3fff::1",
  "5f00::1",
  "fc00::1",
  "fd12:3456::1",
  "fe80::1",
  "fe80::1%eth0",
  "fec0::1",
  "ff02::1",
  "",
  "localhost",
  "8.8.8",
  "256.1.1.1",
  "1.2.3.4.5",
  "0x7f000001",
]) {
  test(`${address || "nothing"} is not public`, () => {
    assert.equal(isPublicAddress(address), false);
  });
}

for (const address of [
  "8.8.8.8",
  "1.1.1.1",
  "100.63.255.255",
  "100.128.0.0",
  "172.15.255.255",
  "172.32.0.0",
  "192.0.1.1",
  "198.17.255.255",
  "198.20.0.0",
  "223.255.255.255",
  "2606:4700:4700::1111",
  "2001:4860:4860::8888",
  "2a00:1450:4001::1",
  "64:ff9b::808:808",
]) {
  test(`${address} is public`, () => {
    assert.equal(isPublicAddress(address), true);
  });
}

const nobody: Dialer = async () => assert.fail("nothing may be dialled");
const says =
  (...addresses: string[]): Resolver =>
  async () =>
    addresses;

for (const [what, url, network] of [
  ["another scheme", "ftp://op.example/", {}],
  ["a file", "file:///etc/passwd", {}],
  ["another port", "https://op.example:8443/", {}],
  ["credentials", "https://user@op.example/", {}],
  ["a private address", "http://[fd00::1]/", {}],
  ["loopback as a number", "http://2130706433/", {}],
  ["a name that leads to loopback", "https://op.example/", { resolve: says("127.0.0.1") }],
  [
    "a name with one private address",
    "https://op.example/",
    { resolve: says("8.8.8.8", "fe80::1") },
  ],
  ["a name with a text as address", "https://op.example/", { resolve: says("op.example") }],
] satisfies [string, string, Network][]) {
  test(`${what} is not asked`, async () => {
    const http = publicHttp("openid", "begin", {
      resolve: says("8.8.8.8"),
      ...network,
      dial: nobody,
    });
    await assert.rejects(http.get(url), NotPublic);
    await assert.rejects(http.post(url, new URLSearchParams()), NotPublic);
  });
}

for (const location of [
  "http://127.0.0.1/",
  "http://[::1]/",
  "http://[::ffff:10.0.0.1]/",
  "http://169.254.169.254/",
  "http://[64:ff9b::a00:1]/",
  "https://private.example/",
  "https://op.example:22/",
  "gopher://op.example/",
  "http://",
]) {
  test(`a redirect to ${location} is not followed`, async (t) => {
    const web = await startWeb(t);
    web.addresses.set("private.example", ["8.8.8.8", "192.168.0.1"]);
    web.on("https://op.example/", { status: 302, headers: { location: "/second" } });
    web.on("https://op.example/second", { status: 307, headers: { location } });
    const { resolver: resolve, dialer: dial } = web.settings;
    await assert.rejects(
      publicHttp("openid", "begin", { resolve, dial }).get("https://op.example/"),
      NotPublic,
    );
    assert.equal(web.requests.length, 2);
  });
}

test("a name is resolved once a hop, and the address that was checked is the one that is dialled", async () => {
  const answers = [["8.8.8.8"], ["127.0.0.1"]];
  const dialled: unknown[] = [];
  const http = publicHttp("openid", "begin", {
    resolve: async () => answers.shift(),
    dial: async (_request, _limits, address) => {
      dialled.push(address);
      return { status: 200, headers: {}, text: "" };
    },
  });
  await http.get("https://op.example/");
  assert.deepEqual(dialled, ["8.8.8.8"]);
  await assert.rejects(http.get("https://op.example/"), NotPublic);
});

test("five redirects are followed, and a sixth is not", async (t) => {
  const web = await startWeb(t);
  const { resolver: resolve, dialer: dial } = web.settings;
  const http = publicHttp("openid", "begin", { resolve, dial });
  for (let hop = 0; hop < 6; hop++) {
    web.on(`https://op.example/${hop}`, { status: 302, headers: { location: `/${hop + 1}` } });
  }
  web.on("https://op.example/6", "here");
  const { url, text } = await http.get("https://op.example/1");
  assert.deepEqual([url, text], ["https://op.example/6", "here"]);
  const failure = await failureOf(http.get("https://op.example/0"));
  assert.deepEqual([failure.code, failure.stage], ["answer_invalid", "begin"]);
});

test("an answer is small and comes soon, and a post is not redirected", async () => {
  const seen: unknown[] = [];
  const http = publicHttp("openid", "callback", {
    resolve: says("8.8.8.8"),
    dial: async ({ method, body }, limits) => {
      seen.push([method, body, limits.maxBytes, limits.timeout <= 5000]);
      return { status: 302, headers: { location: "https://op.example/again" }, text: "" };
    },
  });
  assert.equal(
    (await http.post("https://op.example/", new URLSearchParams({ a: "b" }))).status,
    302,
  );
  assert.deepEqual(seen, [["POST", "a=b", 256 * 1024, true]]);
});

test("a name that leads nowhere is a provider that cannot be reached", async () => {
  const failing: Resolver = async () => {
    throw new Error("ENOTFOUND");
  };
  for (const resolve of [failing, says()]) {
    const failure = await failureOf(
      publicHttp("openid", "begin", { resolve, dial: nobody }).get("https://op.example/"),
    );
    assert.equal(failure.code, "provider_unreachable");
  }
});

test("where the platform cannot say what a name leads to, nobody is asked", async () => {
  const http = publicHttp("openid", "begin", { resolve: onWeb, dial: nobody });
  assert.equal((await failureOf(http.get("https://op.example/"))).code, "provider_unreachable");
});

test("ports are those that are configured", async () => {
  const dial: Dialer = async () => ({ status: 200, headers: {}, text: "" });
  const http = publicHttp("openid", "begin", { resolve: says("8.8.8.8"), dial, ports: [8443] });
  assert.equal((await http.get("https://op.example:8443/")).status, 200);
  await assert.rejects(http.get("https://op.example/"), NotPublic);
});

test("Node dials the address that it is given, with the name in the Host header", async (t) => {
  const server = createServer((request, response) => response.end(request.headers.host));
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  const request = { url: `http://no-such-host.invalid:${port}/` };
  const limits = { timeout: 2000, maxBytes: 1000 };
  const answer = await transport(request, limits, "127.0.0.1");
  assert.equal(answer.text, `no-such-host.invalid:${port}`);
});
