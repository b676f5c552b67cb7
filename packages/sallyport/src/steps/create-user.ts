import { filledFields } from "../filled-fields.ts";
import type { UserDetails } from "../identity.ts";
import type { StartFacts } from "../pipeline.ts";
import type { DetailField } from "../settings.ts";
import { within } from "../step.ts";
import type { User } from "../storage.ts";

/** How new users are made. */
export interface CreateUserOptions {
  /** What {@link User.creator} says; the backend's name unless given. */
  readonly creator?: string | undefined;
  /** What of the details is taken over. Setting `userFields` unless given. */
  readonly fields?: readonly DetailField[] | undefined;
}

/** Makes a user where there is none yet. */
export function createUser({ creator, fields }: CreateUserOptions = {}) {
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
      { backend, tables, now },
    ): Promise<{ readonly user: User }> => {
      if (user) return { user };
      const filled = filledFields(details, backend, fields ?? backend.setting("userFields"));
      const email = filled.email || null;
      const added = await tables.users.add(
        {
          ...filled,
          username,
          email,
          emailVerified: email !== null && details.emailVerified,
          creator: creator ?? identity.provider,
          account: { provider: identity.provider, uid: identity.uid },
        },
        now,
      );
      return { user: added };
    },
  );
}
