import { type JsonObject, secretFields, type Tokens } from "./identity.ts";
import type { Seal } from "./seal.ts";
import type { Association } from "./storage.ts";

/** What a login or a refresh brought for an association. */
export interface Brought {
  readonly extraData: JsonObject;
  readonly tokens?: Tokens | undefined;
}

/**
 * The `extra_data` that an association is to have: the old, overwritten by what came, with
 * python-social-auth's names. Tokens are sealed and bound to provider, user and field, so
 * that a row copied to another user opens nothing.
 */
export async function mergedExtraData(
  association: Association,
  { extraData, tokens }: Brought,
  seal: Seal,
  now: Date,
): Promise<JsonObject> {
  const came: Record<string, JsonObject[string]> = { ...extraData };
  if (tokens) {
    came.access_token = tokens.accessToken;
    came.oauth_token_secret = tokens.tokenSecret;
    came.refresh_token = tokens.refreshToken;
    came.token_type = tokens.tokenType;
    came.scope = tokens.scope;
    // Seconds since 1970. A new token without an end must not inherit the old one's.
    came.expires_on = tokens.expiresAt ? Math.floor(tokens.expiresAt.getTime() / 1000) : null;
  }
  for (const field of secretFields) {
    const secret = came[field];
    if (typeof secret === "string")
      came[field] = await seal.close(secret, bound(association, field));
  }
  const given = Object.entries(came).filter(([, value]) => value !== undefined && value !== "");
  return {
    ...association.extraData,
    auth_time: Math.floor(now.getTime() / 1000),
    ...Object.fromEntries(given),
  };
}

/** A token of an association in the clear; undefined where there is none, or none that opens. */
export async function openToken(
  association: Association,
  field: (typeof secretFields)[number],
  seal: Seal,
): Promise<string | undefined> {
  const sealed = association.extraData[field];
  return typeof sealed === "string" ? seal.open(sealed, bound(association, field)) : undefined;
}

function bound(association: Association, field: string): string {
  return JSON.stringify([association.provider, association.userId, field]);
}
