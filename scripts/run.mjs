import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

/** The repository's root; every script works from there, wherever it was called. */
export const root = fileURLToPath(new URL("..", import.meta.url));
process.chdir(root);

/** Runs a command to its end with our terminal; the process ends with its code if it fails. */
export async function run(command, args, env = {}) {
  const child = spawn(command, args, { stdio: "inherit", env: { ...process.env, ...env } });
  // Ctrl-C reaches the child too; it decides when it is done, and we end after it.
  const ignore = () => {};
  process.on("SIGINT", ignore);
  const code = await new Promise((resolve, reject) => {
    child.on("exit", (status, signal) => resolve(signal ? 130 : (status ?? 1)));
    child.on("error", reject);
  });
  process.off("SIGINT", ignore);
  if (code !== 0) process.exit(code);
}

/** Runs a command of an installed package. */
export function runInstalled(name, args, env) {
  return run(`node_modules/.bin/${name}`, args, env);
}
