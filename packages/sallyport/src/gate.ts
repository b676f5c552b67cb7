import type { BaseAuth } from "./backend.ts";
import type { DisconnectPipeline } from "./disconnect-pipeline.ts";
import type { Events } from "./events.ts";
import type { Limiter } from "./limiter.ts";
import type { Logger } from "./logger.ts";
import type { Pipeline } from "./pipeline.ts";
import type { Seal } from "./seal.ts";
import type { SessionStore, SignedIn } from "./session.ts";
import type { Storage } from "./storage.ts";
import type { Trace } from "./tracing.ts";
import type { Bounds } from "./wire/bounded-http.ts";

/** What every login needs, whoever signs in and wherever. */
export interface Gate {
  /** Whose gate it is, where there are several tenants. */
  readonly tenant: string | null;
  readonly storage: Storage;
  readonly sessions: SessionStore;
  readonly pipeline: Pipeline;
  readonly disconnectPipeline: DisconnectPipeline;
  readonly bounds: Bounds;
  /** What may not happen too often. */
  readonly limiter: Limiter;
  /** Seals what must not lie in the clear in the database. */
  readonly seal: Seal;
  readonly logger: Logger;
  readonly events: Events;
  /** Tells what is done, and how long it takes, to whoever watches. */
  readonly trace: Trace;
  /** Names of the backends that somebody can sign in with. */
  readonly waysIn: () => readonly string[];
  /** Our address for a backend's answer. */
  readonly redirectUri: (backend: BaseAuth) => string;
  /** Our address for a paused login. */
  readonly resumeUri: (id: string) => string;
  /** Milliseconds for which a person counts as just signed in. */
  readonly recently: number;
  readonly now: () => Date;
}

/** Whether somebody who is signed in proved who they are shortly before. */
export function isRecent(
  { recently }: Pick<Gate, "recently">,
  signedIn: SignedIn | undefined,
  now: Date,
): boolean {
  return signedIn !== undefined && now.getTime() - signedIn.authenticatedAt.getTime() <= recently;
}
