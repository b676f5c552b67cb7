import type { DisconnectFacts } from "../disconnect-pipeline.ts";
import { refuse, within } from "../step.ts";
import type { Association, Tables, User } from "../storage.ts";

/** What an application knows about ways in besides ours. */
export interface WaysIn {
  /** Whether the user can sign in without any account, by a password for example. */
  readonly otherwise?: ((user: User, tables: Tables) => Promise<boolean>) | undefined;
}

/**
 * Keeps a user from losing the last account that leads in. An account of a backend that is
 * not there any more leads nowhere. Two disconnects at once take turns.
 */
export function allowedToDisconnect({ otherwise }: WaysIn = {}) {
  return within(
    "allowed-to-disconnect",
    async (
      {
        user,
        recentlySignedIn,
        waysIn,
        entries,
      }: DisconnectFacts & { readonly entries: readonly Association[] },
      { tables },
    ) => {
      if (!recentlySignedIn) return refuse("sign_in_again");
      await tables.lock(`user ${user.id}`);
      const going = new Set(entries.map(({ id }) => id));
      const staying = (await tables.associations.ofUser(user.id)).filter(
        ({ id }) => !going.has(id),
      );
      const leads = staying.some(({ provider }) => waysIn.includes(provider));
      return leads || (await otherwise?.(user, tables)) ? {} : refuse("last_way_in");
    },
  );
}
