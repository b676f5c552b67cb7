import { ensureInstalled } from "./ensure-installed.mjs";
import { run, runInstalled } from "./run.mjs";

// `npm run reliability -- [--only NAME] [--SIZE NUMBER]`: measures what
// docs/explanation/reliability.md promises, and writes the figures there. Compiled, as in
// production.
await ensureInstalled();
for (const folder of ["packages/sallyport", "packages/sandbox", "bench", "reliability"]) {
  await runInstalled("tsc", ["-p", `${folder}/tsconfig.build.json`]);
}
await run(process.execPath, ["reliability/dist/main.js", ...process.argv.slice(2)]);
