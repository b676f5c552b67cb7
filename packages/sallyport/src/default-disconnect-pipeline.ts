import { disconnectPipeline } from "./disconnect-pipeline.ts";
import { allowedToDisconnect } from "./steps/allowed-to-disconnect.ts";
import { getEntries } from "./steps/get-entries.ts";
import { removeAssociations } from "./steps/remove-associations.ts";
import { revokeTokens } from "./steps/revoke-tokens.ts";

/** What happens when somebody disconnects an account, unless an application says otherwise. */
export const defaultDisconnectPipeline = disconnectPipeline(
  // Which accounts are meant: of this user, and there at all.
  getEntries,
  // Never the last way in, and never by whoever merely finds a browser signed in.
  allowedToDisconnect(),
  // The accounts go, and with them the sessions that were begun with them.
  removeAssociations,
  // Off by default: their tokens are taken back at the provider, too.
  revokeTokens(),
);
