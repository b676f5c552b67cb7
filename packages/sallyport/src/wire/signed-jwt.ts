import { type CryptoKey, importJWK, importPKCS8, type JWK, SignJWT } from "jose";
import { isJsonObject, type JsonObject } from "../identity.ts";

/** What reads private keys and signs with them. Whoever does not sign need not load it. */
export interface JwtSigner {
  /** What can be signed with; where nobody chose, the first that a key can be used for. */
  readonly algorithms: readonly string[];
  /** Whether a text has the form of a key that {@link readKey} takes. */
  isKey(text: string): boolean;
  /**
   * The private key that a text holds: PKCS#8 as PEM, whose lines may end in `\n` written out,
   * as environment files have it, or a JWK (RFC 7517). Undefined where it cannot sign so.
   */
  readKey(text: string, hints?: KeyHints): Promise<SigningKey | undefined>;
  /** A JWT with these claims (RFC 7519), signed. */
  sign(key: SigningKey, claims: JsonObject): Promise<string>;
}

const algorithms: readonly string[] = [
  ...["RS256", "ES256", "EdDSA", "PS256", "ES384", "ES512"],
  ...["RS384", "RS512", "PS384", "PS512", "Ed25519"],
];

/** A private key that signs JWTs. */
export interface SigningKey {
  readonly key: CryptoKey;
  readonly algorithm: string;
  /** Which of our keys it is (`kid`), where the receiver knows several. */
  readonly keyId: string | undefined;
}

/** What is known of a key besides itself. */
export interface KeyHints {
  /** One of {@link JwtSigner.algorithms}. */
  readonly algorithm?: string | undefined;
  readonly keyId?: string | undefined;
}

/** The signer of every algorithm that the standards have for asymmetric keys. */
export const jwtSigner: JwtSigner = {
  algorithms,

  isKey: (text) => jwkOf(text)?.d !== undefined || pemOf(text) !== undefined,

  async readKey(text, hints = {}) {
    const jwk = jwkOf(text);
    const pem = pemOf(text);
    const wanted = hints.algorithm ?? jwk?.alg;
    for (const algorithm of algorithms) {
      if (wanted !== undefined && wanted !== algorithm) continue;
      // A key of another kind cannot be imported, and nobody but the import knows the kinds.
      const key = await imported(jwk, pem, algorithm).catch(() => undefined);
      if (key) return { key, algorithm, keyId: hints.keyId ?? jwk?.kid };
    }
    return undefined;
  },

  sign({ key, algorithm, keyId }, claims) {
    const header = { alg: algorithm, ...(keyId === undefined ? {} : { kid: keyId }) };
    return new SignJWT({ ...claims }).setProtectedHeader(header).sign(key);
  },
};

async function imported(
  jwk: JWK | undefined,
  pem: string | undefined,
  algorithm: string,
): Promise<CryptoKey | undefined> {
  if (pem !== undefined) return importPKCS8(pem, algorithm);
  const key = jwk && (await importJWK(jwk, algorithm));
  return key && "type" in key && key.type === "private" ? key : undefined;
}

function jwkOf(text: string): JWK | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    return isJsonObject(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

function pemOf(text: string): string | undefined {
  const pem = text.replaceAll("\\n", "\n").trim();
  return pem.startsWith("-----BEGIN PRIVATE KEY-----") ? pem : undefined;
}
