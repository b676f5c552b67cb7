/** Text that is HTML already. Only {@link html} makes it, so whatever else there is gets escaped. */
export class Html {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  toString(): string {
    return this.#text;
  }
}

/** What may stand in a template: HTML goes in as it is, a list item by item, all else escaped. */
export type Insert = Html | string | number | readonly Html[];

/** A template tag: whatever is put into it is escaped, but for what was made with it. */
export function html(strings: TemplateStringsArray, ...inserts: readonly Insert[]): Html {
  const parts = strings.map((text, index) => text + toText(inserts[index] ?? ""));
  return new Html(parts.join(""));
}

function toText(insert: Insert): string {
  if (insert instanceof Html) return String(insert);
  if (typeof insert === "object") return insert.join("");
  return String(insert).replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
