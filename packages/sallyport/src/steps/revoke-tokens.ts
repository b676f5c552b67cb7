import { after } from "../step.ts";
import type { Association } from "../storage.ts";
import { openToken } from "../stored-tokens.ts";

/** Whether tokens are taken back. */
export interface RevokeTokensOptions {
  /** The setting `revokeTokensOnDisconnect` unless given. */
  readonly enabled?: boolean | undefined;
}

/**
 * Tells the provider that the tokens of disconnected accounts are no longer wanted
 * (RFC 7009), where the setting says so. It comes after the commit: a provider that does not
 * answer keeps nobody's account connected.
 */
export function revokeTokens({ enabled }: RevokeTokensOptions = {}) {
  return after(
    "revoke-tokens",
    async (
      { removed }: { readonly removed: readonly Association[] },
      { backend, http, seal, now },
    ) => {
      const revoked: Association[] = [];
      if (!(enabled ?? backend.setting("revokeTokensOnDisconnect"))) return { revoked };
      for (const association of removed) {
        // Providers end what hangs on a refresh token with it (RFC 7009, section 2.1).
        const token =
          (await openToken(association, "refresh_token", seal)) ??
          (await openToken(association, "access_token", seal));
        if (token === undefined) continue;
        if (await backend.revokeToken?.(token, http, now)) revoked.push(association);
      }
      return { revoked };
    },
  );
}
