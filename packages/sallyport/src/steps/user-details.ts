import type { BaseAuth } from "../backend.ts";
import { filledFields } from "../filled-fields.ts";
import type { UserDetails } from "../identity.ts";
import type { StartFacts } from "../pipeline.ts";
import { type DetailField, detailFields } from "../settings.ts";
import { within } from "../step.ts";
import type { User, UserChanges } from "../storage.ts";

export type { DetailField } from "../settings.ts";

/** Which fields a login leaves alone. */
export interface UserDetailsOptions {
  /**
   * Fields that keep what they have. Unless given, those of the setting `protectedUserFields`,
   * and `email`: an application that knows a person by their address decides itself when it
   * changes.
   */
  readonly protectedFields?: readonly DetailField[] | undefined;
  /** Fields that are filled while they are empty. Setting `immutableUserFields` unless given. */
  readonly immutableFields?: readonly DetailField[] | undefined;
}

/** Brings the user's fields up to date with the provider. The username never changes. */
export function userDetails({ protectedFields, immutableFields }: UserDetailsOptions = {}) {
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
      { backend, tables, now },
    ): Promise<{ readonly user: User }> => {
      if (isNew) return { user };
      const closed = protectedFields ?? protectedBySetting(backend);
      const fixed = immutableFields ?? backend.setting("immutableUserFields");
      const open = detailFields.filter(
        (field) => !closed.includes(field) && !(user[field] && fixed.includes(field)),
      );
      const filled = filledFields(details, backend, open);
      const changes: { -readonly [Field in keyof UserChanges]: UserChanges[Field] } = {};
      for (const field of open) {
        const value = filled[field];
        if (value !== undefined && value !== user[field]) changes[field] = value;
      }
      if (filled.email) {
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

function protectedBySetting(backend: BaseAuth): readonly DetailField[] {
  const usual: readonly DetailField[] = backend.setting("noDefaultProtectedUserFields")
    ? []
    : ["email"];
  return [...usual, ...backend.setting("protectedUserFields")];
}
