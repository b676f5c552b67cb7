#!/usr/bin/env node
import type { Command } from "./command.ts";
import { sentenceOf, UsageError } from "./failure.ts";

import { migrateCommand } from "./migrate.ts";
import { usage } from "./usage.ts";

const commands: Readonly<Record<string, Command>> = {
  migrate: migrateCommand,
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
    const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
    if (command) return await command(args, process.env);
    throw new UsageError(name ? `there is no command "${name}"` : "which command?");
  } catch (error) {
    const isUsage = error instanceof UsageError;
    console.error(`sallyport: ${sentenceOf(error)}`);
    if (isUsage) console.error(`\n${usage}`);
    return isUsage ? 2 : 1;
  }
}
