import { pipeline } from "./pipeline.ts";
import { associateUser } from "./steps/associate-user.ts";
import { authAllowed } from "./steps/auth-allowed.ts";
import { createUser } from "./steps/create-user.ts";
import { getUsername } from "./steps/get-username.ts";
import { loadExtraData } from "./steps/load-extra-data.ts";
import { redirectNewAssociations, redirectNewUsers } from "./steps/redirect-new-users.ts";
import { socialDetails } from "./steps/social-details.ts";
import { socialUid } from "./steps/social-uid.ts";
import { socialUser } from "./steps/social-user.ts";
import { userDetails } from "./steps/user-details.ts";

/**
 * What happens between "the provider says" and "you are signed in", unless an application
 * says otherwise. Copy the list and change it: a wrong order does not compile.
 */
export const defaultPipeline = pipeline(
  // What the provider says about the person; everything below reads it from here.
  socialDetails,
  // The account's identifier. Without one nobody can be told apart from anybody.
  socialUid,
  // Whether such a person may sign in at all, before anything is looked up or written.
  authAllowed(),
  // From here on one transaction. Whose account is it? Refuses another's and a disabled user's.
  socialUser,
  // A free username, for people we do not know yet.
  getUsername(),
  // The user, for people we do not know yet.
  createUser(),
  // From now on this account leads to this user.
  associateUser,
  // What the provider gave, kept for later: declared fields, and tokens, sealed.
  loadExtraData,
  // Names that changed at the provider change here.
  userDetails(),
  // It stands. New people, and new accounts of known ones, may be sent on to a page of their own.
  redirectNewUsers(),
  redirectNewAssociations(),
);
