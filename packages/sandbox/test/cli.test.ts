import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { sandboxForTests } from "./relying-party.ts";

const folder = mkdtempSync(join(tmpdir(), "sandbox-"));
after(() => rmSync(folder, { recursive: true }));
const cli = fileURLToPath(new URL("../src/cli.ts", import.meta.url));

function start(...args: readonly string[]): ChildProcess & { readonly output: () => string } {
  const child = spawn(process.execPath, ["--import", "tsx", cli, ...args]);
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk) => {
      output += chunk;
    });
  }
  return Object.assign(child, { output: () => output });
}

async function run(...args: readonly string[]): Promise<{ code: number | null; output: string }> {
  const child = start(...args);
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  return { code, output: child.output() };
}

function file(name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
}

describe("the command", () => {
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    it(`says where it listens, serves the people of a file, and ends on ${signal}`, async () => {
      const people = file("people.json", '[{ "profile": { "id": 1 } }]');
      const child = start("--port", "0", "--people", people, "--client", "a:b");
      while (!child.output().includes("/sandbox/people")) {
        assert.equal(child.exitCode, null, child.output());
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      const [address = ""] = /http:\/\/localhost:\d+/.exec(child.output()) ?? [];
      const list = await (await fetch(`${address}/sandbox/people`)).json();
      assert.deepEqual(list, [{ profile: { id: 1 } }]);
      child.kill(signal);
      assert.equal(await new Promise((resolve) => child.once("close", resolve)), 0);
    });
  }

  it("explains itself", async () => {
    const { code, output } = await run("--help");
    assert.equal(code, 0);
    assert.match(output, /--rate-limit N/);
  });
});

describe("the command ends with status 1 and one line", () => {
  const sandbox = sandboxForTests();
  const refusals: readonly (readonly [string, () => readonly string[], RegExp])[] = [
    ["a port in use", () => ["--port", String(sandbox().port)], /this port is in use/],
    [
      "a port that is none",
      () => ["--port", "http"],
      /--port: expected a number from 0 to 65535, got "http"/,
    ],
    ["an unknown option", () => ["--prot", "1"], /Unknown option '--prot'/],
    ["a client without a secret", () => ["--client", "a"], /--client: expected ID:SECRET, got "a"/],
    ["a redirect URI that is none", () => ["--redirect-uri", "/x"], /"\/x" is no address/],
    [
      "a missing file",
      () => ["--people", "/nowhere.json"],
      /\/nowhere\.json: there is no such file/,
    ],
    ["a file that is not JSON", () => ["--people", file("a.json", "[{")], /a\.json: not JSON/],
    [
      "a wrong entry",
      () => ["--people", file("b.json", "[1]")],
      /b\.json: people\[0\]: expected an object, got 1/,
    ],
  ];
  for (const [title, args, message] of refusals) {
    it(`for ${title}`, async () => {
      const { code, output } = await run(...args());
      assert.equal(code, 1);
      assert.match(output, message);
      assert.match(output, /^sallyport-sandbox: [^\n]*\n$/);
    });
  }
});
