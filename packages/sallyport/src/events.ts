import { type AuthError, logFacts } from "./errors.ts";
import type { LimitName } from "./limiter.ts";
import type { Logger } from "./logger.ts";
import type { Association, User } from "./storage.ts";
import { toAuthError } from "./storage.ts";

/** What happened, by its name, and what is known about it. Never a token. */
export interface EventFacts {
  /** Somebody signed in. */
  readonly login: {
    readonly backend: string;
    readonly user: User;
    readonly isNew: boolean;
  };
  /** A login ended without a session. */
  readonly "login-failed": { readonly backend: string; readonly error: AuthError };
  /** An account leads to a user since now: with the first login of a new user, too. */
  readonly connected: {
    readonly backend: string;
    readonly user: User;
    readonly association: Association;
  };
  /** An account leads to the user no longer. */
  readonly disconnected: {
    readonly backend: string;
    readonly user: Pick<User, "id">;
    readonly association: Association;
  };
  /** An association has new tokens. */
  readonly refreshed: { readonly backend: string; readonly association: Association };
  /** The provider no longer honours an association's tokens, or was told to. */
  readonly revoked: { readonly backend: string; readonly association: Association };
  /** A step has a question, and the login waits. */
  readonly paused: { readonly backend: string; readonly step: string };
  /** Somebody answered it. */
  readonly resumed: { readonly backend: string; readonly step: string };
  /**
   * Somebody does something too often, and is refused from now on for a while. Told once for
   * each minute or hour. `who` is the client's network, a user's id or the start of a hash.
   */
  readonly limited: { readonly limit: LimitName; readonly who: string };
}

/** The name of something that can happen. */
export type EventName = keyof EventFacts;

/** Told what happened (where there are several tenants, at which), when it stands: a login is committed before anybody hears of it. */
export type Listener<Name extends EventName> = (
  facts: EventFacts[Name] & { readonly tenant?: string | undefined },
) => void | Promise<void>;

/** Who wants to hear of what. */
export interface Events {
  /** Gives a function that ends it. */
  on<Name extends EventName>(name: Name, listener: Listener<Name>): () => void;
  /** Waits for the listeners, one after another. What they throw is logged and changes nothing. */
  emit<Name extends EventName>(name: Name, facts: EventFacts[Name]): Promise<void>;
}

/** Events with no listener yet. */
export function createEvents(logger: Logger): Events {
  const listeners = new Map<EventName, Set<Listener<never>>>();
  return {
    on(name, listener) {
      const those = listeners.get(name) ?? new Set();
      listeners.set(name, those.add(listener));
      return () => those.delete(listener);
    },
    async emit(name, facts) {
      for (const listener of listeners.get(name) ?? []) {
        try {
          // `on` has let in only listeners for what has this name.
          await listener(facts as never);
        } catch (error) {
          logger.error(`a listener for "${name}" failed`, logFacts(toAuthError(error)));
        }
      }
    },
  };
}
