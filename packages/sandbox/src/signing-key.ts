import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK, SignJWT } from "jose";

/** The RS256 key of one sandbox, made when it is first needed: few tests need it. */
export class SigningKey {
  #pair: Promise<{ readonly privateKey: CryptoKey; readonly jwk: JWK }> | undefined;

  /** The public key as it stands in the JWKS. */
  async publicJwk(): Promise<JWK> {
    return (await this.#ready()).jwk;
  }

  /** Signs claims as an id_token, with the key's thumbprint as `kid`. */
  async sign(claims: Record<string, unknown>): Promise<string> {
    const { privateKey, jwk } = await this.#ready();
    const header = { typ: "JWT", alg: "RS256", kid: jwk.kid ?? "" };
    return new SignJWT(claims).setProtectedHeader(header).sign(privateKey);
  }

  #ready() {
    this.#pair ??= generate();
    return this.#pair;
  }
}

async function generate() {
  const { privateKey, publicKey } = await generateKeyPair("RS256");
  const jwk = await exportJWK(publicKey);
  const kid = await calculateJwkThumbprint(jwk);
  return { privateKey, jwk: { alg: "RS256", use: "sig", kid, ...jwk } };
}
