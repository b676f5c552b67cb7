import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { defaultPeople } from "../src/index.ts";
import { toPeople } from "../src/people.ts";

const folder = mkdtempSync(join(tmpdir(), "sandbox-readme-"));
after(() => rmSync(folder, { recursive: true }));
const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");

function block(language: string): string {
  return new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, "s").exec(readme)?.[1] ?? "";
}

describe("the README", () => {
  it("has an example that runs", () => {
    const source = new URL("../src/index.ts", import.meta.url).href;
    const file = join(folder, "example.mts");
    writeFileSync(file, block("ts").replace('"sallyport-sandbox"', JSON.stringify(source)));
    const output = execFileSync(process.execPath, ["--import", "tsx", file], { encoding: "utf8" });
    assert.match(output, /^[A-Za-z0-9]{30}\n/);
    assert.match(output, /path: '\/oauth2\/authorize\/'/);
  });

  it("has a list of people that is one", () => {
    assert.equal(toPeople(JSON.parse(block("json"))).length, 1);
  });

  it("counts the built-in people right", () => {
    assert.ok(readme.includes(`Its ${defaultPeople.length} people`));
  });
});
