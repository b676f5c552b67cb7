import type { DisconnectFacts } from "../disconnect-pipeline.ts";
import { refuse, within } from "../step.ts";

/** Finds the user's accounts of the backend that are to go. */
export const getEntries = within(
  "get-entries",
  async ({ user, associationId }: DisconnectFacts, { backend, tables }) => {
    const all = await tables.associations.ofUser(user.id);
    const entries = all.filter(
      ({ id, provider }) =>
        provider === backend.name && (associationId === undefined || id === associationId),
    );
    return entries.length > 0 ? { entries } : refuse("association_unknown");
  },
);
