import type { Stage } from "./errors.ts";

/** A request to a provider. */
export interface HttpRequest {
  readonly url: string;
  /** GET unless said otherwise. */
  readonly method?: "GET" | "POST" | "DELETE" | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: string | undefined;
}

/** A provider's answer, read to the end. Header names are lower case. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

/** What one request may cost. */
export interface HttpLimits {
  /** Milliseconds from the call to the last byte. */
  readonly timeout: number;
  /** The largest body, in bytes. */
  readonly maxBytes: number;
}

/**
 * Carries one request, follows no redirect, and throws a {@link TransportFailure} when
 * there is no answer within the limits.
 */
export type Transport = (request: HttpRequest, limits: HttpLimits) => Promise<HttpAnswer>;

/** Why a {@link Transport} has no answer. */
export class TransportFailure extends Error {
  override readonly name = "TransportFailure";
  readonly reason: "timeout" | "unreachable" | "too_large";

  constructor(reason: "timeout" | "unreachable" | "too_large", message: string, cause?: unknown) {
    super(message, { cause });
    this.reason = reason;
  }
}

/**
 * How a backend asks the world. Bounded in time and size, bound to one login, and every
 * failure arrives as an `AuthError` that carries the stage and the backend.
 */
export interface Http {
  /** Any answer that arrives, whatever its status. */
  request(request: HttpRequest): Promise<HttpAnswer>;
  /**
   * An answer with a 2xx status. Any other is an `AuthError`: `provider_failed` (5xx),
   * `provider_busy` (429), `token_refused` (401, 403), `answer_invalid` (the rest).
   */
  ok(request: HttpRequest): Promise<HttpAnswer>;
  /** The JSON of such an answer, unchecked. Any other content is `answer_invalid`. */
  json(request: HttpRequest): Promise<unknown>;
  /** The same, for another stage of the login. */
  at(stage: Stage): Http;
}
