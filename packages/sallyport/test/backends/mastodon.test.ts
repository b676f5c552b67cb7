import assert from "node:assert/strict";
import { test } from "node:test";
import { MastodonOAuth2 } from "../../src/backends/mastodon.ts";
import type { HttpRequest } from "../../src/http.ts";
import { boundedHttp } from "../../src/wire/bounded-http.ts";
import { publicTransport } from "../../src/wire/public-http.ts";
import { bound, failureOf, now, redirectUri } from "../backend.ts";

/** For hosts of our own choice: whoever asks one here has taken the wrong way. */
const noTransport = async () => {
  throw new Error("the host comes from outside");
};

/** Begins a login with what the person entered; the requests that it made. */
async function begin(host: string, addresses = ["93.184.215.14"]) {
  const requests: HttpRequest[] = [];
  const text = JSON.stringify({ client_id: "registered", client_secret: "hush" });
  const dial = async (request: HttpRequest) => {
    requests.push(request);
    return { status: 200, headers: {}, text };
  };
  const backend = bound(new MastodonOAuth2());
  const http = boundedHttp(backend, "begin", {
    transport: noTransport,
    publicTransport: publicTransport({ resolve: async () => addresses, dial }),
    callTimeout: 1000,
    loginTimeout: 1000,
  });
  const context = { http, redirectUri, state: "the-state", data: { host }, now };
  return { departure: await backend.authUrl(context), requests };
}

for (const said of [
  "mastodon.social",
  "Mastodon.Social",
  "https://mastodon.social/",
  "@ada@mastodon.social",
  "ada@mastodon.social",
]) {
  test(`"${said}" leads to mastodon.social`, async () => {
    const { departure, requests } = await begin(said);
    assert.equal(new URL(departure.location).host, "mastodon.social");
    assert.deepEqual(
      requests.map(({ url }) => url),
      ["https://mastodon.social/api/v1/apps"],
    );
  });
}

test("a name in other letters is asked for as the network knows it", async () => {
  const { departure } = await begin("mastödon.example");
  assert.equal(departure.keep?.host, "xn--mastdon-d1a.example");
});

for (const said of [
  "localhost",
  "127.0.0.1",
  "0x7f.1",
  "[::1]",
  "2130706433",
  "mastodon",
  "mastodon.social:8443",
  "mastodon.social/path",
  "mastodon.social?x",
  "mastodon.social#x",
  "http://mastodon.social",
  "mastodon.social.",
  "a b.social",
  ".social",
]) {
  test(`"${said}" is no server, and is not asked`, async () => {
    const failure = await failureOf(begin(said));
    assert.deepEqual([failure.code, failure.stage], ["data_invalid", "begin"]);
  });
}

for (const address of ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "fd00::1"]) {
  test(`a public name that leads to ${address} is refused, and nothing is asked`, async () => {
    const { code } = await failureOf(begin("mastodon.example.net", ["93.184.215.14", address]));
    assert.equal(code, "data_invalid");
  });
}
