import type { Server } from "node:http";
import type { Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { createAdaptorServer } from "@hono/node-server";
import type { Logger } from "sallyport";
import { openDatabase, openSecrets } from "./database.ts";
import { createPortal } from "./portal.ts";
import { createPortalAuth } from "./portal-auth.ts";
import type { Settings } from "./settings.ts";

/** A portal that answers. */
export interface RunningPortal {
  readonly port: number;
  /**
   * Is not ready any more at once, ends accepting after the settings' `drainSeconds`, and ends
   * when what is under way is answered.
   */
  close(): Promise<void>;
}

/**
 * Milliseconds for requests that are under way. A login has its answer, good or bad, within the
 * 15 s that `createAuth` gives it, so nobody who is at PeeringDB's mercy is cut off.
 */
const patience = 16_000;

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
  let draining = false;
  const portal = createPortal({
    auth,
    storage,
    site,
    enabled,
    logger,
    draining: () => draining,
  });
  // Without options it makes a plain HTTP server.
  const server = createAdaptorServer({ fetch: portal.fetch }) as Server;
  const silent = silentConnections(server);
  // Before the portal answers. Whoever keeps a connection alive would come back on it.
  server.prependListener("request", (_, response) => {
    if (draining) response.setHeader("connection", "close");
  });
  await listen(server, settings);
  const address = server.address();
  return {
    port: typeof address === "object" && address ? address.port : settings.port,
    async close() {
      draining = true;
      await sleep(settings.drainSeconds * 1000);
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of silent) socket.destroy();
      // Connections that are kept alive become idle as their requests are answered.
      const tidying = setInterval(() => server.closeIdleConnections(), 50);
      const cutting = setTimeout(() => server.closeAllConnections(), patience);
      await closed;
      clearInterval(tidying);
      clearTimeout(cutting);
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
