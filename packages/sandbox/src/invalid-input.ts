/**
 * Somebody handed the sandbox something it cannot use: a people file, a fault, an option.
 *
 * The message is one line that names the place and what was expected there. The command prints
 * it, the control endpoints answer it with status 400, `startSandbox` and its methods throw it.
 */
export class InvalidInput extends Error {
  override readonly name = "InvalidInput";
}

/** Whether a value is an object with members, as JSON understands it. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether a value is a list of strings. */
export function isStrings(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}

/** A value as it would stand in a message, cut short so that the message stays one line. */
export function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
