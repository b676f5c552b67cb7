import { existsSync } from "node:fs";
import { build } from "./build.mjs";
import { run } from "./run.mjs";

// `npm run portal -- COMMAND`: the portal's own commands. Called while `npm start` runs, it
// must not take that one's files away, so it builds only what is not there.
if (!existsSync("apps/portal/dist/cli.js")) await build();
await run(process.execPath, ["apps/portal/dist/cli.js", ...process.argv.slice(2)]);
