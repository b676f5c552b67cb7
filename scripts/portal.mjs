import { build } from "./build.mjs";
import { run } from "./run.mjs";

// `npm run portal -- COMMAND`: the portal's own commands.
await build();
await run(process.execPath, ["apps/portal/dist/cli.js", ...process.argv.slice(2)]);
