import { type BaseAuth, defaultPipeline, type Pipeline, pipeline } from "../index.ts";
import { associateUser } from "../steps/associate-user.ts";
import { createUser } from "../steps/create-user.ts";
import { getUsername } from "../steps/get-username.ts";
import { loadExtraData } from "../steps/load-extra-data.ts";
import { type MailValidationOptions, mailValidation } from "../steps/mail-validation.ts";
import { socialDetails } from "../steps/social-details.ts";
import { socialUid } from "../steps/social-uid.ts";
import { socialUser } from "../steps/social-user.ts";

/** The default pipeline, or one with the step that a backend needs besides. */
export function pipelineFor(
  { neededSteps }: BaseAuth,
  send: MailValidationOptions["send"],
): Pipeline {
  if (!neededSteps.includes("mail-validation")) return defaultPipeline;
  return pipeline(
    socialDetails,
    socialUid,
    socialUser,
    mailValidation({ send }),
    getUsername(),
    createUser(),
    associateUser,
    loadExtraData,
  );
}
