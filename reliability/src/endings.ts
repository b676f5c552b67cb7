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
