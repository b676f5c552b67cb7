import { compile, compileLibrary } from "./build.mjs";
import { ensureInstalled } from "./ensure-installed.mjs";
import { run } from "./run.mjs";

// `npm run reliability -- [--only NAME] [--SIZE NUMBER]`: measures what
// docs/explanation/reliability.md promises, and writes the figures there. Compiled, as in
// production.
await ensureInstalled();
await compileLibrary();
for (const folder of ["packages/sandbox", "bench", "reliability"]) await compile(folder);
await run(process.execPath, ["reliability/dist/main.js", ...process.argv.slice(2)]);
