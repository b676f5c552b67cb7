import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { posix } from "node:path";
import { test } from "node:test";
import { anchors, type Page, page, pages, prose, root } from "./markdown.ts";

test("every link to another place in the repository leads there", () => {
  const broken = pages().flatMap((from) =>
    prose(from).flatMap(({ line, text }) =>
      targets(text)
        .filter((target) => !leadsSomewhere(from, target))
        .map((target) => `${from.path}:${line}: ${target}`),
    ),
  );
  assert.deepEqual(broken, []);
});

// What stands in the brackets of `[text](target)`; code in backticks is no link.
function targets(text: string): readonly string[] {
  const links = text.replace(/`[^`]*`/g, "code").matchAll(/\]\(([^)\s]+)\)/g);
  return [...links].map(([, target]) => target as string);
}

function leadsSomewhere(from: Page, target: string): boolean {
  if (/^[a-z][a-z+.-]*:/.test(target)) return true;
  const [file = "", anchor] = target.split("#");
  const path = file ? posix.join(posix.dirname(from.path), file) : from.path;
  if (path.startsWith("..") || !existsSync(root + path)) return false;
  return anchor === undefined || (path.endsWith(".md") && anchors(page(path)).has(anchor));
}
