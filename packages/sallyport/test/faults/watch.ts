import { AuthError } from "../../src/errors.ts";
import { Conflict, StorageUnavailable } from "../../src/storage.ts";

/** What goes wrong, once. All but the last happen instead of what was asked. */
export const kinds = [
  "Error",
  "AuthError",
  "Conflict",
  "StorageUnavailable",
  "the driver's own",
  "the answer is lost",
] as const;

export type Kind = (typeof kinds)[number];

/** The errors that are the same everywhere. */
export const errors: Readonly<Partial<Record<Kind, () => Error>>> = {
  Error: () => new Error("out of the blue"),
  AuthError: () => new AuthError("account_not_allowed", { stage: "pipeline" }),
  Conflict: () => new Conflict("lost on purpose"),
  StorageUnavailable: () => new StorageUnavailable("away on purpose"),
};

/** Which of the things asked goes wrong, counted from 0, and how. */
export interface Wrong {
  readonly at: number;
  readonly kind: Kind;
}

/** Writes down what is asked, in order, and says which of it is to go wrong. */
export class Watch {
  #asked: string[] | undefined;
  #wrong: Wrong | undefined;

  /** Looks on while the work is done; gives what was asked meanwhile, and what came of it. */
  async during<T>(work: () => Promise<T>, wrong?: Wrong): Promise<readonly [T, string[]]> {
    const asked: string[] = [];
    this.#asked = asked;
    this.#wrong = wrong;
    try {
      return [await work(), asked];
    } finally {
      this.#asked = undefined;
    }
  }

  /** To be called with everything that is asked, before it is done. */
  next(what: string): Kind | undefined {
    if (!this.#asked) return undefined;
    this.#asked.push(what);
    return this.#wrong?.at === this.#asked.length - 1 ? this.#wrong.kind : undefined;
  }
}
