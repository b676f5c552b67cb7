import type { BaseAuth } from "./backend.ts";
import type { UserDetails } from "./identity.ts";
import { type DetailField, detailFields } from "./settings.ts";

/** What a provider says for a user's fields; a field of which it says nothing is missing. */
export type FilledFields = { readonly [Field in DetailField]?: string };

/** The fields that details fill: each its own, unless the setting `userFieldMapping` names another. */
export function filledFields(
  details: UserDetails,
  backend: BaseAuth,
  wanted: readonly DetailField[],
): FilledFields {
  const mapping = backend.setting("userFieldMapping");
  const own = detailFields.filter((name) => !mapping[name]).map((name) => [name, name] as const);
  // Its kind has checked both; `Object.entries` forgets that.
  const mapped = Object.entries(mapping) as [keyof typeof mapping, DetailField][];
  const filled: { [Field in DetailField]?: string } = {};
  // What is mapped comes last, so that it counts where a field has both.
  for (const [name, field] of [...own, ...mapped]) {
    const value = details[name];
    if (wanted.includes(field) && value !== undefined) filled[field] = value;
  }
  return filled;
}
