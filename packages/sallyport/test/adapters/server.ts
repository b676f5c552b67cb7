import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import { type AddressInfo, connect } from "node:net";
import type { TestContext } from "node:test";
import { type Auth, createAuth } from "../../src/index.ts";
import { memoryStorage } from "../../src/storage/memory.ts";
import { Browser } from "../browser.ts";
import { type Provider, startProvider } from "../provider.ts";
import { ExampleOAuth2, secret, settingsFor } from "../site.ts";

/** An application on a real server, and a browser for it. */
export interface Served {
  readonly auth: Auth;
  readonly provider: Provider;
  readonly origin: string;
  browser(): Browser;
  /** Sends a request's first line as it is, and gives the answer's. */
  raw(firstLine: string): Promise<string>;
}

/** Serves what `serve` makes of the library; it ends with the test. */
export async function startServer(
  t: TestContext,
  serve: (auth: Auth) => RequestListener,
): Promise<Served> {
  const provider = await startProvider(t);
  // The address is known once the server listens, and the library wants to know it.
  let listener: RequestListener = () => {};
  const server = createServer((request, response) => listener(request, response));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const origin = `http://127.0.0.1:${port}`;
  const auth = createAuth({
    baseUrl: origin,
    secrets: [secret],
    backends: [new ExampleOAuth2(settingsFor(provider))],
    storage: memoryStorage(),
    logger: { info: () => {}, warn: () => {}, error: () => {} },
    env: {},
    trustedProxies: ["127.0.0.1"],
    limits: { loginStarts: { minute: 2 } },
  });
  listener = serve(auth);
  const browser = () => new Browser(origin, (request) => fetch(request));
  const raw = async (firstLine: string) => {
    const socket = connect(port, "127.0.0.1");
    socket.end(`${firstLine}\r\nHost: portal.example.net\r\nConnection: close\r\n\r\n`);
    let text = "";
    for await (const chunk of socket) text += chunk;
    return text.split("\r\n")[0] ?? "";
  };
  return { auth, provider, origin, browser, raw };
}
