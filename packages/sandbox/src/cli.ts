#!/usr/bin/env node
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import type { Client } from "./clients.ts";
import { InvalidInput } from "./invalid-input.ts";
import { isCode } from "./listen.ts";
import { type Person, toPeople } from "./people.ts";
import { type SandboxOptions, startSandbox } from "./sandbox.ts";

const usage = `sallyport-sandbox: a pretend PeeringDB for development and tests

  --port N              where to listen (4000; 0 takes any free port)
  --host HOST           on which address (127.0.0.1, which takes [::1] along)
  --people FILE         a list of { "profile": …, "amr": […] } instead of the built-in people
  --client ID:SECRET    a registered application instead of sandbox-client:sandbox-secret; repeatable
  --redirect-uri URI    a registered redirect URI; repeatable; all are allowed unless one is named
  --strict              redirect URIs must be https, as PeeringDB demands
  --rate-limit N        requests a minute from one address (PeeringDB has 120; unlimited)
  --help                this`;

await main();

async function main(): Promise<void> {
  try {
    const options = toOptions(process.argv.slice(2));
    if (options === undefined) return console.log(usage);
    const sandbox = await startSandbox(options);
    console.log(`A pretend PeeringDB listens at ${sandbox.url}`);
    console.log(`Its ${sandbox.people().length} people: ${sandbox.url}/sandbox/people`);
    for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(0));
  } catch (error) {
    console.error(`sallyport-sandbox: ${inOneLine(error)}`);
    process.exitCode = 1;
  }
}

/** What the command line asks for; undefined if that is help. Throws where it cannot be. */
function toOptions(args: readonly string[]): SandboxOptions | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      port: { type: "string", default: "4000" },
      host: { type: "string", default: "127.0.0.1" },
      people: { type: "string" },
      client: { type: "string", multiple: true },
      "redirect-uri": { type: "string", multiple: true },
      strict: { type: "boolean", default: false },
      "rate-limit": { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return undefined;
  const { people, client, "rate-limit": rateLimit } = values;
  return {
    port: toNumber("--port", values.port, 0, 65_535),
    host: values.host,
    redirectUris: values["redirect-uri"] ?? [],
    strict: values.strict,
    ...(people === undefined ? {} : { people: readPeople(people) }),
    ...(client === undefined ? {} : { clients: client.map(toClient) }),
    ...(rateLimit === undefined
      ? {}
      : { rateLimit: toNumber("--rate-limit", rateLimit, 1, 1_000_000) }),
  };
}

function toNumber(option: string, text: string, least: number, most: number): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && number >= least && number <= most) return number;
  throw new InvalidInput(`${option}: expected a number from ${least} to ${most}, got "${text}"`);
}

function toClient(text: string): Client {
  const [, id, secret] = /^([^:]+):(.+)$/.exec(text) ?? [];
  if (id !== undefined && secret !== undefined) return { id, secret };
  throw new InvalidInput(`--client: expected ID:SECRET, got "${text}"`);
}

function readPeople(file: string): readonly Person[] {
  try {
    return toPeople(JSON.parse(readFileSync(file, "utf8")));
  } catch (error) {
    throw new InvalidInput(`${file}: ${inOneLine(error)}`, { cause: error });
  }
}

function inOneLine(error: unknown): string {
  if (isCode(error, "EADDRINUSE")) return "this port is in use; --port takes another";
  if (isCode(error, "ENOENT")) return "there is no such file";
  if (error instanceof SyntaxError) return `not JSON (${error.message})`;
  return (error instanceof Error ? error.message : String(error)).replaceAll(/\s*\n\s*/g, " ");
}
