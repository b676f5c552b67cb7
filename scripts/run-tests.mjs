import { existsSync, readdirSync } from "node:fs";
import { availableParallelism } from "node:os";
import { run } from "./run.mjs";

const folders = [
  "packages/sallyport",
  "packages/sandbox",
  "apps/portal",
  "examples",
  "reliability",
  "docs",
];

/** Test files below the workspaces whose names end so. Node 20's runner takes no globs. */
export function testFiles(ending) {
  return folders
    .map((folder) => `${folder}/test`)
    .filter((folder) => existsSync(folder))
    .flatMap((folder) =>
      readdirSync(folder, { recursive: true })
        .filter((file) => file.endsWith(ending))
        .map((file) => `${folder}/${file}`),
    )
    .sort();
}

// A file is a process. Many of them wait for servers and for other processes, so a core is no limit;
// by itself the runner leaves one free.
const atOnce = `--test-concurrency=${availableParallelism()}`;

/** Runs test files from their sources, without a build. */
export function runTests(files, env) {
  return run(
    process.execPath,
    ["--conditions=sallyport-source", "--import", "tsx", "--test", atOnce, ...files],
    env,
  );
}
