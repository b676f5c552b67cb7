#!/usr/bin/env node
import { AuthError } from "sallyport";
import { openDatabase } from "./database.ts";
import { addDemoMembers } from "./demo-members.ts";
import { servePortal } from "./serve.ts";
import { readSettings, SettingsError } from "./settings.ts";

const usage = `Usage: npm run portal -- COMMAND

  serve                 run the portal
  demo-members          make the demonstration's members, if there are none
  import-ixf FILE [--ixp-id N] [--dry-run]
                        load members from an IX-F member export`;

const commands: Readonly<Record<string, (rest: readonly string[]) => Promise<void>>> = {
  async serve() {
    const settings = readSettings(process.env);
    for (const warning of settings.warnings) console.warn(warning);
    const portal = await servePortal(settings, console);
    console.log(`The portal answers at ${settings.baseUrl}`);
    await signalled();
    await portal.close();
  },

  async "demo-members"() {
    const storage = openDatabase(readSettings(process.env));
    const made = await addDemoMembers(storage, new Date());
    if (made > 0) console.log(`Made ${made} members to try the portal with.`);
    await storage.close();
  },
};

const [name = "", ...rest] = process.argv.slice(2);
const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
if (!command) {
  console.error(usage);
  process.exit(2);
}
try {
  await command(rest);
} catch (error) {
  console.error(oneLine(error));
  process.exit(1);
}

/** Until somebody asks the process to end; further signals change nothing. */
function signalled(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => resolve());
  });
}

// What an operator can mend has a message for them; anything else shows where it came from.
function oneLine(error: unknown): unknown {
  if (error instanceof SettingsError || error instanceof AuthError) return error.message;
  if (error instanceof Error && "code" in error && error.code === "EADDRINUSE") {
    return "The port is taken; set PORT to another one.";
  }
  return error;
}
