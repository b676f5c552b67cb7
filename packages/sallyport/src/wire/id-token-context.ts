import type { Json, JsonObject } from "../identity.ts";

/**
 * Under this name the claims are kept that a refreshed id_token must not change. It is
 * python-social-auth's, so that its rows go on working.
 */
export const contextName = "_oidc_id_token_context";

const names = ["iss", "sub", "aud", "azp", "auth_time", "nonce"] as const;

/** What of an id_token's claims is kept for later. */
export function contextOf(claims: JsonObject): JsonObject {
  return Object.fromEntries(names.map((name) => [name, claims[name]]));
}

/**
 * The claim by which a refreshed id_token is about something else than the first one;
 * undefined where it is not (OpenID Connect Core, section 12.2).
 */
export function changedClaim(context: unknown, claims: JsonObject): string | undefined {
  const first = Object(context) as JsonObject;
  return names.find((name) => {
    // The refreshed token need not say again when the person signed in, nor bring the nonce.
    const optional = name === "auth_time" || name === "nonce";
    if (optional && (claims[name] === undefined || first[name] === undefined)) return false;
    return textOf(first[name]) !== textOf(claims[name]);
  });
}

// One audience is the same by itself and in a list, and a list has no order.
function textOf(value: Json | undefined): string {
  return JSON.stringify(Array.isArray(value) ? value.map(String).toSorted() : [value ?? null]);
}
