import { spawn } from "node:child_process";
import { once } from "node:events";
import { build } from "./build.mjs";
import { run } from "./run.mjs";

// Portal and sandbox together, ready to be clicked. Settings of your own win.
const sandboxPort = process.env.SANDBOX_PORT || "4000";
const environment = {
  ...process.env,
  PORT: process.env.PORT || "3000",
  AUTH_PEERINGDB_ENABLED: process.env.AUTH_PEERINGDB_ENABLED || "true",
  PEERINGDB_URL: process.env.PEERINGDB_URL || `http://localhost:${sandboxPort}`,
  PEERINGDB_OAUTH_CLIENT_ID: process.env.PEERINGDB_OAUTH_CLIENT_ID || "sandbox-client",
  PEERINGDB_OAUTH_CLIENT_SECRET: process.env.PEERINGDB_OAUTH_CLIENT_SECRET || "sandbox-secret",
  IDENTITY_SITENAME: process.env.IDENTITY_SITENAME || "Example IX",
};

await build();
await run(process.execPath, ["apps/portal/dist/cli.js", "demo-members"], environment);

const children = [
  start("packages/sandbox/dist/cli.js", "--port", sandboxPort),
  start("apps/portal/dist/cli.js", "serve"),
];
// Whichever ends first, by itself or by Ctrl-C, the other ends with it.
process.on("SIGINT", end);
process.on("SIGTERM", end);
await Promise.race([listening(), anyExit()]);
if (children.every(running)) {
  console.log(`
Open ${process.env.BASE_URL || `http://localhost:${environment.PORT}`} and sign in with PeeringDB
as Ada Example, who is affiliated with three networks, two of them members here.
Ctrl-C ends it all.
`);
}
await anyExit();
end();
await Promise.all(children.filter(running).map((child) => once(child, "exit")));
process.exitCode = Math.max(...children.map(({ exitCode }) => exitCode ?? 0));

function start(...args) {
  return spawn(process.execPath, args, { stdio: "inherit", env: environment });
}

function running({ exitCode, signalCode }) {
  return exitCode === null && signalCode === null;
}

function anyExit() {
  return children.every(running)
    ? Promise.race(children.map((child) => once(child, "exit")))
    : undefined;
}

function end() {
  for (const child of children.filter(running)) child.kill("SIGTERM");
}

/** Until both answer. */
async function listening() {
  const addresses = [environment.PORT, sandboxPort].map((port) => `http://localhost:${port}/`);
  for (const address of addresses) {
    while (!(await fetch(address, { redirect: "manual" }).catch(() => undefined))) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
