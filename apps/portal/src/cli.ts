#!/usr/bin/env node
import { parseArgs } from "node:util";
import { AuthError, consoleLogger, StorageUnavailable } from "sallyport";
import { openDatabase, openDatabaseAsItIs } from "./database.ts";
import { addDemoMembers } from "./demo-members.ts";
import { describeImport } from "./ixf/describe-import.ts";
import { importIxf } from "./ixf/import-ixf.ts";
import { UnreadableFile } from "./ixf/placed-value.ts";
import { readExportFile } from "./ixf/read-export-file.ts";
import { servePortal } from "./serve.ts";
import { readSettings, SettingsError } from "./settings.ts";

const usage = `Usage: npm run portal -- COMMAND

  serve                 run the portal
  migrate [--check]     bring the tables up to date; or only list what they lack,
                        and end with 1 if that is anything
  demo-members          make the demonstration's members, if there are none
  import-ixf FILE [--ixp-id N] [--dry-run]
                        load members from an IX-F member export`;

const commands: Readonly<Record<string, (rest: string[]) => Promise<void>>> = {
  async serve() {
    const settings = readSettings(process.env);
    for (const warning of settings.warnings) console.warn(warning);
    const portal = await servePortal(settings, consoleLogger);
    console.log(`The portal answers at ${settings.baseUrl}`);
    await signalled();
    await portal.close();
    // Now, even if a request to PeeringDB still waits for its answer.
    process.exit();
  },

  async migrate(rest) {
    const { check } = parseArgs({ args: rest, options: { check: { type: "boolean" } } }).values;
    const settings = readSettings(process.env);
    const storage = check ? openDatabaseAsItIs(settings) : openDatabase(settings);
    const pending = await storage.pendingMigrations();
    if (!check) await storage.migrate();
    for (const name of pending) console.log(`${name}: ${check ? "pending" : "done"}`);
    if (pending.length === 0) console.log("nothing to do");
    await storage.close();
    if (check && pending.length > 0) process.exitCode = 1;
  },

  async "demo-members"() {
    const storage = openDatabase(readSettings(process.env));
    const made = await addDemoMembers(storage, new Date());
    if (made > 0) console.log(`Made ${made} members to try the portal with.`);
    await storage.close();
  },

  async "import-ixf"(rest) {
    const { file, ...options } = importArguments(rest);
    const text = await readExportFile(file);
    const storage = openDatabase(readSettings(process.env));
    const summary = await importIxf(storage, text, { ...options, now: new Date() });
    for (const line of describeImport(summary)) console.log(line);
    await storage.close();
  },
};

// Whoever reads our lines may have read enough, as `head` has.
process.stdout.on("error", () => process.exit(0));

const [name = "", ...rest] = process.argv.slice(2);
const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
if (!command) fail(usage, 2);
await command(rest).catch((error: unknown) => {
  if (isUsageError(error)) fail(`${error.message}\n\n${usage}`, 2);
  fail(oneLine(error), 1);
});

function importArguments(args: string[]) {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      "ixp-id": { type: "string" },
      "dry-run": { type: "boolean", default: false },
    },
  });
  const [file, ...more] = positionals;
  const ixpId = values["ixp-id"];
  if (file === undefined || more.length > 0) fail(usage, 2);
  if (ixpId !== undefined && !/^\d{1,9}$/.test(ixpId)) fail("--ixp-id takes a whole number", 2);
  return {
    file,
    ixpId: ixpId === undefined ? undefined : Number(ixpId),
    dryRun: values["dry-run"],
  };
}

/** Until somebody asks the process to end; further signals change nothing. */
function signalled(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => resolve());
  });
}

// An option that `parseArgs` does not know.
function isUsageError(error: unknown): error is Error {
  return error instanceof Error && "code" in error && /^ERR_PARSE_ARGS/.test(String(error.code));
}

// What an operator can mend has a message for them; anything else shows where it came from.
function oneLine(error: unknown): unknown {
  const forOperators = [SettingsError, UnreadableFile, AuthError, StorageUnavailable];
  if (forOperators.some((kind) => error instanceof kind)) return (error as Error).message;
  if (error instanceof Error && "code" in error && error.code === "EADDRINUSE") {
    return "The port is taken; set PORT to another one.";
  }
  return error;
}

function fail(message: unknown, code: number): never {
  console.error(message);
  process.exit(code);
}
