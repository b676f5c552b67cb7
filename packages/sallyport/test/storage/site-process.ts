import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { node } from "../../src/adapters/node.ts";
import { createAuth } from "../../src/index.ts";
import { mysqlStorage } from "../../src/storage/mysql.ts";
import { postgresStorage } from "../../src/storage/postgres.ts";
import { sqliteStorage } from "../../src/storage/sqlite.ts";
import { asking, steps } from "../faults/flows.ts";
import { client } from "../provider.ts";
import { ExampleOAuth2, origin, SecondOAuth2, secret } from "../site.ts";

// One of several processes of an application, at a port of its own. New people are asked
// below /asking, and nowhere else.
//   site-process.ts DATABASE PROVIDER

const [address = "", url = ""] = process.argv.slice(2);
const kind = address.split(":")[0];
const open =
  kind === "postgres" ? postgresStorage : kind === "mysql" ? mysqlStorage : sqliteStorage;
const settings = { url, clientId: client.id, clientSecret: client.secret };
const common = {
  baseUrl: origin,
  secrets: [secret],
  storage: open(address),
  logger: { info: () => {}, warn: () => {}, error: console.error },
  env: {},
};
const backends = () => [new ExampleOAuth2(settings), new SecondOAuth2(settings)];
const auth = createAuth({ ...common, backends: backends(), pipeline: steps });
const asks = { ...common, backends: backends(), pipeline: asking, basePath: "/asking" };
const server = createServer(
  node(
    auth,
    node(createAuth(asks), (_, response) => response.writeHead(404).end()),
  ),
);
server.listen(0, "127.0.0.1", () => console.log((server.address() as AddressInfo).port));
