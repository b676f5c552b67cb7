import { createReadStream } from "node:fs";
import { onOneLine, UnreadableFile } from "./placed-value.ts";

/** Some ten times the largest exchange's export; what JSON makes of it still fits in memory. */
const largestFile = 32 * 1024 * 1024;

/**
 * The text of a file (or a pipe) that {@link importIxf} is to read. Never more of it is
 * taken into memory than an export may have.
 *
 * @throws {@link UnreadableFile} where it cannot be read, is too large, or is no text.
 */
export async function readExportFile(path: string): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    // One byte more than allowed: if it comes, the file is too large.
    for await (const chunk of createReadStream(path, { end: largestFile })) {
      chunks.push(chunk);
      size += chunk.length;
    }
  } catch (error) {
    const why = error instanceof Error ? onOneLine(error.message) : "it cannot be read";
    throw new UnreadableFile(`the file: ${why}`, { cause: error });
  }
  if (size > largestFile) {
    throw new UnreadableFile(`the file: expected at most ${largestFile / 1024 / 1024} MiB`);
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(Buffer.concat(chunks));
  } catch (error) {
    throw new UnreadableFile("the file: expected text in UTF-8", { cause: error });
  }
}
