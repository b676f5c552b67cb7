import { type ChildProcess, type SpawnOptions, spawn, spawnSync } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import type { Ends } from "./measure.ts";

/** A process that we started. */
export interface Running {
  readonly child: ChildProcess;
  /** What it has written until now, to both streams. */
  output(): string;
  /** Sends a signal, and waits until it has ended. */
  end(signal: NodeJS.Signals): Promise<void>;
  /** How it ended, once it has: its exit code, or the signal. */
  readonly ended: Promise<number | NodeJS.Signals | null>;
}

/** Starts a program. */
export function start(
  ends: Ends,
  program: string,
  args: readonly string[],
  options: SpawnOptions = {},
): Running {
  return watch(ends, spawn(program, args, { stdio: ["ignore", "pipe", "pipe"], ...options }));
}

/** A process that was just started; it is killed with what needs it. */
export function watch(ends: Ends, child: ChildProcess): Running {
  let written = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (chunk: string) => {
      written += chunk;
    });
  }
  const ended = new Promise<number | NodeJS.Signals | null>((resolve) => {
    child.once("exit", (code, signal) => resolve(signal ?? code));
    child.once("error", () => resolve(null));
  });
  const end = async (signal: NodeJS.Signals) => {
    child.kill(signal);
    await ended;
  };
  ends.after(() => end("SIGKILL"));
  return { child, output: () => written, ended, end };
}

/** Runs a program to its end. @throws with what it wrote, where it fails. */
export function run(program: string, args: readonly string[], options: SpawnOptions = {}): void {
  const { status, stdout, stderr, error } = spawnSync(program, args, options);
  if (error) throw error;
  if (status !== 0) throw new Error(`${program} ended with ${status}: ${stdout}${stderr}`);
}

/**
 * What runs a server as Debian's user of it: these servers refuse to run as root. Nothing for
 * whoever is not root, and runs them as themselves.
 */
export function asUser(name: string): SpawnOptions & { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {};
  const id = (option: string) =>
    Number(spawnSync("id", [option, name], { encoding: "utf8" }).stdout);
  return { uid: id("-u"), gid: id("-g") };
}

/** Waits until something holds. @throws where it does not in time. */
export async function until(
  what: string,
  holds: () => Promise<boolean> | boolean,
  seconds = 30,
): Promise<void> {
  const giveUpAt = performance.now() + seconds * 1000;
  while (!(await holds())) {
    if (performance.now() > giveUpAt) throw new Error(`not in ${seconds} s: ${what}`);
    await sleep(20);
  }
}
