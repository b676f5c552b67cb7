import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { after, test } from "node:test";
import { BaseAuth } from "sallyport";
import { type BackendFixture, backendContract } from "sallyport/testing";
import { blocks, page } from "./markdown.ts";

// Whoever follows the page has a backend that passes: each fixture on it, with the class before it.

type BackendClass = new (settings?: object) => BaseAuth;

// Here, so that packages are found by their names; `examples.test.ts` says why the dot.
const folder = mkdtempSync(`${import.meta.dirname}/.backends-`);
after(() => rmSync(folder, { recursive: true }));

const classes: BackendClass[] = [];
const fixtures: BackendFixture[] = [];
for (const { line, code } of blocks(page("docs/how-to/add-a-backend.md"))) {
  const text = code.join("\n");
  if (!/^export (class|const fixture)/m.test(text)) continue;
  writeFileSync(`${folder}/${line}.ts`, text);
  const module = (await import(`${folder}/${line}.ts`)) as Readonly<Record<string, unknown>>;
  for (const value of Object.values(module)) {
    if (isBackendClass(value)) classes.push(value);
  }
  // The compiler has seen that it is one: `examples.test.ts`.
  if (module.fixture) fixtures.push(module.fixture as BackendFixture);
}

for (const fixture of fixtures) {
  test(`${fixture.backend}, as the page has it, passes the contract`, async (t) => {
    const Backend = classes.find((known) => new known().name === fixture.backend);
    assert.ok(Backend, "there is a class of that name");
    for (const { name, run } of backendContract((settings) => new Backend(settings), fixture)) {
      await t.test(name, run);
    }
  });
}

test("the page has a fixture for every protocol", () => {
  const names = fixtures.map(({ backend }) => backend);
  const wanted = ["", "-oidc", "-oauth1", "-openid", "-tickets", "-cards", "-proxy"];
  assert.deepEqual(
    names,
    wanted.map((kind) => `example${kind}`),
  );
});

function isBackendClass(value: unknown): value is BackendClass {
  return typeof value === "function" && value.prototype instanceof BaseAuth;
}
