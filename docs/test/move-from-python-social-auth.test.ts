import assert from "node:assert/strict";
import { test } from "node:test";
import { catalogue, variableOf } from "../../packages/sallyport/src/settings.ts";
import { page } from "./markdown.ts";
import { replacedSettings } from "./replaced-settings.ts";

const ours = new Map(Object.keys(catalogue).map((name) => [variableOf(name), name]));
const replaced = replacedSettings.flatMap(([names]) => names.split(", "));
// A setting of that backend's alone, which has no name here.
const ofOneBackend = ["USE_UNIQUE_USER_ID"];

test("the settings side by side are those that settings.md has", () => {
  const { lines } = page("docs/how-to/move-from-python-social-auth.md");
  const from = lines.indexOf("## Settings side by side");
  const rows = lines
    .slice(from, lines.indexOf("## In the code"))
    .filter((line) => line.startsWith("| `"))
    .map((line) => line.split(" | "));
  assert.ok(rows.length >= 25, `${rows.length} rows`);
  for (const [theirs = "", here = ""] of rows) {
    for (const [, variable = ""] of theirs.matchAll(/`([A-Z_\d]+)`/g)) {
      const name = variable.replace(/^SOCIAL_AUTH_(GITHUB_|GOOGLE_OAUTH2_)?/, "");
      if (replaced.includes(name) || ofOneBackend.includes(name)) continue;
      const own = ours.get(`SOCIAL_AUTH_${name}`) ?? assert.fail(`${variable} is no setting`);
      assert.ok(here.includes(`\`${own}\``) && here.includes("the same"), variable);
    }
  }
});
