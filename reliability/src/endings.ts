import type { Ends } from "./measure.ts";

/** What was started, and is to end: the newest first, since it stands on the older. */
export class Endings implements Ends {
  readonly #ends: (() => Promise<void> | void)[] = [];

  after(end: () => Promise<void> | void): void {
    this.#ends.push(end);
  }

  /** Ends everything, even where something would not. @throws what the first of those threw. */
  async end(): Promise<void> {
    const failures: unknown[] = [];
    for (let end = this.#ends.pop(); end; end = this.#ends.pop()) {
      await Promise.resolve(end()).catch((error: unknown) => failures.push(error));
    }
    if (failures.length > 0) throw failures[0];
  }
}

/** Does some of a longer work, what it started ending with it. */
export async function part<T>(whole: Ends, work: (ends: Ends) => Promise<T>): Promise<T> {
  const ends = new Endings();
  // Should the whole be broken off.
  whole.after(() => ends.end());
  try {
    return await work(ends);
  } finally {
    await ends.end();
  }
}
