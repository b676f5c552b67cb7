import type { UserDetails } from "../identity.ts";
import type { StartFacts } from "../pipeline.ts";
import { within } from "../step.ts";
import type { User } from "../storage.ts";

/** How new users are made. */
export interface CreateUserOptions {
  /** What {@link User.creator} says; the backend's name unless given. */
  readonly creator?: string | undefined;
}

/** Makes a user where there is none yet. */
export function createUser({ creator }: CreateUserOptions = {}) {
  return within(
    "create-user",
    async (
      {
        identity,
        details,
        username,
        user,
      }: StartFacts & {
        readonly details: UserDetails;
        readonly username: string;
        readonly user: User | undefined;
      },
      { tables, now },
    ): Promise<{ readonly user: User }> => {
      if (user) return { user };
      const email = details.email || null;
      const added = await tables.users.add(
        {
          username,
          email,
          emailVerified: email !== null && details.emailVerified,
          firstName: details.firstName ?? "",
          lastName: details.lastName ?? "",
          fullName: details.fullName ?? "",
          creator: creator ?? identity.provider,
        },
        now,
      );
      return { user: added };
    },
  );
}
