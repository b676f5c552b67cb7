import { build } from "./build.mjs";
import { check } from "./check.mjs";
import { runTests, testFiles } from "./run-tests.mjs";

// Everything that needs nothing but Node. What needs a browser or a database server is
// in files of its own, which `.ci/run` runs with `--ci`.
if (process.argv.includes("--ci")) {
  await runTests(testFiles(".ci-test.ts"));
} else {
  await build();
  await check();
  await runTests(testFiles(".test.ts"));
}
