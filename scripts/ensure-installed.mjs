import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { run } from "./run.mjs";

const mark = "node_modules/.sallyport-installed";

/**
 * Installs what the lock file names, unless exactly that is installed already. The mark
 * holds the lock file's hash and the Node version that native packages were built for.
 */
export async function ensureInstalled() {
  refuseOldNode();
  const lock = createHash("sha256").update(readFileSync("package-lock.json")).digest("hex");
  const wanted = `${lock} ${process.versions.modules}\n`;
  if (existsSync(mark) && readFileSync(mark, "utf8") === wanted) return;
  console.log("Installing what is missing; the first time takes a minute or two.");
  await run("npm", ["ci", "--include=dev", "--no-audit", "--no-fund", "--loglevel=error"]);
  writeFileSync(mark, wanted);
}

function refuseOldNode() {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  console.error(`Sallyport needs Node.js 20.19 or newer; this is ${process.versions.node}.`);
  process.exit(1);
}
