import { spawn } from "node:child_process";
import type { TestContext } from "node:test";
import { fileURLToPath } from "node:url";

/** Starts one that is about to sign people in; what it gives lets it go on, and gives the answers' status. */
export async function loginProcess(
  t: TestContext,
  ...given: readonly [address: string, people: number, table?: string]
): Promise<() => Promise<readonly number[]>> {
  const script = fileURLToPath(new URL("login-process.ts", import.meta.url));
  const child = spawn(
    process.execPath,
    ["--conditions=sallyport-source", "--import", "tsx", script, ...given.map(String)],
    { stdio: ["pipe", "pipe", "inherit"] },
  );
  t.after(() => child.kill());
  let output = "";
  child.stdout.on("data", (data) => {
    output += data;
  });
  const ended = new Promise((resolve) => child.on("close", resolve));
  while (!output.includes("ready") && child.exitCode === null) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return async () => {
    child.stdin.write("go on\n");
    await ended;
    return JSON.parse(output.split("\n")[1] ?? "");
  };
}
