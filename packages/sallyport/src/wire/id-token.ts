import {
  base64url,
  decodeJwt,
  decodeProtectedHeader,
  errors,
  type JWTPayload,
  type JWTVerifyOptions,
  jwtVerify,
} from "jose";
import { AuthError, type AuthErrorOptions, type Stage } from "../errors.ts";
import type { JsonObject } from "../identity.ts";
import { KeyMissing, type KeySet } from "./jwks.ts";

/** What an id_token must be like, besides signed by one of the issuer's keys. */
export interface IdTokenDemands {
  readonly backend: string;
  readonly stage: Stage;
  readonly issuer: string;
  readonly clientId: string;
  /** Clients besides it that the token may have been made for. */
  readonly otherClients?: readonly string[] | undefined;
  /** Audiences that may stand beside {@link clientId}. */
  readonly trustedAudiences: readonly string[];
  readonly algorithms: readonly string[];
  /** Seconds that the provider's clock may be off. */
  readonly leeway: number;
  /** Seconds since `iat`. */
  readonly maxAge: number;
  readonly now: Date;
  /** What was sent with the authorization request; undefined for a refreshed token. */
  readonly nonce?: string | undefined;
  /** Seconds since the person proved who they are, where a limit was asked for. */
  readonly maxAuthAge?: number | undefined;
  /** The authentication context classes that were asked for; any of them will do. */
  readonly acrValues?: readonly string[] | undefined;
  /** What `at_hash` and `c_hash` must be of, where the token has them. */
  readonly accessToken?: string | undefined;
  readonly code?: string | undefined;
}

/** What a valid id_token says. */
export type IdTokenClaims = JsonObject & {
  readonly iss: string;
  readonly sub: string;
  readonly aud: string | readonly string[];
};

/**
 * The claims of an id_token that holds (OpenID Connect Core, sections 3.1.3.7 and 3.1.3.8;
 * RFC 8725). Its header chooses among the keys given and brings none of its own.
 *
 * @throws `id_token_invalid`, as {@link KeyMissing} where other keys may mend it.
 */
export async function verifyIdToken(
  token: unknown,
  keys: KeySet,
  demands: IdTokenDemands,
): Promise<IdTokenClaims> {
  if (typeof token !== "string") throw refusal(demands, "there is none");
  const { payload: claims, algorithm } = await signedClaims(token, keys, demands);
  if (!hasSubject(claims)) throw refusal(demands, "sub is missing, or no text of 1 to 255");
  checkAudience(claims, demands);
  checkAuthentication(claims, demands);
  await checkHash("at_hash", demands.accessToken);
  await checkHash("c_hash", demands.code);
  return claims;

  async function checkHash(name: "at_hash" | "c_hash", of: string | undefined): Promise<void> {
    if (claims[name] === undefined || of === undefined) return;
    if (claims[name] !== (await halfHash(of, algorithm))) throw refusal(demands, `${name} differs`);
  }
}

/**
 * What a token says, unchecked: enough to choose whom it is checked with, and for nothing
 * else. Nothing where it is no token.
 */
export function uncheckedClaims(token: unknown): JsonObject {
  try {
    // What a JWT's payload holds is JSON.
    return decodeJwt(String(token)) as JsonObject;
  } catch {
    return {};
  }
}

/** The left half of a value's hash, as `at_hash` and `c_hash` have it (Core, section 3.3.2.11). */
export async function halfHash(value: string, algorithm: string): Promise<string> {
  // Ed25519 hashes with SHA-512; the others say in their name what they hash with.
  const bits = /(256|384|512)$/.exec(algorithm.replace(/^Ed.*/, "512"))?.[1] ?? "256";
  const bytes = new TextEncoder().encode(value);
  const hash = await crypto.subtle.digest(`SHA-${bits}`, bytes);
  return base64url.encode(new Uint8Array(hash, 0, hash.byteLength / 2));
}

async function signedClaims(token: string, keys: KeySet, demands: IdTokenDemands) {
  const options: JWTVerifyOptions = {
    algorithms: [...demands.algorithms],
    issuer: demands.issuer,
    audience: clientsOf(demands),
    requiredClaims: ["exp"],
    maxTokenAge: demands.maxAge,
    clockTolerance: demands.leeway,
    currentDate: demands.now,
  };
  try {
    const { payload, protectedHeader } = await verifyWithAny(token, keys, options);
    // What must be understood is not: we know no extension (RFC 7515, section 4.1.11).
    if (protectedHeader.crit !== undefined) throw refusal(demands, "it has a crit header");
    return { payload, algorithm: protectedHeader.alg };
  } catch (error) {
    if (error instanceof AuthError) throw error;
    // jose's errors hold the claims, so none of them goes on.
    const options = optionsFor(demands, reasonOf(error));
    if (isKeyMissing(error, token)) throw new KeyMissing("id_token_invalid", options);
    throw new AuthError("id_token_invalid", options);
  }
}

/** Where a token names no key, each that fits is tried. */
async function verifyWithAny(token: string, keys: KeySet, options: JWTVerifyOptions) {
  try {
    return await jwtVerify(token, keys, options);
  } catch (error) {
    if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw error;
    for await (const key of error) {
      try {
        return await jwtVerify(token, key, options);
      } catch (failed) {
        if (!(failed instanceof errors.JWSSignatureVerificationFailed)) throw failed;
      }
    }
    throw new errors.JWKSNoMatchingKey();
  }
}

// A signature that no key fits may be by a new key only where the token does not say by which.
function isKeyMissing(error: unknown, token: string): boolean {
  if (error instanceof errors.JWKSNoMatchingKey) return true;
  if (!(error instanceof errors.JWSSignatureVerificationFailed)) return false;
  return decodeProtectedHeader(token).kid === undefined;
}

function reasonOf(error: unknown): string {
  if (error instanceof errors.JWTClaimValidationFailed || error instanceof errors.JWTExpired) {
    return `${error.claim} is ${error.reason === "missing" ? "missing" : "not as it must be"}`;
  }
  return error instanceof errors.JOSEError ? error.code : "its key cannot be used";
}

// jose has seen to `iss` and `aud`, and that all of it came as JSON.
function hasSubject(claims: unknown): claims is IdTokenClaims {
  const { sub } = claims as JWTPayload;
  return typeof sub === "string" && sub.length > 0 && sub.length <= 255;
}

function clientsOf({ clientId, otherClients = [] }: IdTokenDemands): string[] {
  return [clientId, ...otherClients];
}

// jose has seen that we are among the audiences.
function checkAudience({ aud, azp }: IdTokenClaims, demands: IdTokenDemands): void {
  const audiences = [aud].flat();
  const clients = clientsOf(demands);
  const trusted = [...clients, ...demands.trustedAudiences];
  if (!audiences.every((audience) => trusted.includes(audience))) {
    throw refusal(demands, "aud names somebody who is not trusted");
  }
  if (azp === undefined ? audiences.length > 1 : !clients.some((id) => id === azp)) {
    throw refusal(demands, "azp is not this client");
  }
}

function checkAuthentication(claims: IdTokenClaims, demands: IdTokenDemands): void {
  const { nonce, maxAuthAge, acrValues, leeway, now } = demands;
  if (nonce !== undefined && claims.nonce !== nonce) {
    throw refusal(demands, "nonce is not the one that was sent");
  }
  const { auth_time: authTime, acr } = claims;
  if (maxAuthAge !== undefined) {
    const age = typeof authTime === "number" ? now.getTime() / 1000 - authTime : Number.NaN;
    if (!(age <= maxAuthAge + leeway)) throw refusal(demands, "auth_time is too old, or missing");
  }
  if (acrValues !== undefined && !(typeof acr === "string" && acrValues.includes(acr))) {
    throw refusal(demands, "acr is none of those that were asked for");
  }
}

function refusal(demands: IdTokenDemands, reason: string): AuthError {
  return new AuthError("id_token_invalid", optionsFor(demands, reason));
}

function optionsFor({ backend, stage }: IdTokenDemands, reason: string): AuthErrorOptions {
  return { stage, backend, message: `${backend}: the id_token does not hold: ${reason}` };
}
