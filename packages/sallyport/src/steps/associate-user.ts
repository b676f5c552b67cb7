import { type StartFacts, within } from "../pipeline.ts";
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
  ): Promise<{ readonly association: Association }> => ({
    association:
      association ??
      (await tables.associations.add({ userId: user.id, provider: identity.provider, uid }, now)),
  }),
);
