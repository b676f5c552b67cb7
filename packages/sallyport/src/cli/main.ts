#!/usr/bin/env node
import type { Command } from "./command.ts";
import { sentenceOf, UsageError } from "./failure.ts";

import { usage } from "./usage.ts";

// Each is loaded when it is wanted: packages that it needs may be missing.
const commands: Readonly<Record<string, () => Promise<Command>>> = {
  migrate: async () => (await import("./migrate.ts")).migrateCommand,
  "import-django": async () => (await import("./import-django.ts")).importDjangoCommand,
};

// Whoever reads our lines may have read enough, as `head` has.
process.stdout.on("error", () => process.exit(0));

process.exitCode = await main(process.argv.slice(2));

async function main([name = "", ...args]: readonly string[]): Promise<number> {
  if ([name, ...args].includes("--help")) {
    console.log(usage);
    return 0;
  }
  try {
    const load = Object.hasOwn(commands, name) ? commands[name] : undefined;
    if (load) return await (await load())(args, process.env);
    throw new UsageError(name ? `there is no command "${name}"` : "which command?");
  } catch (error) {
    const isUsage = error instanceof UsageError;
    console.error(`sallyport: ${sentenceOf(error)}`);
    if (isUsage) console.error(`\n${usage}`);
    return isUsage ? 2 : 1;
  }
}
