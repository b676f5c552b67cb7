import { compile, compileLibrary } from "./build.mjs";
import { ensureInstalled } from "./ensure-installed.mjs";
import { run } from "./run.mjs";

// `npm run bench -- [--rounds 5] [--seconds 5] [--browsers 32]`. What runs is compiled, as in
// production: a loader of TypeScript would wrap every function and blur what is measured.
await ensureInstalled();
await compileLibrary();
await compile("bench");
await run(process.execPath, ["bench/dist/main.js", ...process.argv.slice(2)]);
