import { AuthError } from "./errors.ts";
import type { Identity } from "./identity.ts";
import { Pause, type Replies } from "./pause.ts";
import { type AnyStep, type Capabilities, type Phase, Refusal } from "./step.ts";
import type { Ends, InOrder } from "./step-order.ts";
import { type Association, Conflict, StorageUnavailable, type User } from "./storage.ts";
import { stepSpan, type Trace, untraced } from "./tracing.ts";

/** What every step finds. Later steps find what earlier ones gave, too. */
export interface StartFacts {
  readonly identity: Identity;
  /** Where there are several tenants, whose backend says so. */
  readonly tenant: string | null;
  /** Who was signed in already: then the login connects another account. */
  readonly signedIn: User | undefined;
  /** Whether they had proved who they are shortly before they began to connect it. */
  readonly recentlySignedIn: boolean;
  /** Where the browser goes when all is done. A step after the commit may give another. */
  readonly next: string;
  /** What came along when the login began: of `fieldsStoredInSession`, those that did. */
  readonly fields: Readonly<Record<string, string>>;
}

/** What a login has once its last step ran. */
export interface EndFacts extends StartFacts {
  readonly user: User;
  readonly isNew: boolean;
  /** The account; without it, its sessions outlive a disconnect. */
  readonly association?: Association | undefined;
  /** Whether the account leads to this user since now. */
  readonly isNewAssociation?: boolean | undefined;
}

declare const checked: unique symbol;

/** Steps of a login, in an order that {@link pipeline} has checked. */
export interface Pipeline extends ReadonlyArray<AnyStep> {
  readonly [checked]: "login";
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
  ...steps: Steps & InOrder<Steps, StartFacts>
): Ends<Steps, StartFacts, EndFacts, Pipeline> {
  // The order was checked by the type of the parameter.
  return steps as unknown as Ends<Steps, StartFacts, EndFacts, Pipeline>;
}

/** What became of a phase: everything known after it, or the step that ended it. */
export type PhaseEnd<Facts = object> =
  | { readonly kind: "done"; readonly facts: Facts }
  | { readonly kind: "refused"; readonly error: AuthError }
  | { readonly kind: "paused"; readonly step: string; readonly pause: Pause };

/**
 * Runs the steps of one phase in order and adds what each gives to the facts.
 *
 * @throws What a step throws; anything but an `AuthError` or the storage's own errors
 * becomes `application_fault` with the step's name.
 */
export async function runPhase<When extends Phase>(
  steps: readonly AnyStep[],
  phase: When,
  facts: object,
  may: Omit<Capabilities[When], "reply">,
  { replies = {}, trace = untraced }: { replies?: Replies; trace?: Trace } = {},
): Promise<PhaseEnd> {
  let known = facts;
  for (const step of steps) {
    if (step.phase !== phase) continue;
    const found = known;
    const given = await trace(stepSpan(step), () =>
      runStep(step, found, { ...may, reply: replies[step.name] }),
    );
    if (given instanceof Refusal) return { kind: "refused", error: given.error };
    if (given instanceof Pause) return { kind: "paused", step: step.name, pause: given };
    known = { ...known, ...given };
  }
  return { kind: "done", facts: known };
}

async function runStep(step: AnyStep, facts: object, may: object) {
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
