import { createServer } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { createAuth, defaultPipeline, type Storage } from "sallyport";
import { node } from "sallyport/adapters/node";
import { PeeringDBOAuth2 } from "sallyport/backends/peeringdb";
import { TelegramAuth } from "sallyport/backends/telegram";
import { mysqlStorage } from "sallyport/storage/mysql";
import { postgresStorage } from "sallyport/storage/postgres";
import { sqliteStorage } from "sallyport/storage/sqlite";
import { asking } from "./asking.ts";
import { botToken, type Settings } from "./settings.ts";

// One of several processes of an application, as docs/how-to/run-several-processes.md has it.
//   application SETTINGS

const settings = JSON.parse(process.argv[2] ?? "") as Settings;
const client = { clientId: "sandbox-client", clientSecret: "sandbox-secret" };
const common = {
  baseUrl: settings.origin,
  secrets: ["only the measures know this secret, and it opens nothing"],
  storage: openStorage(settings.database),
  logger: { info() {}, warn() {}, error: console.error },
  env: {},
};
const peeringdb = () => new PeeringDBOAuth2({ ...client, url: settings.provider });
const auth = createAuth({
  ...common,
  backends: [peeringdb(), new TelegramAuth({ botToken, botName: "reliability_bot" })],
  pipeline: defaultPipeline,
});
// New people are asked below /asking, and nowhere else.
const asks = createAuth({
  ...common,
  basePath: "/asking",
  backends: [peeringdb()],
  pipeline: asking,
});
await auth.ready().catch(() => {}); // makes the tables, if it can by now

let draining = false;
const served = node(
  auth,
  node(asks, async (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "/", settings.origin);
    const answer = (status: number, body: object) => {
      if (status === 503) response.setHeader("retry-after", "5");
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    };
    if (pathname === "/healthz") return answer(200, { alive: true });
    if (pathname === "/readyz") {
      const ready = !draining && (await auth.ready().then(yes, no));
      return answer(ready ? 200 : 503, { ready });
    }
    if (pathname === "/access-token") {
      const user = { id: Number(searchParams.get("user")) };
      return auth.accessToken(user, "peeringdb").then(
        (token) => answer(200, { token }),
        (error: Error) => answer(500, { error: error.message }),
      );
    }
    return answer(404, {});
  }),
);
const server = createServer((request, response) => {
  if (draining) response.setHeader("connection", "close");
  served(request, response);
});
server.listen(settings.port, "127.0.0.1");

process.on("SIGTERM", async () => {
  draining = true;
  await sleep(settings.drainSeconds * 1000);
  const closed = new Promise((resolve) => server.close(resolve));
  server.closeIdleConnections();
  setTimeout(() => server.closeAllConnections(), 16_000).unref();
  await closed;
  await auth.close();
  process.exit(0);
});
// Ends with whoever started it.
process.on("disconnect", () => process.exit(0));

function openStorage(address: string): Storage {
  if (address.startsWith("postgres:")) return postgresStorage(address);
  if (address.startsWith("mysql:")) return mysqlStorage(address);
  return sqliteStorage(address.replace("sqlite:", ""));
}

function yes(): boolean {
  return true;
}

function no(): boolean {
  return false;
}
