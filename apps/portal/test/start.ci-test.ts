import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { connect } from "node:net";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import type { Sandbox } from "sallyport-sandbox";
import { MemberBrowser } from "./member-browser.ts";
import { freePort, temporaryFile } from "./running-portal.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));

test("npm start says where to go, signs Ada in, and ends altogether on Ctrl-C", async (t) => {
  const [port, sandboxPort] = [await freePort(), await freePort()];
  const { PATH, HOME } = process.env;
  const child = spawn("npm", ["start"], {
    cwd: root,
    // A process group of its own, as a terminal makes it: Ctrl-C goes to all of it.
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      PATH,
      HOME,
      PORT: String(port),
      SANDBOX_PORT: String(sandboxPort),
      DATABASE_URL: `sqlite:${temporaryFile(t)}`,
    },
  });
  const ended = new Promise((resolve) => child.once("close", resolve));
  const signalAll = (signal: NodeJS.Signals) => child.pid && process.kill(-child.pid, signal);
  t.after(async () => {
    if (child.exitCode === null && child.signalCode === null) signalAll("SIGKILL");
    await ended;
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk) => {
      output += chunk;
    });
  }
  const origin = `http://localhost:${port}`;
  while (!output.includes("Ctrl-C ends it all")) {
    assert.equal(child.exitCode, null, output);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.ok(output.includes(`Open ${origin} and sign in with PeeringDB\nas Ada Example`), output);

  const sandbox = { signIn: postTheForm } satisfies Pick<Sandbox, "signIn">;
  const ada = new MemberBrowser(origin, sandbox);
  const page = await ada.signIn(1001);
  assert.match(page.words, /My networks .* Alpha Net .* Bravo Networks/);
  assert.doesNotMatch(output, /Error|a login failed/);

  const asked = performance.now();
  signalAll("SIGINT");
  await ended;
  const took = performance.now() - asked;
  assert.ok(took < 3000, `it took ${took} ms`);
  assert.deepEqual([await answers(port), await answers(sandboxPort)], [false, false]);
  assert.doesNotMatch(output, /Error|at file:/);
});

/** Chooses Ada on the sandbox's page, with the form that the page has. */
async function postTheForm(address: string | URL): Promise<string> {
  const page = await (await fetch(address)).text();
  const [form = ""] = page.match(/<form[^>]*>(?:(?!<\/form>).)*Ada Example.*?<\/form>/s) ?? [];
  const fields = [...form.matchAll(/name="([^"]+)" value="([^"]*)"/g)].map(
    ([, name = "", value = ""]): [string, string] => [name, unescaped(value)],
  );
  const [, action = ""] = /action="([^"]+)"/.exec(form) ?? [];
  const body = new URLSearchParams([...fields.filter(([name]) => name !== "decision")]);
  body.append("decision", "approve");
  const url = new URL(action, address);
  const answer = await fetch(url, { method: "POST", body, redirect: "manual" });
  return answer.headers.get("location") ?? assert.fail(`no redirect: ${answer.status}`);
}

function unescaped(text: string): string {
  return text
    .replace(/&#(\d+);/g, (_, number: string) => String.fromCharCode(Number(number)))
    .replaceAll("&amp;", "&");
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "localhost");
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
    socket.once("connect", () => socket.destroy());
  });
}
