import { randomToken } from "../seal.ts";
import type { JwtSigner, SigningKey } from "./signed-jwt.ts";

/** `client_assertion_type` of a JWT (RFC 7523, section 2.2). */
export const assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/** How long an assertion holds, in seconds: it is used at once. */
const lifetime = 60;

/**
 * The JWT with which a client proves itself (RFC 7523, section 3), good for one request. Its
 * audience is one text and not a list, so that no other server can use what it was sent.
 */
export function clientAssertion(
  signer: JwtSigner,
  key: SigningKey,
  { clientId, audience, now }: { clientId: string; audience: string; now: Date },
): Promise<string> {
  const iat = Math.floor(now.getTime() / 1000);
  return signer.sign(key, {
    iss: clientId,
    sub: clientId,
    aud: audience,
    jti: randomToken(),
    iat,
    exp: iat + lifetime,
  });
}
