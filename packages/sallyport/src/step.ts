import type { BaseAuth } from "./backend.ts";
import { AuthError, type ErrorCode, type Explanation } from "./errors.ts";
import type { Http } from "./http.ts";
import type { Pause, Reply } from "./pause.ts";
import type { Seal } from "./seal.ts";
import type { Tables, Users } from "./storage.ts";

/**
 * When a step runs. `before` the transaction it may read and call out; `within` it may
 * read and write and has nothing to call out with, so that no login holds the database
 * while a provider thinks; `after` the commit it may call out again.
 */
export type Phase = "before" | "within" | "after";

/** What a step may do, by phase. */
export interface Capabilities {
  readonly before: {
    readonly backend: BaseAuth;
    readonly http: Http;
    /** What is read here is advice: it may have changed when the transaction begins. */
    readonly users: Pick<Users, "find" | "findByEmail" | "findByUsername">;
    /** What the person said when this step had paused the login; undefined before that. */
    readonly reply: Reply | undefined;
    readonly now: Date;
  };
  readonly within: {
    readonly backend: BaseAuth;
    readonly tables: Tables;
    /** Seals what must not lie in the clear in the database. */
    readonly seal: Seal;
    /** What the person said when this step had paused the login; undefined before that. */
    readonly reply: Reply | undefined;
    /** The same instant for everything one login writes. */
    readonly now: Date;
  };
  readonly after: {
    readonly backend: BaseAuth;
    readonly http: Http;
    /** Opens what was sealed. */
    readonly seal: Seal;
    readonly now: Date;
  };
}

/** A step's decision that the person does not get in. What was written stays written. */
export class Refusal {
  readonly error: AuthError;

  constructor(error: AuthError) {
    this.error = error;
  }
}

/** What goes with a {@link refuse}. */
export interface RefusalOptions {
  /** The person's two sentences, for a code of your own. */
  readonly explanation?: Explanation;
  /** HTTP status; 403 unless the code has its own. */
  readonly status?: number;
  /** For the operator's log. Never a secret. */
  readonly message?: string;
  /** Facts for the page that shows the refusal. */
  readonly detail?: unknown;
}

/**
 * Ends the login without a session, and keeps what its steps wrote until now. To undo that
 * too, throw an {@link AuthError}.
 */
export function refuse(code: ErrorCode | (string & {}), options: RefusalOptions = {}): Refusal {
  const status = options.status ?? (options.explanation ? 403 : undefined);
  return new Refusal(new AuthError(code, { ...options, status, stage: "pipeline" }));
}

/** One idea of a pipeline: what it needs, what it gives, when it runs. */
export interface Step<Name extends string, When extends Phase, in Needs, out Gives extends object> {
  readonly name: Name;
  readonly phase: When;
  readonly run: (facts: Needs, may: Capabilities[When]) => StepResult<Gives, When>;
}

/** New facts (`{}` for none), a {@link refuse}, or before the commit a {@link pause}. */
export type StepResult<Gives, When extends Phase> =
  | Gives
  | Decision<When>
  | Promise<Gives | Decision<When>>;

type Decision<When extends Phase> = When extends "after" ? Refusal : Refusal | Pause;

/** Any step, whatever it needs and gives. */
export type AnyStep =
  | Step<string, "before", never, object>
  | Step<string, "within", never, object>
  | Step<string, "after", never, object>;

/** A step that runs before the transaction. */
export function before<const Name extends string, Needs, Gives extends object>(
  name: Name,
  run: (facts: Needs, may: Capabilities["before"]) => StepResult<Gives, "before">,
): Step<Name, "before", Needs, Gives> {
  return { name, phase: "before", run };
}

/**
 * A step that runs within the transaction; where the login loses a race it runs again, its
 * earlier results gone.
 */
export function within<const Name extends string, Needs, Gives extends object>(
  name: Name,
  run: (facts: Needs, may: Capabilities["within"]) => StepResult<Gives, "within">,
): Step<Name, "within", Needs, Gives> {
  return { name, phase: "within", run };
}

/** A step that runs after the commit; what it throws is logged and undoes nothing. */
export function after<const Name extends string, Needs, Gives extends object>(
  name: Name,
  run: (facts: Needs, may: Capabilities["after"]) => StepResult<Gives, "after">,
): Step<Name, "after", Needs, Gives> {
  return { name, phase: "after", run };
}
