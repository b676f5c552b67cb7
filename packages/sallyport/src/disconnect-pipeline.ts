import type { AnyStep } from "./step.ts";
import type { Ends, InOrder } from "./step-order.ts";
import type { Association, User } from "./storage.ts";

/** What every step of a disconnect finds. */
export interface DisconnectFacts {
  readonly user: User;
  /** Whether they proved who they are shortly before. */
  readonly recentlySignedIn: boolean;
  /** Which of several accounts of the backend is to go; undefined for all of them. */
  readonly associationId: number | undefined;
  /** Names of the backends that somebody can sign in with. */
  readonly waysIn: readonly string[];
}

/** What is known once its last step ran. */
export interface DisconnectEnd extends DisconnectFacts {
  readonly removed: readonly Association[];
  /** Those whose tokens the provider was told to forget, where a step does that. */
  readonly revoked?: readonly Association[] | undefined;
}

declare const checked: unique symbol;

/** Steps of a disconnect, in an order that {@link disconnectPipeline} has checked. */
export interface DisconnectPipeline extends ReadonlyArray<AnyStep> {
  readonly [checked]: "disconnect";
}

/**
 * An ordered list of steps for the way out, checked as `pipeline` checks those of a login.
 * Steps run within the transaction or after it; none can pause.
 */
export function disconnectPipeline<const Steps extends readonly AnyStep[]>(
  ...steps: Steps & InOrder<Steps, DisconnectFacts, "within">
): Ends<Steps, DisconnectFacts, DisconnectEnd, DisconnectPipeline> {
  // The order was checked by the type of the parameter.
  return steps as unknown as Ends<Steps, DisconnectFacts, DisconnectEnd, DisconnectPipeline>;
}
