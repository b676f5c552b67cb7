import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { blocks, pages, root } from "./markdown.ts";

test("every ts block of the documentation compiles", () => {
  const examples = pages().flatMap((page) =>
    blocks(page)
      .filter(({ info }) => /^(ts|typescript)\b/.test(info))
      .map((block) => ({ ...block, path: page.path })),
  );
  assert.ok(examples.length > 5, "there are examples to compile");
  const unusual = examples.filter(({ info }) => info !== "ts");
  assert.deepEqual(
    unusual.map(({ path, line, info }) => `${path}:${line - 1}: "${info}"`),
    [],
    "a block is `ts` and nothing else, so that it is compiled",
  );

  // Here and not in the system's folder, so that packages are found by their names. The dot
  // hides it from a check of everything that runs at the same time.
  const folder = mkdtempSync(`${import.meta.dirname}/.blocks-`);
  try {
    examples.forEach(({ line, code }, at) => {
      // As many lines before it as on its page: the compiler's numbers are the page's.
      const text = "\n".repeat(line - 1) + code.join("\n");
      writeFileSync(`${folder}/${at}.ts`, `${text}\n`);
    });
    const config = {
      extends: "../../../tsconfig.base.json",
      compilerOptions: {
        noEmit: true,
        customConditions: ["sallyport-source"],
        moduleDetection: "force",
      },
      include: ["*.ts"],
    };
    writeFileSync(`${folder}/tsconfig.json`, JSON.stringify(config));
    const compiler = `${root}node_modules/.bin/tsc`;
    const { stdout, stderr, status, error } = spawnSync(
      compiler,
      ["-p", folder, "--pretty", "false"],
      { cwd: folder, encoding: "utf8" },
    );
    if (error) throw error;
    const said = stdout.replace(
      /^(?:\S*[\\/])?(\d+)\.ts\((\d+),\d+\)/gm,
      (_, at: string, line: string) => `${examples[Number(at)]?.path}:${line}`,
    );
    assert.equal(status, 0, said + stderr);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
