import assert from "node:assert/strict";
import { test } from "node:test";
import type { Logger } from "../../src/logger.ts";
import { clientsBehind, toProxy } from "../../src/web/clients.ts";

const proxies = ["127.0.0.1", "10.0.0.0/8", "::1", "2001:db8:ff::/48", "198.51.100.0/25"];

/** Tells clients behind these apart; gives the warnings, too. */
function start({ trusted = proxies, behindProxy = true } = {}) {
  const warnings: string[] = [];
  const warn = (message: string, facts?: object) => {
    warnings.push(`${message} ${JSON.stringify(facts)}`);
  };
  const logger: Logger = { info: assert.fail, error: assert.fail, warn };
  const prefixes = trusted.map((text) => toProxy(text) ?? assert.fail(text));
  const clientOf = clientsBehind(prefixes, { logger, behindProxy });
  const from = (address: string | undefined, forwarded?: string) => {
    const headers = new Headers(forwarded === undefined ? {} : { "x-forwarded-for": forwarded });
    return clientOf({ address, headers })?.key;
  };
  return { clientOf, from, warnings };
}

for (const [peer, key] of [
  ["193.0.14.129", "193.0.14.129"],
  ["::ffff:193.0.14.129", "193.0.14.129"],
  ["::FFFF:c100:0e81", "193.0.14.129"],
  ["64:ff9b::193.0.14.129", "193.0.14.129"],
  ["2001:7fd::1", "2001:7fd:0:0::/64"],
  ["2001:07FD:0000::beef:1:2", "2001:7fd:0:0::/64"],
  ["2001:7fd:0:1::1", "2001:7fd:0:1::/64"],
  ["2001:7fd::1%eth0", "2001:7fd:0:0::/64"],
] as const) {
  test(`${peer} is ${key}`, () => {
    assert.equal(start().from(peer), key);
  });
}

test("the log is told a network, and no address", () => {
  const { clientOf } = start();
  const networkOf = (address: string) => clientOf({ address, headers: new Headers() })?.network;
  assert.equal(networkOf("193.0.14.129"), "193.0.14.0/24");
  assert.equal(networkOf("2001:7fd:12:34:5:6:7:8"), "2001:7fd:12::/48");
});

for (const peer of [undefined, "", "unix", "999.1.1.1", "::1::2", "193.0.14.129.1", "::1]/x?["]) {
  test(`"${peer}" is no address, so nobody`, () => {
    assert.equal(start().from(peer), undefined);
  });
}

for (const peer of ["127.0.0.2", "::ffff:192.168.1.5", "172.16.0.9", "100.64.3.2", "fe80::1%en0"]) {
  test(`${peer} is nobody's address but a forgotten proxy's, and is warned of once`, () => {
    const { from, warnings } = start();
    for (let time = 0; time < 3; time++) assert.equal(from(peer, "203.0.113.7"), undefined);
    assert.deepEqual(warnings, [
      `no client is limited by address: trustedProxies does not name this peer {"peer":"${peer}"}`,
    ]);
  });
}

test("on a developer's machine there is no proxy, and no warning", () => {
  const { from, warnings } = start({ trusted: [], behindProxy: false });
  assert.equal(from("::1"), undefined);
  assert.deepEqual(warnings, []);
});

for (const [what, peer, forwarded, key] of [
  ["a proxy's word counts", "127.0.0.1", "203.0.113.7", "203.0.113.7"],
  ["of a proxy that is said as IPv6", "::ffff:127.0.0.1", "203.0.113.7", "203.0.113.7"],
  ["a private client counts where a proxy names it", "::1", "192.168.1.5", "192.168.1.5"],
  ["spaces and ports are cut off", "10.1.2.3", " 203.0.113.7:4711 ", "203.0.113.7"],
  ["of IPv6, too", "10.1.2.3", "[2001:db8:1:2::3]:4711", "2001:db8:1:2::/64"],
  ["what the client wrote itself does not", "127.0.0.1", "8.8.8.8, 203.0.113.7", "203.0.113.7"],
  ["however it is written", "127.0.0.1", "127.0.0.1, , x, 203.0.113.7", "203.0.113.7"],
  ["proxies behind proxies are passed over", "::1", "203.0.113.7, 10.9.9.9", "203.0.113.7"],
  [
    "a client that names proxies is none",
    "10.1.1.1",
    "8.8.8.8, 10.0.0.1, 203.0.113.7, 10.0.0.2, 198.51.100.9",
    "203.0.113.7",
  ],
  ["a network ends where it says", "::1", "203.0.113.7, 198.51.100.200", "198.51.100.200"],
  ["from anybody else the header is not read", "193.0.14.129", "8.8.8.8", "193.0.14.129"],
] as const) {
  test(`X-Forwarded-For: ${what}`, () => {
    const { from, warnings } = start();
    assert.equal(from(peer, forwarded), key);
    assert.deepEqual(warnings, []);
  });
}

for (const [what, forwarded] of [
  ["sends none", undefined],
  ["says what is no address", "203.0.113.7, unknown"],
  ["names proxies only", "10.0.0.1, 10.0.0.2"],
] as const) {
  test(`a proxy that ${what}: nobody is limited in everybody's place, and a warning says so`, () => {
    const { from, warnings } = start();
    for (let time = 0; time < 3; time++) assert.equal(from("127.0.0.1", forwarded), undefined);
    assert.deepEqual(warnings, [
      'no client is limited by address: this proxy names none in X-Forwarded-For {"peer":"127.0.0.1"}',
    ]);
  });
}

for (const text of [
  ...["", "true", "*", "localhost", "proxy.example.net", "10.0.0", "10.0.0.0/33", "::1/129"],
  ...["10.0.0.0/", "10.0.0.0/8/8", "10.0.0.0/-1", "10.0.0.0/1e1", "10.0.0.1:80", "0.0.0.0/0"],
  ...["::/0", "::ffff:10.0.0.0/104", "loopback", " "],
]) {
  test(`"${text}" is no proxy`, () => {
    assert.equal(toProxy(text), undefined);
  });
}
