import { readFileSync, writeFileSync } from "node:fs";
import type { Figures, Table } from "./measure.ts";

const page = new URL("../../docs/explanation/reliability.md", import.meta.url);

/** Puts a measure's figures into their place on the page. @throws where it has none. */
export function writeFigures(name: string, figures: Figures, machine: string): void {
  const before = readFileSync(page, "utf8");
  const [from, to] = [`<!-- reliability:${name} -->\n`, `<!-- /reliability:${name} -->`];
  const [start, end] = [before.indexOf(from), before.indexOf(to)];
  if (start < 0 || end < start) throw new Error(`reliability.md has no ${from.trim()} … ${to}`);
  const block = `\n${toTable(figures)}\n${machine}\n\n`;
  writeFileSync(page, before.slice(0, start + from.length) + block + before.slice(end));
}

/** The figures as tables in Markdown. */
export function toTable({ more = [], ...first }: Figures): string {
  return [first, ...more].map(markdownOf).join("\n");
}

function markdownOf({ columns, rows }: Table): string {
  return [columns, columns.map(() => "---"), ...rows]
    .map((cells) => `| ${cells.join(" | ")} |\n`)
    .join("");
}
