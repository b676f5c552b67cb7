import type { UserDetails } from "../identity.ts";
import type { StartFacts } from "../pipeline.ts";
import { within } from "../step.ts";
import type { User, UserChanges } from "../storage.ts";

/** Fields of a user that a provider can fill. */
export type DetailField = "email" | "firstName" | "lastName" | "fullName";

/** Which fields a login leaves alone. */
export interface UserDetailsOptions {
  /**
   * Fields that keep what they have. `["email"]` unless given: an application that knows a
   * person by their address decides itself when it changes. `PROTECTED_USER_FIELDS`.
   */
  readonly protectedFields?: readonly DetailField[] | undefined;
}

const fields: readonly DetailField[] = ["email", "firstName", "lastName", "fullName"];

/** Brings the user's fields up to date with the provider. The username never changes. */
export function userDetails({ protectedFields = ["email"] }: UserDetailsOptions = {}) {
  const open = fields.filter((field) => !protectedFields.includes(field));

  return within(
    "user-details",
    async (
      {
        details,
        user,
        isNew,
      }: StartFacts & {
        readonly details: UserDetails;
        readonly user: User;
        readonly isNew: boolean;
      },
      { tables, now },
    ): Promise<{ readonly user: User }> => {
      if (isNew) return { user };
      const changes: { -readonly [Field in keyof UserChanges]: UserChanges[Field] } = {};
      for (const field of open) {
        const value = details[field];
        if (value !== undefined && value !== user[field]) changes[field] = value;
      }
      if (details.email && open.includes("email")) {
        if (changes.email !== undefined || details.emailVerified !== user.emailVerified) {
          changes.emailVerified = details.emailVerified;
        }
      }
      if (Object.keys(changes).length === 0) return { user };
      await tables.users.update(user.id, changes, now);
      return { user: { ...user, ...changes } };
    },
  );
}
