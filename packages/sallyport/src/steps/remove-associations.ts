import { within } from "../step.ts";
import type { Association } from "../storage.ts";

/** The accounts lead to the user no longer, and the sessions that came from them end. */
export const removeAssociations = within(
  "remove-associations",
  async ({ entries }: { readonly entries: readonly Association[] }, { tables }) => {
    const removed: Association[] = [];
    for (const entry of entries) {
      await tables.sessions.removeAllOfAssociation(entry.id);
      if (await tables.associations.remove(entry.id)) removed.push(entry);
    }
    return { removed };
  },
);
