import type { BaseAuth } from "./backend.ts";
import { AuthError, type ErrorCode, type Explanation } from "./errors.ts";
import type { Http } from "./http.ts";
import type { Identity } from "./identity.ts";
import type { Seal } from "./seal.ts";
import { Conflict, StorageUnavailable, type Tables, type User, type Users } from "./storage.ts";

/**
 * When a step runs. `before` the transaction it may read and call out; `within` it may
 * read and write and has nothing to call out with, so that no login holds the database
 * while a provider thinks; `after` the commit it may call out again.
 */
export type Phase = "before" | "within" | "after";

/** What every step finds. Later steps find what earlier ones gave, too. */
export interface StartFacts {
  readonly identity: Identity;
  /** Who was signed in already: then the login connects another account. */
  readonly signedIn: User | undefined;
}

/** What a login has once its last step ran. */
export interface EndFacts extends StartFacts {
  readonly user: User;
  readonly isNew: boolean;
}

/** What a step may do, by phase. */
export interface Capabilities {
  readonly before: {
    readonly backend: BaseAuth;
    readonly http: Http;
    /** What is read here is advice: it may have changed when the transaction begins. */
    readonly users: Pick<Users, "find" | "findByEmail" | "findByUsername">;
    readonly now: Date;
  };
  readonly within: {
    readonly backend: BaseAuth;
    readonly tables: Tables;
    /** Seals what must not lie in the clear in the database. */
    readonly seal: Seal;
    /** The same instant for everything one login writes. */
    readonly now: Date;
  };
  readonly after: {
    readonly backend: BaseAuth;
    readonly http: Http;
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
  readonly run: (facts: Needs, may: Capabilities[When]) => StepResult<Gives>;
}

/** New facts (`{}` for none), or a {@link refuse}. */
export type StepResult<Gives> = Gives | Refusal | Promise<Gives | Refusal>;

/** Any step, whatever it needs and gives. */
export type AnyStep =
  | Step<string, "before", never, object>
  | Step<string, "within", never, object>
  | Step<string, "after", never, object>;

/** A step that runs before the transaction. */
export function before<const Name extends string, Needs, Gives extends object>(
  name: Name,
  run: (facts: Needs, may: Capabilities["before"]) => StepResult<Gives>,
): Step<Name, "before", Needs, Gives> {
  return { name, phase: "before", run };
}

/**
 * A step that runs within the transaction; where the login loses a race it runs again, its
 * earlier results gone.
 */
export function within<const Name extends string, Needs, Gives extends object>(
  name: Name,
  run: (facts: Needs, may: Capabilities["within"]) => StepResult<Gives>,
): Step<Name, "within", Needs, Gives> {
  return { name, phase: "within", run };
}

/** A step that runs after the commit; what it throws is logged and undoes nothing. */
export function after<const Name extends string, Needs, Gives extends object>(
  name: Name,
  run: (facts: Needs, may: Capabilities["after"]) => StepResult<Gives>,
): Step<Name, "after", Needs, Gives> {
  return { name, phase: "after", run };
}

declare const checked: unique symbol;

/** Steps in an order that {@link pipeline} has checked. */
export interface Pipeline extends ReadonlyArray<AnyStep> {
  readonly [checked]: true;
}

/**
 * An ordered list of steps. A step that needs what no earlier one gives, or that stands
 * before its phase, does not compile, and the message names it:
 *
 * ```ts
 * pipeline(socialUser, associateUser);
 * // … is not assignable to … `step "associate-user" needs "user", which no step before it gives`
 * ```
 */
export function pipeline<const Steps extends readonly AnyStep[]>(
  ...steps: Steps & InOrder<Steps>
): Ends<Steps> {
  // The order was checked by the type of the parameter.
  return steps as unknown as Ends<Steps>;
}

/**
 * Runs the steps of one phase in order and adds what each gives to the facts.
 *
 * @throws What a step throws; anything but an `AuthError` or the storage's own errors
 * becomes `application_fault` with the step's name.
 */
export async function runPhase<When extends Phase>(
  pipeline: Pipeline,
  phase: When,
  facts: object,
  may: Capabilities[When],
): Promise<object | Refusal> {
  let known = facts;
  for (const step of pipeline) {
    if (step.phase !== phase) continue;
    const given = await runStep(step, known, may);
    if (given instanceof Refusal) return given;
    known = { ...known, ...given };
  }
  return known;
}

async function runStep(step: AnyStep, facts: object, may: object): Promise<object | Refusal> {
  try {
    // `pipeline` has checked that the facts are there, `runPhase` that the phase is right.
    return await step.run(facts as never, may as never);
  } catch (error) {
    if (
      error instanceof AuthError ||
      error instanceof Conflict ||
      error instanceof StorageUnavailable
    ) {
      throw error;
    }
    const message = `step "${step.name}" failed: ${error instanceof Error ? error.message : "not an Error"}`;
    throw new AuthError("application_fault", { stage: "pipeline", message, cause: error });
  }
}

// What is known after a step: its gifts replace what had the same name.
type Known<Before, Gives> = Omit<Before, keyof Gives> & Gives;

type InOrder<
  Steps extends readonly unknown[],
  Facts = StartFacts,
  Reached extends Phase = "before",
> = Steps extends readonly [infer First, ...infer Rest]
  ? First extends Step<infer Name, infer When, infer Needs, infer Gives>
    ? When extends NotBefore[Reached]
      ? Facts extends Needs
        ? readonly [First, ...InOrder<Rest, Known<Facts, Gives>, When>]
        : readonly [
            `step "${Name}" needs "${Missing<Needs, Facts>}", which no step before it gives`,
            ...Rest,
          ]
      : readonly [
          `step "${Name}" runs ${When} the transaction, but follows one that runs ${Reached} it`,
          ...Rest,
        ]
    : never
  : readonly [];

type Ends<Steps extends readonly unknown[], Facts = StartFacts> = Steps extends readonly [
  infer First,
  ...infer Rest,
]
  ? First extends Step<string, infer _When, never, infer Gives>
    ? Ends<Rest, Known<Facts, Gives>>
    : never
  : Facts extends EndFacts
    ? Pipeline
    : // In a list, since a compiler shows a text by itself as `string`.
      readonly [`this pipeline ends without "${Missing<EndFacts, Facts>}"`];

type Missing<Needs, Facts> = {
  [Name in keyof Needs & string]: Name extends keyof Facts
    ? Facts[Name] extends Needs[Name]
      ? never
      : Name
    : Name;
}[keyof Needs & string];

interface NotBefore {
  readonly before: Phase;
  readonly within: "within" | "after";
  readonly after: "after";
}
