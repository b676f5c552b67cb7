import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

const main = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));

/** How a command ended, and what it wrote. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `sallyport …args` in a process of its own, with this environment and no other. */
export function runCommand(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  return startCommand(args, environment).ended;
}

/** The same, while it runs. */
export function startCommand(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
) {
  const child = spawn(
    process.execPath,
    ["--conditions=sallyport-source", "--import", "tsx", main, ...args],
    { env: { PATH: process.env.PATH, ...environment }, stdio: ["ignore", "pipe", "pipe"] },
  );
  const written = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name].on("data", (chunk) => {
      written[name] += chunk;
    });
  }
  const ended = new Promise<Ended>((resolve) =>
    child.once("close", (code) => resolve({ code, ...written })),
  );
  return { child, ended };
}
