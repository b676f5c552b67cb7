import type { BaseAuth } from "./backend.ts";
import { AuthError } from "./errors.ts";
import type { Tokens } from "./identity.ts";
import type { Seal } from "./seal.ts";
import type { Association, Storage } from "./storage.ts";
import { mergedExtraData, openToken } from "./stored-tokens.ts";
import { type Bounds, boundedHttp } from "./wire/bounded-http.ts";

/** What a refresh needs. */
export interface RefreshGate {
  readonly storage: Storage;
  readonly bounds: Bounds;
  readonly seal: Seal;
  readonly now: () => Date;
}

/**
 * Renews an association's access token. Where the provider rotates refresh tokens the new
 * pair is stored before anybody uses it, since the old one is dead already.
 *
 * @throws `token_missing` without a refresh token, `token_revoked` where the provider no
 * longer honours it, and what the provider's outage is.
 */
export async function refresh(
  { storage, bounds, seal, now }: RefreshGate,
  backend: BaseAuth,
  { id }: Pick<Association, "id">,
): Promise<Tokens> {
  const association = await storage.associations.get(id);
  const refreshToken = association && (await openToken(association, "refresh_token", seal));
  if (!association || !refreshToken || !backend.refreshToken) {
    const message = `${backend.name}: there is no refresh token`;
    throw new AuthError("token_missing", { stage: "refresh", backend: backend.name, message });
  }
  const http = boundedHttp(backend, "refresh", bounds);
  const kept = association.extraData;
  const tokens = await backend.refreshToken(refreshToken, http, now(), kept);
  const extraData = await mergedExtraData(association, { extraData: {}, tokens }, seal, now());
  await storage.associations.setExtraData(id, extraData, now());
  return tokens;
}
