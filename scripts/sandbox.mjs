import { build } from "./build.mjs";
import { run } from "./run.mjs";

// `npm run sandbox -- OPTIONS`: the pretend PeeringDB alone.
await build();
await run(process.execPath, ["packages/sandbox/dist/cli.js", ...process.argv.slice(2)]);
