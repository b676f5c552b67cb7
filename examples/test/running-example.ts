import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { type Sandbox, startSandbox } from "sallyport-sandbox";

/** An example that listens, and the PeeringDB that it asks. */
export interface RunningExample {
  readonly origin: string;
  readonly sandbox: Sandbox;
  /** The file that its database is in. */
  readonly database: string;
}

/** Runs an example as its reader would, in a process of its own; it ends with the test. */
export async function startExample(t: TestContext, file: string): Promise<RunningExample> {
  const sandbox = await startSandbox();
  t.after(() => sandbox.close());
  const folder = mkdtempSync(join(tmpdir(), "example-test-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));

  const database = join(folder, "example.db");
  const port = String(await freePort());
  const path = fileURLToPath(new URL(`../${file}`, import.meta.url));
  const child = spawn(
    process.execPath,
    ["--conditions=sallyport-source", "--import", "tsx", path],
    {
      stdio: ["ignore", "pipe", "pipe"],
      env: {
        PATH: process.env.PATH,
        PORT: port,
        DATABASE: database,
        SALLYPORT_SECRET: "a secret of the tests, long enough to pass",
        SOCIAL_AUTH_PEERINGDB_KEY: "sandbox-client",
        SOCIAL_AUTH_PEERINGDB_SECRET: "sandbox-secret",
        SOCIAL_AUTH_PEERINGDB_URL: sandbox.url,
        SOCIAL_AUTH_OIDC_KEY: "sandbox-client",
        SOCIAL_AUTH_OIDC_SECRET: "sandbox-secret",
        SOCIAL_AUTH_OIDC_TOKEN_ENDPOINT_AUTH_METHOD: "client_secret_post",
        SOCIAL_AUTH_OIDC_OIDC_ENDPOINT: `${sandbox.url}/oauth2`,
        SOCIAL_AUTH_GITHUB_KEY: "a-client",
        SOCIAL_AUTH_GITHUB_SECRET: "a-secret",
      },
    },
  );
  const ended = new Promise((resolve) => child.once("close", resolve));
  t.after(async () => {
    child.kill();
    await ended;
  });
  const origin = `http://localhost:${port}`;
  await new Promise<void>((resolve, reject) => {
    let output = "";
    const read = (chunk: Buffer) => {
      output += chunk;
      if (output.includes(`Open ${origin}`)) resolve();
    };
    child.stdout.on("data", read);
    child.stderr.on("data", read);
    child.once("close", () => reject(new Error(`${file} ended: ${output}`)));
  });
  return { origin, sandbox, database };
}

/** A browser that keeps cookies and follows one redirect at a time. */
export function browserOf(origin: string) {
  const cookies = new Map<string, string>();
  return async (path: string, init: RequestInit = {}): Promise<Response> => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const headers = { ...init.headers, ...(cookie && { cookie }) };
    const response = await fetch(new URL(path, origin), { ...init, headers, redirect: "manual" });
    for (const line of response.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value) cookies.set(name, value);
      else cookies.delete(name);
    }
    return response;
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (typeof address === "object" && address) return address.port;
  throw new Error("no port is free");
}
