import type { StartFacts } from "../pipeline.ts";
import { within } from "../step.ts";
import type { Association, User } from "../storage.ts";

/** Connects the account to the user. The unique key decides where two logins do it at once. */
export const associateUser = within(
  "associate-user",
  async (
    {
      identity,
      uid,
      user,
      association,
    }: StartFacts & {
      readonly uid: string;
      readonly user: User;
      readonly association: Association | undefined;
    },
    { tables, now },
  ): Promise<{ readonly association: Association; readonly isNewAssociation: boolean }> => ({
    association:
      association ??
      (await tables.associations.add({ userId: user.id, provider: identity.provider, uid }, now)),
    isNewAssociation: association === undefined,
  }),
);
