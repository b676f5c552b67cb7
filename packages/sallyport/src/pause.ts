import type { Form } from "./form.ts";
import type { JsonObject } from "./identity.ts";

/** Where the person is asked: on a page of ours, or at an address of the application's own. */
export type Asking =
  | { readonly form: Form }
  /** Gets the parameter `resume`: the id that its form posts to `/resume/:id`. */
  | { readonly location: string };

/** How a login waits. */
export interface PauseOptions {
  /** Seconds until it is too late. An hour unless given. */
  readonly lifetime?: number | undefined;
  /** What the step finds again beside the reply. Sealed, never shown to the browser. */
  readonly keep?: JsonObject | undefined;
  /**
   * Sends a link out of band, by mail for example, once the paused login is stored. Whoever
   * follows the link may go on, also in another browser, after a confirmation.
   */
  readonly send?: ((link: string) => Promise<void>) | undefined;
  /** The address that it is sent to: no mailbox gets more than `limits.messages` of them. */
  readonly to?: string | undefined;
}

/** A step's decision that somebody must say something first. Made by {@link pause}. */
export class Pause {
  readonly asking: Asking;
  readonly options: PauseOptions;

  constructor(asking: Asking, options: PauseOptions) {
    this.asking = asking;
    this.options = options;
  }
}

/**
 * Interrupts the login until the person has said something: in a form of ours, or on a page
 * of the application's own. Nothing that the login wrote stays. When the reply is there the
 * steps run again from the first one, and this one finds it as `reply`.
 *
 * ```ts
 * within("terms", ({ isNew }: { readonly isNew: boolean }, { reply }) => {
 *   if (!isNew || reply?.said.terms === "on") return {};
 *   return pause({ form: { title: "Our terms", fields: [{ name: "terms", label: "I agree", type: "checkbox" }] } });
 * });
 * ```
 */
export function pause(asking: Asking, options: PauseOptions = {}): Pause {
  return new Pause(asking, options);
}

/** What came back to the step that paused. */
export interface Reply {
  /** The fields of the form; of ours those that it has, from a page of the application's any. */
  readonly said: Readonly<Record<string, string>>;
  /** What {@link PauseOptions.keep} held. */
  readonly keep: JsonObject;
  /** The person followed the link that was sent. */
  readonly byLink: boolean;
}

/** Replies by the name of the step that asked. */
export type Replies = Readonly<Record<string, Reply>>;
