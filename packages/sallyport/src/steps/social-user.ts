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
 * is written. An account of a user whom the application has deleted by itself is nobody's.
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
    const known = await tables.associations.find(identity.provider, uid);
    const owner = known && (await tables.users.find(known.userId));
    if (known && !owner) {
      // Only where the users are in a table of the application's: nothing takes this row along.
      await tables.sessions.removeAllOfAssociation(known.id);
      await tables.associations.remove(known.id);
    }
    const association = owner && known;
    if (association && signedIn && association.userId !== signedIn.id) {
      return refuse("account_in_use");
    }
    // Whoever finds a browser signed in must not be able to add a way in of their own.
    if (!association && signedIn && !recentlySignedIn) return refuse("sign_in_again");
    const user = owner ?? signedIn;
    if (user && !user.isActive) return refuse("user_inactive");
    const found: SocialUser = { association, user, isNew: user === undefined };
    return found;
  },
);
