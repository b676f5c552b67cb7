/** What a setting's value is, and how it is read from an environment variable's text. */
export interface Kind<Value> {
  /** What was expected, for whoever set it wrong. */
  readonly expected: string;
  /** The value; undefined where what was given is none. */
  readonly read: (given: unknown) => Value | undefined;
}

/** On or off. */
export const flag: Kind<boolean> = {
  expected: "true or false",
  read: (given) => {
    if (/^(true|1)$/i.test(String(given))) return true;
    return /^(false|0)$/i.test(String(given)) ? false : undefined;
  },
};

/** A whole number of this range. */
export function number(least: number, most: number): Kind<number> {
  return {
    expected: `a whole number, ${least} to ${most}`,
    read: (given) => {
      const value = typeof given === "string" && given.trim() === "" ? Number.NaN : Number(given);
      return Number.isInteger(value) && value >= least && value <= most ? value : undefined;
    },
  };
}

/** A text. */
export const text: Kind<string> = {
  expected: "a text",
  read: (given) => (typeof given === "string" ? given : undefined),
};

/** A path of the application's, or an address at an allowed host; `createAuth` checks that. */
export const ownUrl: Kind<string> = { ...text, expected: "a path, or at an allowed host" };

/** One of a few words. */
export function choice<Word extends string>(...words: readonly Word[]): Kind<Word> {
  return {
    expected: `one of ${words.join(", ")}`,
    read: (given) => words.find((word) => word === given),
  };
}

/** A list, in a variable separated by spaces or commas; of these words only, where there are any. */
export function list<Item = string>(...words: readonly Item[]): Kind<readonly Item[]> {
  const one = words.length > 0 ? `, each one of ${words.join(", ")}` : "";
  return {
    expected: `a list${one}`,
    read: (given) => {
      const items = typeof given === "string" ? given.split(/[\s,]+/).filter(Boolean) : given;
      if (!Array.isArray(items)) return undefined;
      return words.length === 0 || items.every((item) => words.includes(item)) ? items : undefined;
    },
  };
}

/** Names and their values, in a variable written as a query: `prompt=consent&lang=de`. */
export const map: Kind<Readonly<Record<string, string>>> = {
  expected: "a map",
  read: (given) => {
    const entries = entriesOf(given);
    return entries?.every(isTextual) ? Object.fromEntries(entries) : undefined;
  },
};

/** The same from a few names to a few values. */
export function mapOf<Name extends string, Item extends string>(
  names: readonly Name[],
  items: readonly Item[],
): Kind<Readonly<Partial<Record<Name, Item>>>> {
  const isKnown = ([name, item]: Entry) =>
    names.some((known) => known === name) && items.some((known) => known === item);
  return {
    expected: `a map from ${names.join(", ")} to ${items.join(", ")}`,
    read: (given) => {
      const entries = entriesOf(given);
      // Every entry is of these names and items.
      return entries?.every(isKnown)
        ? (Object.fromEntries(entries) as Partial<Record<Name, Item>>)
        : undefined;
    },
  };
}

type Entry = readonly [string, unknown];

function isTextual(entry: Entry): entry is readonly [string, string] {
  return typeof entry[1] === "string";
}

function entriesOf(given: unknown): readonly Entry[] | undefined {
  if (typeof given === "string") {
    return given.split("&").every((pair) => /^[^=]+=/.test(pair))
      ? [...new URLSearchParams(given)]
      : undefined;
  }
  const isMap = typeof given === "object" && given !== null && !Array.isArray(given);
  return isMap ? Object.entries(given) : undefined;
}
