/** A tag of a page's head: its name in lower case, and its attributes, whose names are too. */
export interface HeadTag {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/**
 * The tags of an HTML document up to its body. What people may write into a page stands
 * further down, and in comments, scripts and titles, so none of these is looked into. Takes
 * time in proportion to the text, whatever the text is.
 */
export function headTags(html: string): HeadTag[] {
  const tags: HeadTag[] = [];
  let at = html.indexOf("<");
  while (at >= 0) {
    if (html.startsWith("<!--", at)) {
      at = html.indexOf("<", behind(html, "-->", at + 4));
      continue;
    }
    const tag = isTag(html, at) ? tagAt(html, at) : undefined;
    if (tag === "unfinished" || (tag && endOfHead.has(tag.name))) break;
    if (tag) tags.push(tag);
    at = html.indexOf("<", tag ? behindTag(html, tag) : at + 1);
  }
  return tags;
}

interface FoundTag extends HeadTag {
  readonly end: number;
}

const endOfHead: ReadonlySet<string> = new Set(["body", "/head", "/html", "frameset"]);
const rawText: ReadonlySet<string> = new Set(["script", "style", "title", "noscript", "template"]);

// Of both no alternative can begin where another could, so that nothing is tried twice.
const tagPattern = /<(\/?[a-z][\w-]*)((?:[^>"']|"[^"]*"|'[^']*')*)>/iy;
const attributePattern = /([^\s"'=/]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"']+)))?/g;

function isTag(html: string, at: number): boolean {
  return /^<\/?[a-z]/i.test(html.slice(at, at + 3));
}

/** The tag that begins here; `"unfinished"` where it never ends, and so takes all that follows. */
function tagAt(html: string, at: number): FoundTag | "unfinished" {
  tagPattern.lastIndex = at;
  const match = tagPattern.exec(html);
  if (!match) return "unfinished";
  const [, name = "", rest = ""] = match;
  const attributes: Record<string, string> = {};
  for (const [, key = "", double, single, bare] of rest.matchAll(attributePattern)) {
    attributes[key.toLowerCase()] ??= decoded(double ?? single ?? bare ?? "");
  }
  return { name: name.toLowerCase(), attributes, end: tagPattern.lastIndex };
}

/** Where to look on: behind the tag, and behind the text of those that hold text only. */
function behindTag(html: string, { name, end }: FoundTag): number {
  if (!rawText.has(name)) return end;
  const closing = new RegExp(`</${name}`, "gi");
  closing.lastIndex = end;
  return closing.test(html) ? closing.lastIndex : html.length;
}

function behind(html: string, end: string, from: number): number {
  const found = html.indexOf(end, from);
  return found < 0 ? html.length : found + end.length;
}

const named: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"' };

/** Section 7.3.3 of OpenID 2.0 allows these entities in an address, and no others. */
function decoded(value: string): string {
  return value.replace(/&(amp|lt|gt|quot);/g, (_, name: string) => named[name] ?? "");
}
