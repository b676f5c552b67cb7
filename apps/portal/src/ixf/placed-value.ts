// For reading what somebody else wrote. Each value comes with the place where it stands, so
// that whatever is not as expected can be found.

/** A file that is not what it should be. The message is one line, for the operator. */
export class UnreadableFile extends Error {
  override readonly name = "UnreadableFile";
}

/** A value and where it stands, for example `member_list[3].asnum`. */
export interface Placed {
  readonly place: string;
  readonly value: unknown;
}

/** @throws {@link UnreadableFile}, always: what was expected at this place, and what is there. */
export function refuse({ place, value }: Placed, expected: string): never {
  throw new UnreadableFile(`${place}: expected ${expected}, got ${shown(value)}`);
}

/** An object's own field, never one that every object inherits. */
export function field(object: Placed, name: string): Placed {
  const { place, value } = object;
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    refuse(object, "an object");
  }
  const own: unknown = Object.getOwnPropertyDescriptor(value, name)?.value;
  return { place: place === "" ? name : `${place}.${name}`, value: own };
}

/** What a field says; undefined where it is absent or null, since exporters write either. */
export function optional<T>(placed: Placed, read: (placed: Placed) => T): T | undefined {
  return placed.value === undefined || placed.value === null ? undefined : read(placed);
}

/** The entries of a list, which may have at most so many. */
export function entries(list: Placed, most: number): readonly Placed[] {
  const { place, value } = list;
  if (!Array.isArray(value)) refuse(list, "a list");
  if (value.length > most) {
    throw new UnreadableFile(`${place}: expected at most ${most} entries, got ${value.length}`);
  }
  return value.map((entry: unknown, at) => ({ place: `${place}[${at}]`, value: entry }));
}

/** A whole number, also where it is written as a text. */
export function wholeNumber(placed: Placed, least: number, most: number): number {
  const { value } = placed;
  const number = typeof value === "string" && /^\d{1,10}$/.test(value) ? Number(value) : value;
  if (typeof number === "number" && Number.isInteger(number) && number >= least && number <= most) {
    return number;
  }
  return refuse(placed, `a whole number from ${least} to ${most}`);
}

/** A text to show on one line: no control characters, at most 255 characters, perhaps empty. */
export function lineOfText(placed: Placed): string {
  if (typeof placed.value !== "string") return refuse(placed, "a text");
  return [...onOneLine(placed.value)].slice(0, 255).join("").trimEnd();
}

/** An instant or a day (RFC 3339); without an offset it is meant as UTC. */
export function instant(placed: Placed): Date {
  const text = typeof placed.value === "string" ? placed.value.trim() : "";
  const [, day, time, offset = "Z"] = rfc3339.exec(text) ?? [];
  // Date knows a 31st of every month; only a day that exists comes back as it went in.
  const midnight = new Date(`${day}T00:00:00Z`);
  const exists = !Number.isNaN(midnight.getTime()) && midnight.toISOString().startsWith(`${day}T`);
  const zone = offset.toUpperCase().replace(/(\d\d)(\d\d)$/, "$1:$2");
  const date = time === undefined ? midnight : new Date(`${day}T${time}${zone}`);
  if (exists && !Number.isNaN(date.getTime())) return date;
  return refuse(placed, 'a date like "2019-01-31T00:00:00Z"');
}

// A little wider than the standard: seconds, offset and its colon may be left out.
const rfc3339 = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(Z|[+-]\d\d:?\d\d)?)?$/i;

/** A text with a space for each control character, each half of a character, and what turns the direction of writing. */
export function onOneLine(text: string): string {
  return text.replace(/[\s\p{Cc}\p{Cs}\u200E\u200F\u202A-\u202E\u2066-\u2069]+/gu, " ").trim();
}

function shown(value: unknown): string {
  if (value === undefined) return "nothing";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object" && value !== null) return "an object";
  if (typeof value !== "string") return String(value);
  return `"${onOneLine(value.slice(0, 60))}${value.length > 60 ? "…" : ""}"`;
}
