import { pipeline } from "sallyport";
import { askNewPeople } from "sallyport/steps/ask-new-people";
import { associateUser } from "sallyport/steps/associate-user";
import { createUser } from "sallyport/steps/create-user";
import { getUsername } from "sallyport/steps/get-username";
import { loadExtraData } from "sallyport/steps/load-extra-data";
import { socialDetails } from "sallyport/steps/social-details";
import { socialUid } from "sallyport/steps/social-uid";
import { socialUser } from "sallyport/steps/social-user";

/** New people are asked something first, so that their login waits for a reply. */
export const asking = pipeline(
  socialDetails,
  socialUid,
  socialUser,
  askNewPeople({ form: { title: "Who are you?", fields: [{ name: "motto", label: "Motto" }] } }),
  getUsername(),
  createUser(),
  associateUser,
  loadExtraData,
);
