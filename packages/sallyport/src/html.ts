/** Text that may stand in a page as it is. Only {@link html} makes it. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** What {@link html} takes: anything but {@link Html} is escaped; `undefined` and `false` vanish. */
export type HtmlPart = Html | string | number | undefined | false | readonly HtmlPart[];

/** A page's text. Every value put in is escaped, so nothing from outside becomes markup. */
export function html(texts: TemplateStringsArray, ...parts: readonly HtmlPart[]): Html {
  return new Html(texts.map((text, at) => text + render(parts[at])).join(""));
}

function render(part: HtmlPart): string {
  if (part === undefined || part === false) return "";
  if (part instanceof Html) return part.text;
  if (typeof part === "object") return part.map(render).join("");
  return String(part).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** Text of our own that is markup, or a style, already. Never anything from outside. */
export function raw(text: string): Html {
  return new Html(text);
}
