import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, test } from "node:test";

const readme = new URL("../../README.md", import.meta.url);
const folder = await mkdtemp(new URL("../readme-", import.meta.url).pathname);

let gitHub: Server;
let app: ChildProcess;
let address: string;

before(async () => {
  gitHub = createServer((request, response) => {
    const answers: Readonly<Record<string, unknown>> = {
      "/token": { access_token: "t", token_type: "bearer", scope: "user:email" },
      "/user": { id: 583231, login: "octocat", name: "Mona", email: null },
      "/user/emails": [{ email: "mona@example.org", primary: true, verified: true }],
    };
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify(answers[request.url ?? ""]));
  });
  const provider = `http://localhost:${await listening(gitHub)}`;

  const port = await freePort();
  address = `http://localhost:${port}`;
  const code = await exampleOf(readme);
  await writeFile(`${folder}/app.ts`, code.replaceAll("3000", String(port)));
  app = spawn(process.execPath, ["--conditions=sallyport-source", "--import", "tsx", "app.ts"], {
    cwd: folder,
    stdio: "inherit",
    env: {
      ...process.env,
      SALLYPORT_SECRET: "a secret of at least 32 characters",
      SOCIAL_AUTH_GITHUB_KEY: "client",
      SOCIAL_AUTH_GITHUB_SECRET: "secret",
      SOCIAL_AUTH_GITHUB_ACCESS_TOKEN_URL: `${provider}/token`,
      SOCIAL_AUTH_GITHUB_API_URL: provider,
    },
  });
  await answering(address);
});

after(async () => {
  app.kill();
  gitHub.close();
  gitHub.closeAllConnections();
  await once(app, "exit");
  await rm(folder, { recursive: true });
});

test("the README's example is about twenty lines and signs somebody in", async () => {
  const lines = (await exampleOf(readme)).split("\n").filter((line) => line.trim() !== "");
  assert.ok(lines.length <= 21, `${lines.length} lines`);

  const login = await fetch(`${address}/auth/login/github`, { redirect: "manual" });
  const departure = new URL(login.headers.get("location") ?? "");
  assert.equal(departure.origin, "https://github.com");
  const state = departure.searchParams.get("state") ?? "";
  const callback = `${address}/auth/complete/github?code=c&state=${state}`;
  const done = await fetch(callback, { redirect: "manual", headers: { cookie: cookies(login) } });
  assert.equal(done.status, 303);

  const home = await fetch(address, { headers: { cookie: cookies(done) } });
  assert.equal(await home.text(), "Hello octocat");
});

async function exampleOf(page: URL): Promise<string> {
  const [, code] = /```ts\n(.*?)```/s.exec(await readFile(page, "utf8")) ?? [];
  assert.ok(code, "the README has an example");
  return code;
}

function cookies(response: Response): string {
  return response.headers
    .getSetCookie()
    .map((cookie) => cookie.split(";")[0])
    .join("; ");
}

async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listening(server);
  server.close();
  await once(server, "close");
  return port;
}

async function listening(server: Server): Promise<number> {
  server.listen(0);
  await once(server, "listening");
  // A listening TCP server has an address with a port.
  return (server.address() as AddressInfo).port;
}

async function answering(url: string): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    if (await fetch(url).catch(() => undefined)) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.fail(`nothing answers at ${url}`);
}
