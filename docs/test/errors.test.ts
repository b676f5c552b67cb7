import assert from "node:assert/strict";
import { test } from "node:test";
import { catalogue, type Explanation } from "sallyport";
import { refusals } from "sallyport/affiliations";
import { headings, page, section } from "./markdown.ts";

const errors = page("docs/reference/errors.md");

interface Documented extends Explanation {
  readonly status: number;
}

// Refusals are answered with 403: see `refuse`.
const documented: Readonly<Record<string, Documented>> = {
  ...catalogue,
  ...Object.fromEntries(
    Object.entries(refusals).map(([code, words]) => [code, { ...words, status: 403 }]),
  ),
};

for (const [code, { status, sentence }] of Object.entries(documented)) {
  test(`errors.md has ${code}, with its status and its sentence`, () => {
    const text = section(errors, `\`${code}\``).join("\n");
    assert.notEqual(text, "", `there is a heading "### \`${code}\`"`);
    assert.ok(text.includes(`Status ${status}`), `it says "Status ${status}"`);
    assert.ok(text.includes(`> ${sentence}`), `it quotes "> ${sentence}"`);
  });
}

test("errors.md has no code that does not exist", () => {
  const own = ["not_enabled", "page_unknown"];
  const codes = headings(errors).flatMap((heading) => /^`(\w+)`$/.exec(heading)?.[1] ?? []);
  assert.deepEqual(codes.toSorted(), [...Object.keys(documented), ...own].toSorted());
});
