import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** The repository's root. */
export const root = fileURLToPath(new URL("../..", import.meta.url));

/** A Markdown file that people read. */
export interface Page {
  /** Below the repository's root. */
  readonly path: string;
  readonly lines: readonly string[];
}

/** One page. */
export function page(path: string): Page {
  return { path, lines: readFileSync(root + path, "utf8").split(/\r?\n/) };
}

/** All pages: at the root, below docs/, and each package's own. */
export function pages(): readonly Page[] {
  const docs = readdirSync(`${root}docs`, { recursive: true, encoding: "utf8" });
  const packages = readdirSync(`${root}packages`);
  return [
    ...readdirSync(root),
    ...docs.map((path) => `docs/${path}`),
    ...packages.map((name) => `packages/${name}/README.md`),
  ]
    .filter((path) => path.endsWith(".md") && existsSync(root + path))
    .sort()
    .map(page);
}

/** A fenced block of code. */
export interface Block {
  /** What stands behind the fence: `ts`, `sh`, … */
  readonly info: string;
  /** The number of its first line of code, from 1. */
  readonly line: number;
  readonly code: readonly string[];
}

/** The fenced blocks of a page. */
export function blocks({ path, lines }: Page): readonly Block[] {
  const found: Block[] = [];
  let open: { info: string; line: number } | undefined;
  lines.forEach((text, at) => {
    const [, info] = /^```(.*)$/.exec(text) ?? [];
    if (info === undefined) return;
    if (open) found.push({ ...open, code: lines.slice(open.line - 1, at) });
    open = open ? undefined : { info: info.trim(), line: at + 2 };
  });
  if (open) throw new Error(`${path}:${open.line - 1}: the fence is never closed`);
  return found;
}

/** A line of prose, with its number from 1: what is not code. */
export function prose(of: Page): readonly { readonly line: number; readonly text: string }[] {
  const code = new Set(blocks(of).flatMap(({ line, code }) => code.map((_, at) => line + at)));
  return of.lines
    .map((text, at) => ({ line: at + 1, text }))
    .filter(({ line, text }) => !code.has(line) && !/^ {4}|^```/.test(text));
}

/** The page's headings, as they stand there. */
export function headings(of: Page): readonly string[] {
  return prose(of).flatMap(({ text }) => /^#+ (.*)$/.exec(text)?.[1] ?? []);
}

/** What `#…` may name in a page, as GitHub makes it of the headings. */
export function anchors(of: Page): ReadonlySet<string> {
  const made = new Set<string>();
  for (const heading of headings(of)) {
    const slug = heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, "")
      .replace(/\s/g, "-");
    let anchor = slug;
    for (let number = 1; made.has(anchor); number++) anchor = `${slug}-${number}`;
    made.add(anchor);
  }
  return made;
}

/** The lines below a heading of the third level, up to the next heading. */
export function section(of: Page, heading: string): readonly string[] {
  const from = of.lines.indexOf(`### ${heading}`);
  if (from < 0) return [];
  const length = of.lines.slice(from + 1).findIndex((text) => /^#{1,3} /.test(text));
  return of.lines.slice(from + 1, length < 0 ? undefined : from + 1 + length);
}
