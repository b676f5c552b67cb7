import type { Server } from "node:http";
import { createAdaptorServer } from "@hono/node-server";
import type { Logger } from "sallyport";
import { openDatabase, openSecret } from "./database.ts";
import { createPortal } from "./portal.ts";
import { createPortalAuth } from "./portal-auth.ts";
import type { Settings } from "./settings.ts";

/** A portal that answers. */
export interface RunningPortal {
  readonly port: number;
  /** Lets requests under way finish, then ends. */
  close(): Promise<void>;
}

/** Starts the portal. @throws where the port is taken or the database cannot be opened. */
export async function servePortal(settings: Settings, logger: Logger): Promise<RunningPortal> {
  const storage = openDatabase(settings);
  await storage.migrate();
  const site = { name: settings.siteName, supportEmail: settings.supportEmail };
  const auth = createPortalAuth(settings, { storage, secret: openSecret(settings), site, logger });
  const portal = createPortal({ auth, storage, site, enabled: settings.peeringdb !== undefined });
  // Without options it makes a plain HTTP server.
  const server = createAdaptorServer({ fetch: portal.fetch }) as Server;
  await listen(server, settings.port);
  const address = server.address();
  return {
    port: typeof address === "object" && address ? address.port : settings.port,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeIdleConnections();
      await closed;
      await auth.close();
    },
  };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, resolve);
  });
}
