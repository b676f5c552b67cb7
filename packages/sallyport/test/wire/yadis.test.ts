import assert from "node:assert/strict";
import { test } from "node:test";
import { publicHttp } from "../../src/wire/public-http.ts";
import {
  discover,
  htmlServices,
  normalizeIdentifier,
  xrdsLocation,
  xrdsServices,
} from "../../src/wire/yadis.ts";
import { pageFor, startWeb, xrdsFor } from "../openid-provider.ts";

const openId2 = "http://specs.openid.net/auth/2.0";
const ada = "https://ada.example/";

for (const [entered, identifier] of [
  // The table of OpenID 2.0, appendix A.1.
  ["example.com", "http://example.com/"],
  ["http://example.com", "http://example.com/"],
  ["https://example.com/", "https://example.com/"],
  ["http://example.com/user", "http://example.com/user"],
  ["http://example.com/user/", "http://example.com/user/"],
  ["http://example.com/", "http://example.com/"],
  // RFC 3986, section 6.2.2.
  ["  HTTP://Example.COM:80/a/./b/../c?q#frag ", "http://example.com/a/c?q"],
  ["example.com/%7eada/%c3%a9%2f", "http://example.com/~ada/%C3%A9%2F"],
  ["example.com:8080", "http://example.com:8080/"],
  ["bücher.example", "http://xn--bcher-kva.example/"],
] as const) {
  test(`"${entered}" is the identifier ${identifier}`, () => {
    assert.equal(normalizeIdentifier(entered), identifier);
    assert.equal(normalizeIdentifier(identifier), identifier);
  });
}

for (const entered of [
  "",
  " ",
  "=example",
  "@example",
  "+x",
  "$x",
  "!x",
  "(=x)",
  "xri://=x",
  "XRI:=x",
  "ftp://example.com",
  "javascript://x",
  "https://u:p@example.com",
  "http://a b/",
  "mailto:ada@example.com",
]) {
  test(`"${entered}" is no identifier`, () => {
    assert.equal(normalizeIdentifier(entered), undefined);
  });
}

const page = (text: string, headers: Readonly<Record<string, string>> = {}) => ({
  status: 200,
  headers,
  text,
});

test("a page says where its XRDS document is, in its header before its head", () => {
  const meta = `<head><META content='https://b.example/?a&amp;b' HTTP-EQUIV=x-xrds-location />`;
  assert.equal(xrdsLocation(page(meta)), "https://b.example/?a&b");
  assert.equal(
    xrdsLocation(page(meta, { "x-xrds-location": "https://a.example/" })),
    "https://a.example/",
  );
  assert.equal(xrdsLocation(page(meta, { "x-xrds-location": "file:///etc/passwd" })), undefined);
  assert.equal(
    xrdsLocation(page(`<meta name="X-XRDS-Location" content="https://b.example/">`)),
    undefined,
  );
});

test("a page's links name a provider, and what it calls the person", () => {
  const [service] = htmlServices(
    `<!DOCTYPE html><html><head><title><link rel="openid2.provider" href="https://title.example/"></title>
     <link hidden rel="openid.server OpenID2.Provider" href='https://op.example/?a=1&amp;b="2"'>
     <link href=https://op.example/7 rel=openid2.local_id>`,
    ada,
  );
  assert.deepEqual(service, {
    endpoint: "https://op.example/?a=1&b=%222%22",
    claimedId: ada,
    localId: "https://op.example/7",
    types: [`${openId2}/signon`],
  });
});

const link = '<link rel="openid2.provider" href="https://evil.example/">';
for (const [what, html] of [
  ["in the body", `<html><head></head><body>${link}</body>`],
  ["behind the head", `<html><head></head>${link}`],
  ["in a comment", `<head><!-- ${link} --></head>`],
  ["in a comment without end", `<head><!-- ${link}`],
  ["in a script", `<head><script>"${link}"</script>`],
  ["in a title", `<head><title>${link}</title>`],
  ["in an attribute", `<head><meta name="${link.replaceAll('"', "'")}">`],
  ["of OpenID 1.x", '<head><link rel="openid.server" href="https://op.example/">'],
  ["to no web address", '<head><link rel="openid2.provider" href="javascript:1">'],
] as const) {
  test(`a link ${what} does not count`, () => {
    assert.deepEqual(htmlServices(html, ada), []);
  });
}

for (const [what, piece] of [
  ["tags without end", "<a "],
  ["comments without end", "<!--"],
  ["quotes without end", `<a "<a '`],
  ["attributes", "<a b b b b=1>"],
  ["scripts", "<script>"],
] as const) {
  test(`a page full of ${what} is read in no time`, () => {
    const start = performance.now();
    htmlServices(piece.repeat((256 * 1024) / piece.length), ada);
    assert.ok(performance.now() - start < 1000);
  });
}

test("services are taken by kind, then by priority, then their addresses by priority", () => {
  const service = (priority: string, type: string, uris: string) =>
    `<Service ${priority}><Type>${openId2}/${type}</Type>${uris}</Service>`;
  const services = xrdsServices(
    `<x:XRDS xmlns:x="xri://$xrds" xmlns="xri://$xrd*($v*2.0)">
      <XRD>${service("", "server", "<URI>https://first.example/</URI>")}</XRD>
      <XRD>
        ${service("", "signon", "<URI>https://none.example/</URI>")}
        ${service('priority="20"', "signon", '<URI>https://c.example/</URI><URI priority="1">https://b.example/</URI>')}
        ${service('priority="3"', "signon", "<URI> https://a.example/ </URI><LocalID>seven</LocalID>")}
        ${service('priority="50"', "server", "<URI>https://server.example/</URI>")}
        <Service priority="0"><Type>http://openid.net/signon/1.1</Type><URI>https://old.example/</URI></Service>
      </XRD>
    </x:XRDS>`,
    ada,
  );
  const found = services.map(({ endpoint, localId }) => [new URL(endpoint).hostname, localId]);
  assert.deepEqual(found, [
    ["server.example", `${openId2}/identifier_select`],
    ["a.example", "seven"],
    ["b.example", ada],
    ["c.example", ada],
    ["none.example", ada],
  ]);
});

for (const [what, text] of [
  ["a document type", '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><XRDS><XRD/></XRDS>'],
  ["another root", "<html><XRD/></html>"],
  ["nothing in it", ""],
  ["too many levels", `<XRDS>${"<XRD>".repeat(40)}${"</XRD>".repeat(40)}</XRDS>`],
] as const) {
  test(`a document with ${what} names no service`, () => {
    assert.deepEqual(xrdsServices(text, ada), []);
  });
}

test("discovery goes from the page to its document, and else reads the page's links", async (t) => {
  const web = await startWeb(t);
  const { resolver: resolve, dialer: dial } = web.settings;
  const http = publicHttp("openid", "begin", { resolve, dial });
  const endpoints = async () => {
    const { services } = await discover(http, ada);
    return services.map(({ endpoint, claimedId }) => [endpoint, claimedId]);
  };
  const location = { "x-xrds-location": "https://xrds.example/" };
  web.on(ada, { headers: location, body: pageFor("https://html.example/") });
  assert.deepEqual(await endpoints(), [["https://html.example/", ada]]);

  web.on("https://xrds.example/", xrdsFor([`${openId2}/signon`], "https://op.example/"));
  assert.deepEqual(await endpoints(), [["https://op.example/", ada]]);

  web.on("https://moved.example/", xrdsFor([`${openId2}/signon`], "https://op.example/"));
  web.on(ada, { status: 302, headers: { location: "https://moved.example/#x" } });
  assert.deepEqual(await endpoints(), [["https://op.example/", "https://moved.example/"]]);

  web.on(ada, { status: 404, body: pageFor("https://html.example/") });
  assert.deepEqual(await endpoints(), []);
});
