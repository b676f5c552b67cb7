import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import type { TestContext } from "node:test";
import { type BrowserContext, chromium } from "playwright-core";
import { node } from "../src/adapters/node.ts";
import { type BaseAuth, createAuth } from "../src/index.ts";
import { memoryStorage } from "../src/storage/memory.ts";
import { secret } from "./site.ts";

/** A site at 127.0.0.1 for a real browser. `backends` hears its origin. */
export async function serveSite(t: TestContext, backends: (origin: string) => readonly BaseAuth[]) {
  let listener: RequestListener = () => {};
  const server = createServer((request, response) => listener(request, response));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const storage = memoryStorage();
  const auth = createAuth({
    baseUrl: origin,
    secrets: [secret],
    backends: backends(origin),
    storage,
    logger: { info: () => {}, warn: () => {}, error: () => {} },
    env: {},
  });
  listener = node(auth, (_, response) => response.end("home"));
  return { origin, storage };
}

/** Debian's Chromium, which ends with the test. */
export async function openChromium(t: TestContext): Promise<BrowserContext> {
  const browser = await chromium.launch({
    executablePath: "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
  });
  t.after(() => browser.close());
  const context = await browser.newContext();
  context.setDefaultTimeout(15_000);
  return context;
}
