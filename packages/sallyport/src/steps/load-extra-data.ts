import type { StartFacts } from "../pipeline.ts";
import { within } from "../step.ts";
import type { Association } from "../storage.ts";
import { mergedExtraData } from "../stored-tokens.ts";

/**
 * Keeps what the backend declares as `extraData`, and the tokens, sealed. What this login
 * did not bring, such as a refresh token that is given only once, stays as it was.
 */
export const loadExtraData = within(
  "load-extra-data",
  async (
    { identity, association }: StartFacts & { readonly association: Association },
    { tables, seal, now },
  ) => {
    const extraData = await mergedExtraData(association, identity, seal, now);
    await tables.associations.setExtraData(association.id, extraData, now);
    return { association: { ...association, extraData } };
  },
);
