import { createServer, type RequestListener, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { pipeline, Readable } from "node:stream";
import type { Outcome } from "./answer.ts";

/** Servers that listen, and their end. */
export interface Listening {
  readonly port: number;
  /** Cuts whatever connections there are, those that hang too. */
  close(): Promise<void>;
}

/**
 * Listens on a host. On 127.0.0.1 it listens on [::1] as well where there is one: `localhost`
 * means either, and a browser asks the one a tester did not think of.
 */
export async function listen(
  listener: RequestListener,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<Listening> {
  const first = await listenOn(listener, host, port);
  const servers = [first];
  const bound = (first.address() as AddressInfo).port; // a TCP server's address is an object
  if (host === "127.0.0.1") {
    try {
      servers.push(await listenOn(listener, "::1", bound));
    } catch (error) {
      if (isCode(error, "EADDRINUSE")) {
        await closeAll(servers);
        if (port === 0) return listen(listener, { host, port }); // somebody has this one's twin
        throw error;
      }
      // Without IPv6 (EADDRNOTAVAIL, EAFNOSUPPORT) 127.0.0.1 is all that localhost means.
    }
  }
  return { port: bound, close: () => closeAll(servers) };
}

/** Sends an outcome. */
export function send(response: ServerResponse, outcome: Outcome): void {
  if (outcome === "hang") return;
  if (outcome === "drop") {
    response.destroy();
    return;
  }
  const { status, headers, body } = outcome;
  if (typeof body === "string") {
    response.writeHead(status, { ...headers, "Content-Length": Buffer.byteLength(body) });
    response.end(body);
  } else {
    response.writeHead(status, headers);
    pipeline(Readable.from(body), response, () => {}); // a client that had enough is no error
  }
}

/** Whether an error is Node's with this code. */
export function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}

async function listenOn(listener: RequestListener, host: string, port: number): Promise<Server> {
  // Longer than clients keep idle connections, so that they are the ones to close them.
  const server = createServer({ keepAliveTimeout: 120_000 }, listener);
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, resolve);
  });
  return server;
}

async function closeAll(servers: readonly Server[]): Promise<void> {
  const closed = servers.map((server) => new Promise((resolve) => server.close(resolve)));
  for (const server of servers) server.closeAllConnections();
  await Promise.all(closed);
}
