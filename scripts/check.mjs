import { ensureInstalled } from "./ensure-installed.mjs";
import { runInstalled } from "./run.mjs";
import { runTests } from "./run-tests.mjs";

/** Types, lint and format. */
export async function check() {
  await runInstalled("tsc", ["--noEmit", "-p", "tsconfig.json"]);
  await runInstalled("biome", ["ci", "--error-on-warnings", "."]);
}

if (import.meta.filename === process.argv[1]) {
  await ensureInstalled();
  await check();
  await runTests(["packages/sallyport/test/imports.test.ts"]);
}
