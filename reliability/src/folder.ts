import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Ends } from "./measure.ts";

/** A folder that goes with what needs it. Servers that run as users of their own can enter it. */
export function temporaryFolder(ends: Ends): string {
  const folder = mkdtempSync(join(tmpdir(), "sallyport-reliability-"));
  chmodSync(folder, 0o755);
  ends.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A port that nobody has, for a server that must come back to it. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (typeof address === "object" && address) return address.port;
  throw new Error("no port is free");
}
