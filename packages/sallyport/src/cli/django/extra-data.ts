import { isJsonObject, type Json, type JsonObject, secretFields } from "../../identity.ts";
import { endOf } from "../../stored-tokens.ts";

/**
 * What python-social-auth kept of an account, by our rules: no token but under the names that
 * are sealed, and as `expires_on` when the access token ends, where that can be known. What it
 * kept under another name or as another kind of value stays as it is.
 *
 * @param kept as the driver gives it. Where Django's own JSON column lay above social-app-django's
 *   it is text in text.
 * @param updatedAt what a span of time is reckoned from where the row does not say.
 * @returns undefined where it is no JSON object.
 */
export function fromDjangoExtraData(kept: unknown, updatedAt: Date): JsonObject | undefined {
  const read = readText(kept);
  if (!isJsonObject(read)) return undefined;
  const { access_token, expires, expires_in, ...rest } = read;
  const end = endOf({ extraData: read, updatedAt });
  return {
    ...withoutTokens(rest),
    ...tokensOf(rest),
    ...oauth1Tokens(access_token),
    ...(end
      ? { expires_on: Math.floor(end.getTime() / 1000) }
      : {
          ...(expires !== undefined && { expires }),
          ...(expires_in !== undefined && { expires_in }),
        }),
  };
}

/** Without what is named as a token, however deep it lies. */
export function withoutTokens(extraData: JsonObject): JsonObject {
  const kept = Object.entries(extraData).filter(
    // Any name may be asked after.
    ([name]) => !(secretFields as readonly string[]).includes(name),
  );
  return Object.fromEntries(kept.map(([name, value]) => [name, value && withoutTokensIn(value)]));
}

function withoutTokensIn(value: Json): Json {
  if (Array.isArray(value)) return value.map(withoutTokensIn);
  return isJsonObject(value) ? withoutTokens(value) : value;
}

function readText(kept: unknown): unknown {
  if (kept === null || kept === "") return {};
  if (typeof kept !== "string") return kept;
  try {
    return readText(JSON.parse(kept));
  } catch {
    // Python writes NaN, and very old versions something else altogether.
    return undefined;
  }
}

// OAuth 1 has a token and its secret, which python-social-auth keeps as one object.
function oauth1Tokens(token: Json | undefined): JsonObject {
  if (typeof token === "string") return { access_token: token };
  if (!isJsonObject(token)) return {};
  const { oauth_token, oauth_token_secret } = token;
  if (typeof oauth_token !== "string" || typeof oauth_token_secret !== "string") return {};
  return { access_token: oauth_token, oauth_token_secret };
}

function tokensOf(extraData: JsonObject): JsonObject {
  const entries = secretFields.map((field) => [field, extraData[field]]);
  return Object.fromEntries(entries.filter(([, value]) => typeof value === "string"));
}
