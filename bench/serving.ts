import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** What a server's process tells the bench: where it listens, then its CPU time when asked. */
export type ServerReport = { readonly port: number } | { readonly cpuMicroseconds: number };

/**
 * Listens on a free port of loopback and hands its origin to `listen`, since a sign-in must
 * know its own address. Tells the bench the port, then answers each of its messages with the
 * CPU time that this process has used. Ends when the bench lets go of it.
 */
export async function serve(listen: (origin: string) => RequestListener): Promise<Server> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  server.on("request", listen(`http://127.0.0.1:${port}`));

  const tell = (report: ServerReport) => process.send?.(report);
  process.on("message", () => {
    const { user, system } = process.cpuUsage();
    tell({ cpuMicroseconds: user + system });
  });
  process.on("disconnect", () => process.exit(0));
  tell({ port });
  return server;
}
