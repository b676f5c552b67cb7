import { type ParseArgsConfig, parseArgs } from "node:util";
import { UsageError } from "./failure.ts";

/**
 * Reads what follows a command's name.
 *
 * @param places how many arguments it takes that are no options.
 * @throws {@link UsageError} where they make no sense.
 */
export function readArguments<Options extends NonNullable<ParseArgsConfig["options"]>>(
  args: readonly string[],
  options: Options,
  places = 0,
): ReturnType<typeof parseArgs<{ options: Options; allowPositionals: true }>> {
  const read = parsed(args, options);
  const tooMany = read.positionals[places];
  if (tooMany === undefined) return read;
  throw new UsageError(`"${tooMany}" is one argument too many`);
}

function parsed<Options extends NonNullable<ParseArgsConfig["options"]>>(
  args: readonly string[],
  options: Options,
) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    // It tells an option that it does not know, and one without its value, in good words.
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}
