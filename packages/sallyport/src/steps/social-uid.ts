import { AuthError } from "../errors.ts";
import type { StartFacts } from "../pipeline.ts";
import { before } from "../step.ts";

/** The account's identifier. An empty one is refused, whatever backend it came from. */
export const socialUid = before("social-uid", ({ identity }: StartFacts) => {
  if (identity.uid !== "") return { uid: identity.uid };
  throw new AuthError("uid_missing", { stage: "identity", backend: identity.provider });
});
