import { ensureInstalled } from "./ensure-installed.mjs";
import { runInstalled } from "./run.mjs";

/** Compiles the packages, then the portal, which uses them by name. */
export async function build() {
  await ensureInstalled();
  await compileLibrary();
  for (const folder of ["packages/sandbox", "apps/portal"]) await compile(folder);
}

/** Comments are in the declarations, for editors, and not in what runs. */
export async function compileLibrary() {
  await compile("packages/sallyport");
  await runInstalled("tsc", ["-p", "packages/sallyport/tsconfig.types.json"]);
}

export function compile(folder) {
  return runInstalled("tsc", ["-p", `${folder}/tsconfig.build.json`]);
}

if (import.meta.filename === process.argv[1]) await build();
