import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

const cli = fileURLToPath(new URL("../src/cli.ts", import.meta.url));
const ours = ["--conditions=sallyport-source", "--import", "tsx", cli];

/** A command of the portal's, running in a process of its own. */
export interface PortalProcess {
  readonly child: ChildProcess;
  /** What it has written until now, to both streams. */
  output(): string;
  /** Until it has written this. @throws if it ends first. */
  says(text: string): Promise<void>;
  /** Its exit code, once it has ended. */
  readonly ended: Promise<number | null>;
}

/** Runs `portal …args` with this environment and no other; it ends with the test. */
export function startPortal(
  t: { after(end: () => Promise<void>): void },
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): PortalProcess {
  const env = { PATH: process.env.PATH, ...environment };
  const child = spawn(process.execPath, [...ours, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    env,
  });
  let written = "";
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk) => {
      written += chunk;
    });
  }
  t.after(async () => {
    child.kill("SIGKILL");
    await ended;
  });
  return {
    child,
    ended,
    output: () => written,
    async says(text) {
      while (!written.includes(text)) {
        if (child.exitCode !== null) throw new Error(`it ended without "${text}": ${written}`);
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    },
  };
}

/** Runs a command to its end. */
export async function runPortal(
  t: { after(end: () => Promise<void>): void },
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<{ readonly code: number | null; readonly output: string }> {
  const portal = startPortal(t, args, environment);
  return { code: await portal.ended, output: portal.output() };
}
