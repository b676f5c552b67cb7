import { createHash, randomUUID } from "node:crypto";
import { claimsAbout } from "./claims.ts";
import type { IdTokenFault } from "./faults.ts";
import { ACCESS_SECONDS, type Access } from "./grants.ts";
import type { Provider } from "./provider.ts";

/**
 * The id_token that goes with an access token: PeeringDB's claims and the standard ones.
 *
 * Its `amr` is right after a code exchange and empty after a refresh.
 *
 * https://github.com/django-oauth/django-oauth-toolkit/blob/3.3.0/oauth2_provider/oauth2_validators.py#L887
 */
export async function idToken(
  { now, people, signingKey }: Provider,
  about: {
    readonly access: Access;
    readonly accessToken: string;
    readonly nonce: string | undefined;
    readonly origin: string;
    readonly fault: IdTokenFault | undefined;
  },
): Promise<string> {
  const { access, accessToken, nonce, origin, fault } = about;
  const issuedAt = Math.floor(now() / 1000);
  const claims = {
    aud: access.clientId,
    iat: issuedAt,
    ...(nonce === undefined ? {} : { nonce }),
    at_hash: leftHalfOfHash(accessToken),
    ...claimsAbout(people.find(access.person), access),
    iss: `${origin}/oauth2`,
    exp: issuedAt + ACCESS_SECONDS,
    auth_time: Math.floor(access.signedInAt / 1000),
    jti: randomUUID(),
  };
  const token = await signingKey.sign({ ...claims, ...faultyClaims(fault, issuedAt) });
  return fault === "bad-signature" ? spoilt(token) : token;
}

function faultyClaims(fault: IdTokenFault | undefined, issuedAt: number): Record<string, unknown> {
  switch (fault) {
    case "wrong-nonce":
      return { nonce: "a-nonce-that-nobody-sent" };
    case "wrong-aud":
      return { aud: "another-client" };
    case "wrong-iss":
      return { iss: "https://issuer.example.net/oauth2" };
    case "expired":
      return { iat: issuedAt - 2 * ACCESS_SECONDS, exp: issuedAt - ACCESS_SECONDS };
    default:
      return {};
  }
}

/** https://openid.net/specs/openid-connect-core-1_0.html#CodeIDToken */
function leftHalfOfHash(accessToken: string): string {
  return createHash("sha256").update(accessToken).digest().subarray(0, 16).toString("base64url");
}

/** Changes the signature's first character; the last one may be padding that nobody reads. */
function spoilt(token: string): string {
  const at = token.lastIndexOf(".") + 1;
  return `${token.slice(0, at)}${token[at] === "A" ? "B" : "A"}${token.slice(at + 1)}`;
}
