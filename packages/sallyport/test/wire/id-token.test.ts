import assert from "node:assert/strict";
import { test } from "node:test";
import { createLocalJWKSet, generateSecret, type JWK, SignJWT } from "jose";
import { halfHash, type IdTokenDemands, verifyIdToken } from "../../src/wire/id-token.ts";
import { KeyMissing } from "../../src/wire/jwks.ts";
import { failureOf, now } from "../backend.ts";
import { makeKey, signed } from "../oidc/misbehaving-provider.ts";

const key = await makeKey("the-key", "ES256");
const other = await makeKey("the-other", "ES256");
const seconds = now.getTime() / 1000;

const claims = {
  iss: "https://op.example",
  sub: "248289761001",
  aud: "me",
  iat: seconds,
  exp: seconds + 300,
  nonce: "the-nonce",
};

const demands: IdTokenDemands = {
  backend: "example",
  stage: "identity",
  issuer: "https://op.example",
  clientId: "me",
  trustedAudiences: [],
  algorithms: ["ES256"],
  leeway: 60,
  maxAge: 600,
  now,
  nonce: "the-nonce",
};

const keys = (...jwks: JWK[]) => createLocalJWKSet({ keys: jwks });

function verify(token: unknown, more: Partial<IdTokenDemands> = {}, known = keys(key.jwk)) {
  return verifyIdToken(token, known, { ...demands, ...more });
}

async function reasonAgainst(changes: object, more: Partial<IdTokenDemands> = {}) {
  const error = await failureOf(verify(await signed({ ...claims, ...changes }, key), more));
  assert.equal(error.code, "id_token_invalid");
  assert.equal(error.stage, "identity");
  return error.message.replace("example: the id_token does not hold: ", "");
}

async function accepts(changes: object, more: Partial<IdTokenDemands> = {}) {
  const verified = await verify(await signed({ ...claims, ...changes }, key), more);
  assert.equal(verified.sub, claims.sub);
}

test("the hashes are the standard's, appendices A.3 and A.4", async () => {
  const accessToken = "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y";
  assert.equal(await halfHash(accessToken, "RS256"), "77QmUPtjPfzWtF2AnpK9RQ");
  const code = "Qcb0Orv1zh30vL1MPRsbm-diHiMwcLyZvn1arpZv-Jxf_11jnpEX3Tgfvk";
  assert.equal(await halfHash(code, "RS256"), "LDktKdoQak3Pk0cnXxCltA");
});

test("a hash is as long as the algorithm says: EdDSA's is SHA-512", async () => {
  const lengths = await Promise.all(
    ["ES256", "RS384", "PS512", "EdDSA", "Ed25519"].map((name) => halfHash("value", name)),
  );
  assert.deepEqual(
    lengths.map(({ length }) => length),
    [22, 32, 43, 43, 43],
  );
});

test("a token in good order is taken, with its claims", async () => {
  assert.deepEqual(await verify(await signed(claims, key)), claims);
});

test("clocks may differ by the leeway and no more", async () => {
  await accepts({ exp: seconds - 59 });
  assert.match(await reasonAgainst({ exp: seconds - 60 }), /^exp/);
  await accepts({ iat: seconds + 60 });
  assert.match(await reasonAgainst({ iat: seconds + 61 }), /^iat/);
  await accepts({ iat: seconds - 660 });
  assert.match(await reasonAgainst({ iat: seconds - 661 }), /^iat/);
  assert.match(await reasonAgainst({ nbf: seconds + 61 }), /^nbf/);
});

test("several audiences need an azp that is us, and none that is not trusted", async () => {
  const aud = ["me", "friend"];
  const trustedAudiences = ["friend"];
  await accepts({ aud, azp: "me" }, { trustedAudiences });
  assert.match(await reasonAgainst({ aud }, { trustedAudiences }), /^azp/);
  assert.match(await reasonAgainst({ aud, azp: "friend" }, { trustedAudiences }), /^azp/);
  assert.match(await reasonAgainst({ aud, azp: "me" }), /^aud/);
  assert.match(await reasonAgainst({ azp: "friend" }), /^azp/);
});

test("how old the proof may be is checked where it was asked for", async () => {
  await accepts({ auth_time: seconds - 360 }, { maxAuthAge: 300 });
  assert.match(await reasonAgainst({ auth_time: seconds - 361 }, { maxAuthAge: 300 }), /auth_time/);
  assert.match(await reasonAgainst({}, { maxAuthAge: 300 }), /auth_time/);
  await accepts({ auth_time: 1 });
});

test("the class of the proof is checked where it was asked for", async () => {
  const acrValues = ["gold", "silver"];
  await accepts({ acr: "silver" }, { acrValues });
  assert.match(await reasonAgainst({ acr: "bronze" }, { acrValues }), /acr/);
  assert.match(await reasonAgainst({}, { acrValues }), /acr/);
});

for (const sub of [undefined, "", 7, null, "x".repeat(256)]) {
  test(`a subject that is ${String(sub).slice(0, 10)} is refused`, async () => {
    assert.match(await reasonAgainst({ sub }), /sub/);
  });
}

test("at_hash and c_hash are compared where they are there", async () => {
  const of = { accessToken: "access", code: "code" };
  await accepts({}, of);
  await accepts({ at_hash: await halfHash("access", "ES256") }, of);
  assert.match(await reasonAgainst({ at_hash: "wrong" }, of), /at_hash/);
  assert.match(await reasonAgainst({ c_hash: 7 }, of), /c_hash/);
});

test("a header that must be understood is refused", async () => {
  for (const header of [
    { crit: ["exp"], exp: 1 },
    { crit: ["b64"], b64: true },
  ]) {
    const payload = new TextEncoder().encode(JSON.stringify(claims));
    const token = await rawToken(payload, header);
    assert.equal((await failureOf(verify(token))).code, "id_token_invalid");
  }
});

test("a key that the token brings along, or points to, counts for nothing", async () => {
  const header = {
    jwk: other.jwk,
    jku: "https://evil.example/jwks",
    x5u: "https://evil.example/x",
  };
  const error = await failureOf(verify(await signed(claims, other, { ...header, kid: "the-key" })));
  assert.match(error.message, /ERR_JWS_SIGNATURE_VERIFICATION_FAILED/);
  await verify(await signed(claims, key, header));
});

test("an algorithm that is not on the list is refused, whoever signed", async () => {
  const error = await failureOf(verify(await signed(claims, key), { algorithms: ["RS256"] }));
  assert.match(error.message, /ERR_JOSE_ALG_NOT_ALLOWED/);
  const secret = await generateSecret("HS256");
  const token = await new SignJWT(claims).setProtectedHeader({ alg: "HS256" }).sign(secret);
  assert.match((await failureOf(verify(token))).message, /ERR_JOSE_ALG_NOT_ALLOWED/);
});

test("only where other keys may help is a key said to be missing", async () => {
  const unknown = await failureOf(verify(await signed(claims, other)));
  assert.ok(unknown instanceof KeyMissing);
  const nameless = await failureOf(verify(await signed(claims, other, { kid: undefined })));
  assert.ok(nameless instanceof KeyMissing);
  const forged = await failureOf(verify(await signed(claims, other, { kid: "the-key" })));
  assert.ok(!(forged instanceof KeyMissing));
});

test("without a name each key that fits is tried", async () => {
  const token = await signed(claims, key, { kid: undefined });
  await verify(token, {}, keys(other.jwk, key.jwk));
  const neither = await makeKey("neither", "ES256");
  const error = await failureOf(verify(token, {}, keys(other.jwk, neither.jwk)));
  assert.ok(error instanceof KeyMissing);
});

for (const [what, token] of Object.entries({ nothing: undefined, aNumber: 7, text: "a.b.c" })) {
  test(`what is no token is refused: ${what}`, async () => {
    assert.equal((await failureOf(verify(token))).code, "id_token_invalid");
  });
}

test("no refusal quotes a claim, nor the token", async () => {
  const secretWords = { iss: "secret-words", aud: "secret-words", nonce: "secret-words" };
  for (const [name, value] of Object.entries(secretWords)) {
    const token = await signed({ ...claims, [name]: value }, key);
    const error = await failureOf(verify(token));
    assert.doesNotMatch(JSON.stringify({ ...error, message: error.message }), /secret-words/);
    assert.equal(error.cause, undefined);
  }
});

async function rawToken(payload: Uint8Array, header: object): Promise<string> {
  const parts = [JSON.stringify({ alg: "ES256", kid: "the-key", ...header }), payload];
  const [head, body] = parts.map((part) => Buffer.from(part).toString("base64url"));
  const algorithm = { name: "ECDSA", hash: "SHA-256" };
  const data = Buffer.from(`${head}.${body}`);
  const signature = await crypto.subtle.sign(algorithm, key.privateKey, data);
  return `${head}.${body}.${Buffer.from(signature).toString("base64url")}`;
}
