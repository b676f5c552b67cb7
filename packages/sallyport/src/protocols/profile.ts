import { isJsonObject, type JsonObject, type UserDetails } from "../identity.ts";

// What a provider answered is JSON that nobody has checked. These read it.

/** The fields of a JSON answer; none where it is no object. */
export function fieldsOf(answer: unknown): JsonObject {
  return isJsonObject(answer) ? answer : {};
}

/** A text that says something: undefined where the value is none, or blank. */
export function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value.trim() !== "" ? value : undefined;
}

/**
 * A person's names, each where there is one. As in python-social-auth a full name is split at
 * its first space where there is nothing better, and put together where it is missing.
 */
export function namesOf(
  full: unknown,
  first?: unknown,
  last?: unknown,
): Pick<UserDetails, "fullName" | "firstName" | "lastName"> {
  const [fullName, firstName, lastName] = [full, first, last].map((name) => textOf(name)?.trim());
  if (firstName || lastName) {
    const both = [firstName, lastName].filter(Boolean).join(" ");
    return { fullName: fullName ?? both, firstName, lastName };
  }
  const [, head, tail] = /^(\S+)\s+(.+)$/s.exec(fullName ?? "") ?? [];
  return { fullName, firstName: head ?? fullName, lastName: tail };
}
