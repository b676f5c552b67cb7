import { wordsOf } from "../sql/connection.ts";
import { factOf } from "../sql/dialect.ts";

/** The command line makes no sense; the usage is shown with it. */
export class UsageError extends Error {}

/** A failure in one sentence, for whoever typed the command. */
export function sentenceOf(error: unknown): string {
  const missing = missingPackage(error);
  if (missing) return `this needs the package ${missing}: npm install ${missing}`;
  return wordsOf(error).replaceAll(/\s*\n\s*/g, " ");
}

// Databases' packages are optional, and loaded where they are needed.
function missingPackage(error: unknown): string | undefined {
  if (factOf(error, "code") === "ERR_MODULE_NOT_FOUND") {
    return /package '([^']+)'/.exec(wordsOf(error))?.[1];
  }
  const cause = factOf(error, "cause");
  return cause === undefined ? undefined : missingPackage(cause);
}
