import type { Cost } from "./costs.ts";
import type { LoginKind } from "./logins.ts";
import type { Rated } from "./rate.ts";

/** The databases that are measured. */
export type Kind = "PostgreSQL" | "SQLite";

/** What was found on a kind of database. */
export interface Found {
  readonly kind: Kind;
  readonly costs: Readonly<Record<LoginKind, Readonly<Record<"few" | "many", Cost>>>>;
  readonly plans: ReadonlyMap<string, readonly string[]>;
  readonly nothing: Beside;
  readonly cleanUp: Beside;
  readonly migration: Beside;
}

/** Something that ran beside logins. */
export interface Beside extends Rated {
  /** Milliseconds that it took. */
  readonly took: number;
}
