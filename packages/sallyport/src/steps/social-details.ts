import { before, type StartFacts } from "../pipeline.ts";

/** What the backend says about the person, for the steps that follow. */
export const socialDetails = before("social-details", ({ identity }: StartFacts) => ({
  details: identity.details,
}));
