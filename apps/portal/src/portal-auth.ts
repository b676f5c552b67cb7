import { type Auth, createAuth, type Logger, pipeline, type Storage } from "sallyport";
import { syncAffiliations } from "sallyport/affiliations";
import { PeeringDBOAuth2 } from "sallyport/backends/peeringdb";
import { associateUser } from "sallyport/steps/associate-user";
import { createUser } from "sallyport/steps/create-user";
import { getUsername } from "sallyport/steps/get-username";
import { loadExtraData } from "sallyport/steps/load-extra-data";
import { socialDetails } from "sallyport/steps/social-details";
import { socialUid } from "sallyport/steps/social-uid";
import { socialUser } from "sallyport/steps/social-user";
import { userDetails } from "sallyport/steps/user-details";
import type { Site } from "./pages/layout.ts";
import { portalPages } from "./pages/sign-in.ts";
import type { Settings } from "./settings.ts";
import { usernamesFromFullName } from "./usernames.ts";

/** Sign-in as this portal wants it: PeeringDB, and the memberships that it entitles to. */
export function createPortalAuth(
  { baseUrl, trustedProxies, peeringdb }: Settings,
  parts: { storage: Storage; secrets: readonly string[]; site: Site; logger: Logger },
): Auth {
  const { privs = 1, mfa = "none", clientId, clientSecret, url } = peeringdb ?? {};
  return createAuth({
    baseUrl,
    trustedProxies,
    secrets: parts.secrets,
    storage: parts.storage,
    logger: parts.logger,
    pages: portalPages(parts.site),
    completePath: "/login/:backend/callback",
    logoutRedirectUrl: "/auth/login",
    backends: peeringdb ? [new PeeringDBOAuth2({ clientId, clientSecret, url })] : [],
    pipeline: pipeline(
      socialDetails,
      socialUid,
      // A disabled user stops here, before anything is changed.
      socialUser,
      getUsername(usernamesFromFullName),
      createUser({ creator: "OAuth-PeeringDB" }),
      associateUser,
      loadExtraData,
      // PeeringDB is the authority on names and addresses.
      userDetails({ protectedFields: [] }),
      // Last, so that a user who is removed with their last affiliation stays removed.
      syncAffiliations({ privs, mfa }),
    ),
  });
}
