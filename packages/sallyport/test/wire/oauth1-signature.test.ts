import assert from "node:assert/strict";
import { createHmac, generateKeyPairSync, verify } from "node:crypto";
import { test } from "node:test";
import type { HttpRequest } from "../../src/http.ts";
import * as onNode from "../../src/platform/node.ts";
import * as onWeb from "../../src/platform/web.ts";
import {
  authorizationHeader,
  baseString,
  type Credentials,
  normalized,
  type Parameters,
  percentEncoded,
  type SignatureMethod,
  signatureOf,
  signedRequest,
} from "../../src/wire/oauth1-signature.ts";

const printer = { clientId: "dpf43f3p2l4k3l03", clientSecret: "kd94hf93k423kf44" };
const photos = "http://photos.example.net/photos?file=vacation.jpg&size=original";
const photoToken = { token: "nnch734d00sl2jdk", tokenSecret: "pfkkdhi9sl3r4s00" };
const form = { "content-type": "application/x-www-form-urlencoded" };
const birdClient = {
  clientId: "xvz1evFS4wEEPTGEFPHBog",
  clientSecret: "kAcSOqF21Fu85e7zjz7ZN2U4ZRhfV3WpwPAoE3Z7kBw",
  token: "370773112-GmHxMAgYyLbNEtIKZeRNFsMKPR9EyMZeS9weJAEb",
  tokenSecret: "LswwdoUaIvS8ltyTt5jkRh4J50vUPVVHtR2YPi5kE",
};
const birdCall = (url: string): HttpRequest => ({
  url: `${url}?include_entities=true`,
  method: "POST",
  headers: form,
  body: "status=Hello%20Ladies%20%2b%20Gentlemen%2c%20a%20signed%20OAuth%20request%21",
});
const birdStamp = ["kYjzVBB8Y0ZFabxSWbWovY3uYSQ2pTgmZeNu2VS4cg", "1318622958"] as const;
const version: Parameters = [["oauth_version", "1.0"]];

/** The protocol's own parameters, in no special order. */
function own({ clientId, token }: Credentials, stamp: readonly [string, string], more: Parameters) {
  const [nonce, timestamp] = stamp;
  return [
    ["oauth_nonce", nonce],
    ["oauth_timestamp", timestamp],
    ["oauth_signature_method", "HMAC-SHA1"],
    ["oauth_consumer_key", clientId],
    ...(token ? [["oauth_token", token] as const] : []),
    ...more,
  ] as const;
}

const vectors: readonly [
  where: string,
  request: HttpRequest,
  credentials: Credentials,
  stamp: readonly [string, string],
  more: Parameters,
  signature: string,
][] = [
  [
    "RFC 5849, section 1.2, temporary credentials",
    { url: "https://photos.example.net/initiate", method: "POST" },
    printer,
    ["wIjqoS", "137131200"],
    [["oauth_callback", "http://printer.example.com/ready"]],
    "74KNZJeDHnMBp0EMJ9ZHt/XKycU=",
  ],
  [
    "RFC 5849, section 1.2, token credentials",
    { url: "https://photos.example.net/token", method: "POST" },
    { ...printer, token: "hh5s93j4hdidpola", tokenSecret: "hdhd0244k9j7ao03" },
    ["walatlh", "137131201"],
    [["oauth_verifier", "hfdp7dh39dks9884"]],
    "gKgrFCywp7rO0OXSjdot/IHF7IU=",
  ],
  [
    "RFC 5849, section 1.2, photos",
    { url: photos },
    { ...printer, ...photoToken },
    ["chapoH", "137131202"],
    [],
    "MdpQcU8iPSUjWoN/UDMsK2sui9I=",
  ],
  [
    "OAuth Core 1.0, appendix A.5",
    { url: photos, method: "GET" },
    { ...printer, ...photoToken },
    ["kllo9940pd9333jh", "1191242096"],
    version,
    "tR3+Ty81lMeYAr/Fid0kMTYa/WM=",
  ],
  [
    "RFC 5849, section 3.4.1.1, with the secrets of its header",
    {
      url: "http://EXAMPLE.COM:80/request?b5=%3D%253D&a3=a&c%40=&a2=r%20b",
      method: "POST",
      headers: form,
      body: "c2&a3=2+q",
    },
    {
      clientId: "9djdj82h48djs9d2",
      clientSecret: "j49sk3j29djd",
      token: "kkk9d7dh3k39sjv7",
      tokenSecret: "dh893hdasih9",
    },
    ["7d8f3e4a", "137131201"],
    [],
    "r6/TJjbCOr97/+UU0NsvSne7s5g=",
  ],
  [
    "Twitter's, of API 1",
    birdCall("https://api.twitter.com/1/statuses/update.json"),
    birdClient,
    birdStamp,
    version,
    "tnnArxj06cWHq44gCs1OSKk/jLY=",
  ],
  [
    "Twitter's, of API 1.1",
    birdCall("https://api.twitter.com/1.1/statuses/update.json"),
    birdClient,
    birdStamp,
    version,
    "hCtSmYh+iHYCEqBWrE7C7hYmtUk=",
  ],
];

for (const [where, request, credentials, stamp, more, signature] of vectors) {
  test(`the published signature comes out: ${where}`, async () => {
    const text = baseString(request, own(credentials, stamp, more));
    assert.equal(await signatureOf(text, "HMAC-SHA1", credentials), signature);
  });
}

test("the base string is the one of RFC 5849, section 3.4.1.1", () => {
  const [, request, credentials, stamp] = vectors[4] ?? assert.fail();
  assert.equal(
    baseString(request, own(credentials, stamp, [])),
    "POST&http%3A%2F%2Fexample.com%2Frequest&a2%3Dr%2520b%26a3%3D2%2520q" +
      "%26a3%3Da%26b5%3D%253D%25253D%26c%2540%3D%26c2%3D%26oauth_consumer_" +
      "key%3D9djdj82h48djs9d2%26oauth_nonce%3D7d8f3e4a%26oauth_signature_m" +
      "ethod%3DHMAC-SHA1%26oauth_timestamp%3D137131201%26oauth_token%3Dkkk" +
      "9d7dh3k39sjv7",
  );
});

for (const [url, expected] of [
  ["http://EXAMPLE.COM:80/r%20v/X?id=123", "http://example.com/r%20v/X"],
  ["https://www.example.net:8080/?q=1", "https://www.example.net:8080/"],
  ["https://example.net:443", "https://example.net/"],
] as const) {
  test(`${url} is signed as ${expected} (RFC 5849, section 3.4.1.2)`, () => {
    assert.equal(baseString({ url }, []).split("&")[1], encodeURIComponent(expected));
  });
}

test("parameters are sorted by name, then by value, as they are encoded", () => {
  const parameters: Parameters = [
    ["b", "2"],
    ["a", "b"],
    ["a", "B"],
    ["a", "%"],
    ["a", ""],
    ["a-b", "1"],
    ["ü", "é ☃ 😀"],
    ["a", "b"],
  ];
  assert.equal(
    normalized(parameters),
    "%C3%BC=%C3%A9%20%E2%98%83%20%F0%9F%98%80&a=&a=%25&a=B&a=b&a=b&a-b=1&b=2",
  );
});

test("only unreserved characters stay as they are (RFC 5849, section 3.6)", () => {
  const unreserved = "ABCxyz019-._~";
  assert.equal(percentEncoded(unreserved), unreserved);
  assert.equal(percentEncoded("!'()* +&=%/"), "%21%27%28%29%2A%20%2B%26%3D%25%2F");
});

test("a body that is no form is not signed", () => {
  const url = "https://example.net/";
  const json = { url, headers: { "Content-Type": "application/json" }, body: "a=b" };
  assert.equal(baseString(json, []), baseString({ url }, []));
  const multipart = { ...json, headers: { "Content-Type": "multipart/form-data" } };
  assert.equal(baseString(multipart, []), baseString({ url }, []));
  const typed = "application/x-www-form-urlencoded; charset=UTF-8";
  const filled = { ...json, headers: { "Content-Type": typed } };
  assert.match(baseString(filled, []), /a%3Db$/);
});

test("the header has every parameter, encoded, in quotes", () => {
  const parameters: Parameters = [
    ["oauth_callback", "https://a.example/?x=1"],
    ["oauth_signature", "a+b/="],
  ];
  assert.equal(
    authorizationHeader(parameters),
    'OAuth oauth_callback="https%3A%2F%2Fa.example%2F%3Fx%3D1", oauth_signature="a%2Bb%2F%3D"',
  );
});

/** What the header of a signed request says. */
function saidBy(request: HttpRequest): Readonly<Record<string, string>> {
  const fields = (request.headers?.authorization ?? "").matchAll(/(\w+)="([^"]*)"/g);
  return Object.fromEntries(
    [...fields].map(([, name = "", value = ""]) => [name, decodeURIComponent(value)]),
  );
}

const key = generateKeyPairSync("rsa", {
  modulusLength: 2048,
  privateKeyEncoding: { type: "pkcs8", format: "pem" },
  publicKeyEncoding: { type: "spki", format: "pem" },
});
const checks: Readonly<Record<SignatureMethod, (text: string, signature: string) => boolean>> = {
  "HMAC-SHA1": (text, signature) => signature === hmacBy("sha1", "s%20ecret&t%26oken", text),
  "HMAC-SHA256": (text, signature) => signature === hmacBy("sha256", "s%20ecret&t%26oken", text),
  PLAINTEXT: (_, signature) => signature === "s%20ecret&t%26oken",
  "RSA-SHA1": (text, signature) =>
    verify("sha1", Buffer.from(text), key.publicKey, Buffer.from(signature, "base64")),
};

function hmacBy(hash: string, secret: string, text: string): string {
  return createHmac(hash, secret).update(text).digest("base64");
}

for (const method of ["HMAC-SHA1", "HMAC-SHA256", "PLAINTEXT", "RSA-SHA1"] as const) {
  test(`a request signed by ${method} can be checked with what it carries`, async () => {
    const clientSecret = method === "RSA-SHA1" ? key.privateKey : "s ecret";
    const credentials = { clientId: "id", clientSecret, token: "tok", tokenSecret: "t&oken" };
    const request = { url: "https://example.net/a?b=c", headers: { accept: "text/xml" } };
    const signing = { method, credentials, nonce: "once", timestamp: 1318622958 };
    const signed = await signedRequest(request, { ...signing, more: [["oauth_verifier", "v v"]] });

    const { oauth_signature = "", ...said } = saidBy(signed);
    assert.deepEqual(said, {
      oauth_consumer_key: "id",
      oauth_token: "tok",
      oauth_signature_method: method,
      oauth_timestamp: "1318622958",
      oauth_nonce: "once",
      oauth_version: "1.0",
      oauth_verifier: "v v",
    });
    assert.ok(checks[method](baseString(request, Object.entries(said)), oauth_signature));
    assert.equal(signed.headers?.accept, "text/xml");
    assert.equal(signed.url, request.url);
  });
}

test("without a token there is none in the header, and its secret is empty", async () => {
  const credentials = { clientId: "id", clientSecret: "secret" };
  const signing = { method: "PLAINTEXT", credentials, nonce: "once", timestamp: 1 } as const;
  const said = saidBy(await signedRequest({ url: "https://example.net/" }, signing));
  assert.equal(said.oauth_signature, "secret&");
  assert.equal("oauth_token" in said, false);
});

test("both platforms sign alike", async () => {
  for (const text of ["", "a=b", "é ☃ 😀", "x".repeat(100_000)]) {
    for (const hash of ["SHA-1", "SHA-256"] as const) {
      assert.deepEqual(
        Buffer.from(await onNode.hmac(hash, "s%20ecret&", text)),
        Buffer.from(await onWeb.hmac(hash, "s%20ecret&", text)),
      );
    }
    assert.deepEqual(
      Buffer.from(await onNode.signRsaSha1(key.privateKey, text)),
      Buffer.from(await onWeb.signRsaSha1(key.privateKey, text)),
    );
  }
});
