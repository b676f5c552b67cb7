import { type ParseArgsConfig, parseArgs } from "node:util";
import { UsageError } from "./failure.ts";

/** Reads a command's options. @throws {@link UsageError} where they make no sense. */
export function readArguments<Options extends NonNullable<ParseArgsConfig["options"]>>(
  args: readonly string[],
  options: Options,
  places = 0,
) {
  try {
    const read = parseArgs({ args: [...args], options, allowPositionals: places > 0 });
    if (read.positionals.length <= places) return read;
  } catch (error) {
    // It tells an option that it does not know, and one without its value, in good words.
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
  throw new UsageError(`"${args.at(-1)}" is one argument too many`);
}
