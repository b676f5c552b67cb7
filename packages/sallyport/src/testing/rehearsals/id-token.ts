import { toBase64Url } from "#platform";
import type { JsonObject } from "../../index.ts";

// Signed with WebCrypto by hand: the library that checks id_tokens must not have made them, too.

/** A key that lives as long as one rehearsal. */
export interface SigningKey {
  readonly algorithm: "RS256" | "ES256";
  readonly privateKey: CryptoKey;
  readonly jwk: object;
}

const algorithms = {
  RS256: {
    name: "RSASSA-PKCS1-v1_5",
    hash: "SHA-256",
    modulusLength: 2048,
    publicExponent: new Uint8Array([1, 0, 1]),
  },
  ES256: { name: "ECDSA", hash: "SHA-256", namedCurve: "P-256" },
};

/** A new key, whose id is that of every other: only the signature tells which it was. */
export async function makeSigningKey(algorithm: SigningKey["algorithm"]): Promise<SigningKey> {
  const pair = await crypto.subtle.generateKey(algorithms[algorithm], true, ["sign", "verify"]);
  const jwk = await crypto.subtle.exportKey("jwk", pair.publicKey);
  return {
    algorithm,
    privateKey: pair.privateKey,
    jwk: { ...jwk, kid: "the-key", use: "sig", alg: algorithm },
  };
}

/** Claims as a signed JWT (RFC 7515, section 7.1). */
export async function signedToken(key: SigningKey, claims: JsonObject): Promise<string> {
  const text = `${encoded({ alg: key.algorithm, kid: "the-key" })}.${encoded(claims)}`;
  const bytes = new TextEncoder().encode(text);
  const signature = await crypto.subtle.sign(algorithms[key.algorithm], key.privateKey, bytes);
  return `${text}.${toBase64Url(new Uint8Array(signature))}`;
}

/** Claims as a JWT that nobody signed (RFC 7519, section 6). */
export function unsignedToken(claims: JsonObject): string {
  return `${encoded({ alg: "none" })}.${encoded(claims)}.`;
}

function encoded(part: JsonObject): string {
  return toBase64Url(new TextEncoder().encode(JSON.stringify(part)));
}
