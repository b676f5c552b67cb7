import type { Server } from "node:http";
import type { Socket } from "node:net";
import { createAdaptorServer } from "@hono/node-server";
import type { Logger } from "sallyport";
import { openDatabase, openSecrets } from "./database.ts";
import { createPortal } from "./portal.ts";
import { createPortalAuth } from "./portal-auth.ts";
import type { Settings } from "./settings.ts";

/** A portal that answers. */
export interface RunningPortal {
  readonly port: number;
  /** Ends, after at most two seconds for requests that are under way. */
  close(): Promise<void>;
}

/** Starts the portal. @throws where the port is taken or the database cannot be opened. */
export async function servePortal(settings: Settings, logger: Logger): Promise<RunningPortal> {
  const storage = openDatabase(settings);
  const secrets = openSecrets(settings);
  await storage.migrate();
  const site = { name: settings.siteName, supportEmail: settings.supportEmail };
  const auth = createPortalAuth(settings, {
    storage,
    secrets,
    site,
    logger,
  });
  const enabled = settings.peeringdb !== undefined;
  const portal = createPortal({ auth, storage, site, enabled, logger });
  // Without options it makes a plain HTTP server.
  const server = createAdaptorServer({ fetch: portal.fetch }) as Server;
  const silent = silentConnections(server);
  await listen(server, settings);
  const address = server.address();
  return {
    port: typeof address === "object" && address ? address.port : settings.port,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeIdleConnections();
      for (const socket of silent) socket.destroy();
      const patience = setTimeout(() => server.closeAllConnections(), 2000);
      await closed;
      clearTimeout(patience);
      await auth.close();
    },
  };
}

// Browsers connect ahead of their next request. Node counts such a connection as busy.
function silentConnections(server: Server): ReadonlySet<Socket> {
  const silent = new Set<Socket>();
  server.on("connection", (socket) => {
    silent.add(socket);
    socket.once("close", () => silent.delete(socket));
  });
  server.on("request", ({ socket }) => silent.delete(socket));
  return silent;
}

function listen(server: Server, { port, host }: Settings): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ port, host }, resolve);
  });
}
