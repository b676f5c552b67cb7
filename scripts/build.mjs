import { ensureInstalled } from "./ensure-installed.mjs";
import { runInstalled } from "./run.mjs";

/** Compiles the packages, then the portal, which uses them by name. */
export async function build() {
  await ensureInstalled();
  for (const folder of ["packages/sallyport", "packages/sandbox", "apps/portal"]) {
    await runInstalled("tsc", ["-p", `${folder}/tsconfig.build.json`]);
  }
}

if (import.meta.filename === process.argv[1]) await build();
