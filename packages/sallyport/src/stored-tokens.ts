import { type Json, type JsonObject, secretFields, type Tokens } from "./identity.ts";
import type { Seal } from "./seal.ts";
import type { Association } from "./storage.ts";

/** What a login or a refresh brought for an association. */
export interface Brought {
  readonly extraData: JsonObject;
  readonly tokens?: Tokens | undefined;
}

/**
 * The `extra_data` that an association is to have: the old, overwritten by what came, with
 * python-social-auth's names. Tokens are sealed and bound to provider, user, field and tenant, so
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
    // What did not come is sealed anew, too: by and by nothing needs an old secret.
    const secret = came[field] || (await openToken(association, field, seal));
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

/** The tokens of an association in the clear; undefined without an access token that opens. */
export async function openTokens(
  association: Association,
  seal: Seal,
): Promise<Tokens | undefined> {
  const accessToken = await openToken(association, "access_token", seal);
  if (accessToken === undefined) return undefined;
  const { token_type: tokenType, scope } = association.extraData;
  return {
    accessToken,
    tokenSecret: await openToken(association, "oauth_token_secret", seal),
    refreshToken: await openToken(association, "refresh_token", seal),
    tokenType: typeof tokenType === "string" ? tokenType : "bearer",
    scope: typeof scope === "string" ? scope : undefined,
    expiresAt: endOf(association),
    answer: {},
  };
}

/**
 * When a stored access token ends, by any of python-social-auth's names: `expires_on`, which we
 * write, `expires_in`, or `expires`, which may be either. Undefined where it does not end.
 */
export function endOf({
  extraData,
  updatedAt,
}: Pick<Association, "extraData" | "updatedAt">): Date | undefined {
  const { expires_on, expires_in, expires, auth_time } = extraData;
  // A null is ours: this token has no end, whatever an older one had.
  if (expires_on !== undefined) return toTime(numberOf(expires_on));
  const either = numberOf(expires);
  const isSpan = either !== undefined && either <= longestSpan;
  const span = numberOf(expires_in) ?? (isSpan ? either : undefined);
  const since = numberOf(auth_time) ?? updatedAt.getTime() / 1000;
  return toTime(span === undefined ? either : since + span);
}

/** Two years, in seconds: `expires` up to it is a span of time, above it a time. */
const longestSpan = 2 * 365 * 24 * 3600;

function numberOf(value: Json | undefined): number | undefined {
  const number = typeof value === "string" && value !== "" ? Number(value) : value;
  return typeof number === "number" && Number.isFinite(number) ? number : undefined;
}

function toTime(seconds: number | undefined): Date | undefined {
  return seconds === undefined ? undefined : new Date(seconds * 1000);
}

function bound(association: Association, field: string): string {
  const { provider, userId, tenant } = association;
  // One tenant's provider is never sent a token of another's.
  return JSON.stringify([provider, userId, field, ...(tenant === null ? [] : [tenant])]);
}
