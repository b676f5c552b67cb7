import type { StartFacts } from "../pipeline.ts";
import { refuse, within } from "../step.ts";
import type { Association, User } from "../storage.ts";

/** Who this account belongs to, if anybody yet. */
export interface SocialUser {
  readonly association: Association | undefined;
  readonly user: User | undefined;
  readonly isNew: boolean;
}

/**
 * Finds the user of this account. An account of somebody else is not connected, nothing is
 * connected without a recent sign-in, and a disabled user goes no further, before anything
 * is written.
 */
export const socialUser = within(
  "social-user",
  async (
    {
      identity,
      uid,
      signedIn,
      recentlySignedIn,
    }: StartFacts & {
      readonly uid: string;
    },
    { tables },
  ) => {
    const association = await tables.associations.find(identity.provider, uid);
    if (association && signedIn && association.userId !== signedIn.id) {
      return refuse("account_in_use");
    }
    // Whoever finds a browser signed in must not be able to add a way in of their own.
    if (!association && signedIn && !recentlySignedIn) return refuse("sign_in_again");
    const user = association ? await tables.users.find(association.userId) : signedIn;
    if (user && !user.isActive) return refuse("user_inactive");
    const found: SocialUser = { association, user, isNew: user === undefined };
    return found;
  },
);
