import { readFileSync } from "node:fs";
import { type BackendFixture, backendContract, type MakeBackend } from "../../src/testing/index.ts";

/** The names of the cases that a backend fails, each with the reason. */
export async function failuresOf(
  makeBackend: MakeBackend,
  fixture: BackendFixture,
): Promise<ReadonlyMap<string, string>> {
  const failures = new Map<string, string>();
  for (const { name, run } of backendContract(makeBackend, fixture)) {
    await run().catch((error: Error) => failures.set(name, error.message));
  }
  return failures;
}

/** The fixture of one of the library's own backends. */
export function fixtureOf(backend: string): BackendFixture {
  const file = new URL(`../fixtures/${backend}.json`, import.meta.url);
  // `contract.test.ts` compares each with the schema.
  return JSON.parse(readFileSync(file, "utf8")) as BackendFixture;
}
