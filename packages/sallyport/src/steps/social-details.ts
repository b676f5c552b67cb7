import type { UserDetails } from "../identity.ts";
import type { StartFacts } from "../pipeline.ts";
import { before } from "../step.ts";

/** What the backend says about the person, for the steps that follow. */
export const socialDetails = before(
  "social-details",
  ({ identity }: StartFacts, { backend }): { readonly details: UserDetails } => {
    const { details } = identity;
    const lower = backend.setting("forceEmailLowercase");
    const email = lower ? details.email?.toLowerCase() : details.email;
    const emailVerified = details.emailVerified && !backend.requiresEmailValidation;
    return { details: { ...details, email, emailVerified } };
  },
);
