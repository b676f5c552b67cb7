/** An element of an XML document. Its name is as it stands there, prefix included. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly XmlElement[];
  /** The text between its tags, without that of its children. */
  readonly text: string;
}

/** The longest document that is read, in characters. */
export const longestXml = 256 * 1024;

/** How deep elements may lie in each other. */
export const deepestXml = 32;

/**
 * Reads an XML 1.0 document of a provider's, and refuses what a profile has no use for:
 * document types and their entities, processing instructions, other encodings than UTF-8.
 *
 * @throws `SyntaxError`, with the place but without a word of the document.
 */
export function parseXml(document: string): XmlElement {
  if (document.length > longestXml) throw fault(`more than ${longestXml} characters`);
  const text = document.replace(/^\uFEFF/, "").replace(/\r\n?/g, "\n");
  const stray = text.search(notAllowed);
  if (stray >= 0) throw fault("a character that XML does not have", stray);
  return new Reader(text).document();
}

/** A name without its prefix, where no two that are read differ in their prefixes only. */
export function localName({ name }: XmlElement): string {
  return name.slice(name.indexOf(":") + 1);
}

/** The children of this name, whatever their prefixes. */
export function childrenNamed(
  element: XmlElement | undefined,
  name: string,
): readonly XmlElement[] {
  return element?.children.filter((child) => localName(child) === name) ?? [];
}

/** The first child of this name, prefix included; undefined where there is none. */
export function childOf(element: XmlElement | undefined, name: string): XmlElement | undefined {
  return element?.children.find((child) => child.name === name);
}

interface OpenElement extends XmlElement {
  readonly attributes: Map<string, string>;
  readonly children: OpenElement[];
  text: string;
}

const namePattern = "[\\p{L}_][\\p{L}\\p{N}_.-]*(?::[\\p{L}_][\\p{L}\\p{N}_.-]*)?";
const declaration = /<\?xml\s[^?<>]*\?>/y;
const opening = new RegExp(`<(${namePattern})`, "uy");
const attribute = new RegExp(`\\s+(${namePattern})\\s*=\\s*(?:"([^"<]*)"|'([^'<]*)')`, "uy");
const openingEnd = /\s*(\/?)>/y;
const closing = new RegExp(`</(${namePattern})\\s*>`, "uy");
const characters = /[^<]+/y;
const reference = /&(?:#(\d{1,7})|#x([\da-fA-F]{1,6})|(\w+));|&/g;
// What XML 1.0 has no place for: section 2.2.
const notAllowed = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/u;
const predefined: ReadonlyMap<string, string> = new Map([
  ["amp", "&"],
  ["lt", "<"],
  ["gt", ">"],
  ["quot", '"'],
  ["apos", "'"],
]);

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  document(): XmlElement {
    const declared = this.#take(declaration)?.[0];
    const encoding = /\sencoding\s*=\s*["']([^"']*)["']/.exec(declared ?? "")?.[1] ?? "utf-8";
    if (!/^(utf-8|us-ascii)$/i.test(encoding)) throw fault("an encoding other than UTF-8");

    const open: OpenElement[] = [];
    let root: OpenElement | undefined;
    while (this.#at < this.#text.length) {
      const around = open.at(-1);
      const start = this.#at;
      if (this.#skipComment()) continue;
      const text = this.#characterData();
      if (text !== undefined) {
        if (around) around.text += text;
        else if (text.trim() !== "" || this.#text[start] === "<")
          throw fault("text outside the root element", start);
      } else if (this.#text.startsWith("</", start)) {
        if (this.#take(closing)?.[1] !== around?.name) throw fault("a wrong closing tag", start);
        open.pop();
      } else {
        const { element, isEmpty } = this.#opening();
        if (!around && root) throw fault("a second root element", start);
        if (open.length === deepestXml) throw fault(`more than ${deepestXml} levels`, start);
        around?.children.push(element);
        root ??= element;
        if (!isEmpty) open.push(element);
      }
    }
    if (!root || open.length > 0) throw fault("a document that breaks off", this.#at);
    return root;
  }

  #opening(): { readonly element: OpenElement; readonly isEmpty: boolean } {
    const start = this.#at;
    const name = this.#take(opening)?.[1];
    if (name === undefined) throw fault("markup that is not read here", start);
    const attributes = new Map<string, string>();
    for (let found = this.#take(attribute); found; found = this.#take(attribute)) {
      const [, key = "", double, single] = found;
      if (attributes.has(key)) throw fault("an attribute that is there twice", start);
      attributes.set(key, decoded((double ?? single ?? "").replace(/[\t\n]/g, " "), start));
    }
    const end = this.#take(openingEnd);
    if (!end) throw fault("a tag that is none", start);
    return { element: { name, attributes, children: [], text: "" }, isEmpty: end[1] === "/" };
  }

  /** Text up to the next markup, or a CDATA section; undefined where there is neither. */
  #characterData(): string | undefined {
    const start = this.#at;
    if (this.#text.startsWith("<![CDATA[", start)) return this.#upTo("]]>", 9);
    const text = this.#take(characters)?.[0];
    if (text?.includes("]]>")) throw fault('"]]>" in a text', start);
    return text === undefined ? undefined : decoded(text, start);
  }

  #skipComment(): boolean {
    const start = this.#at;
    if (!this.#text.startsWith("<!--", start)) return false;
    if (this.#upTo("-->", 4).includes("--")) throw fault('"--" in a comment', start);
    return true;
  }

  #upTo(end: string, skipped: number): string {
    const from = this.#at + skipped;
    const found = this.#text.indexOf(end, from);
    if (found < 0) throw fault("a section that breaks off", this.#at);
    this.#at = found + end.length;
    return this.#text.slice(from, found);
  }

  #take(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text) ?? undefined;
    if (found) this.#at = pattern.lastIndex;
    return found;
  }
}

/** Entities resolved: the five of XML's own, and characters by their number. */
function decoded(text: string, at: number): string {
  return text.replace(reference, (_, decimal?: string, hex?: string, name?: string) => {
    const code = decimal ? Number(decimal) : hex ? Number.parseInt(hex, 16) : undefined;
    const isOne = code !== undefined && code <= 0x10ffff;
    const character = isOne ? String.fromCodePoint(code) : predefined.get(name ?? "");
    if (character !== undefined && !notAllowed.test(character)) return character;
    throw fault("an entity that is not read here", at);
  });
}

function fault(what: string, at?: number): SyntaxError {
  return new SyntaxError(`XML with ${what}${at === undefined ? "" : ` at character ${at}`}`);
}
