import { AuthError, type ErrorCode, type Stage } from "../errors.ts";
import {
  type Http,
  type HttpAnswer,
  type HttpRequest,
  type Transport,
  TransportFailure,
} from "../http.ts";
import { catalogue, type Setting } from "../settings.ts";
import { requestSpan, type Trace, untraced } from "../tracing.ts";

/** What the requests of one login, or of one refresh, may cost together. */
export interface Bounds {
  readonly transport: Transport;
  /** The same for hosts that somebody else chose: public addresses only. */
  readonly publicTransport: Transport;
  /** Milliseconds for one call. */
  readonly callTimeout: number;
  /** Milliseconds for all calls of one login. */
  readonly loginTimeout: number;
  /** Tells how each request went; untraced unless given. */
  readonly trace?: Trace | undefined;
}

/** Who asks, and which addresses it may ask. */
export interface Asker {
  readonly name: string;
  /** The host comes from the person, and not from us. */
  readonly hostFromOutside: boolean;
  mayRequest(url: URL): boolean;
  /** Seconds for one call where it is not the site's usual time, and what we call ourselves. */
  setting?<Name extends "requestsTimeout" | "userAgent">(name: Name): Setting<Name>;
}

/** The largest answer that is read: 1 MiB. */
export const maxAnswerBytes = 1024 * 1024;

/** The {@link Http} that one login's backend is handed. */
export function boundedHttp(
  backend: Asker,
  stage: Stage,
  bounds: Bounds,
  deadline = performance.now() + bounds.loginTimeout,
): Http {
  const carry = backend.hostFromOutside ? bounds.publicTransport : bounds.transport;
  const { trace = untraced } = bounds;
  return {
    async request(request) {
      const url = checkedUrl(request.url);
      const seconds = backend.setting?.("requestsTimeout");
      const patience = seconds === undefined ? bounds.callTimeout : seconds * 1000;
      const left = Math.min(patience, deadline - performance.now());
      if (left <= 0) throw failure("provider_timeout", "the login's time was used up");
      const userAgent = backend.setting?.("userAgent") ?? catalogue.userAgent.usual;
      const headers = { "user-agent": userAgent, ...request.headers };
      return trace(requestSpan(request.method ?? "GET", url), async (learned) => {
        try {
          const answer = await carry(
            { ...request, headers },
            { timeout: Math.ceil(left), maxBytes: maxAnswerBytes },
          );
          learned({ "http.response.status_code": answer.status });
          return answer;
        } catch (error) {
          if (!(error instanceof TransportFailure)) throw error;
          throw failure(codeOf[error.reason], `${url.origin}: ${error.message}`, error);
        }
      });
    },

    async ok(request) {
      const answer = await this.request(request);
      refuseFailures(answer, request);
      return answer;
    },

    async json(request) {
      const answer = await this.ok(request);
      const value = parseJson(answer);
      if (value !== undefined && value !== null) return value;
      throw failure("answer_invalid", `expected JSON and got ${describe(answer)}`);
    },

    at: (other) => boundedHttp(backend, other, bounds, deadline),
  };

  function checkedUrl(text: string): URL {
    const url = URL.canParse(text) ? new URL(text) : undefined;
    if (url && backend.mayRequest(url)) return url;
    throw failure(
      "settings_invalid",
      `a request to ${url?.origin ?? "no address"} is not allowed: https only`,
    );
  }

  function refuseFailures(answer: HttpAnswer, request: HttpRequest): void {
    if (answer.status >= 200 && answer.status < 300) return;
    const refused = answer.status === 401 || answer.status === 403;
    const said = `${new URL(request.url).pathname} answered with`;
    const context = { backend: backend.name, stage, said };
    throw answerFailure(answer, refused ? "token_refused" : "answer_invalid", context);
  }

  function failure(code: ErrorCode, message: string, cause?: unknown): AuthError {
    const text = `${backend.name}: ${message}`;
    return new AuthError(code, { stage, backend: backend.name, message: text, cause });
  }
}

/**
 * The `AuthError` for an answer that is not what was expected: an outage where its status
 * says so, else `code`. `said` are the words before what came.
 */
export function answerFailure(
  answer: HttpAnswer,
  code: ErrorCode,
  { backend, stage, said }: { backend: string; stage: Stage; said: string },
): AuthError {
  return new AuthError(statusFailure(answer) ?? code, {
    stage,
    backend,
    message: `${backend}: ${said} ${describe(answer)}`,
    retryAfter: retryAfterOf(answer),
  });
}

/** What an answer's status says against it, before anybody looks at its body. */
export function statusFailure(answer: HttpAnswer): ErrorCode | undefined {
  if (answer.status === 429) return "provider_busy";
  if (answer.status >= 500) return "provider_failed";
  return undefined;
}

/** `Retry-After` in seconds (RFC 9110, section 10.2.3); undefined without a usable one. */
export function retryAfterOf(answer: HttpAnswer): number | undefined {
  const seconds = Number(answer.headers["retry-after"]);
  return Number.isFinite(seconds) && seconds >= 0 ? Math.min(seconds, 3600) : undefined;
}

/** The JSON of an answer; undefined where it is none. What was sent instead is never quoted. */
export function parseJson(answer: HttpAnswer): unknown {
  try {
    return JSON.parse(answer.text);
  } catch {
    return undefined;
  }
}

/** What kind of answer came, for an operator, without a word of its content. */
export function describe(answer: HttpAnswer): string {
  const type = (answer.headers["content-type"] ?? "no content type").split(";")[0];
  return `status ${answer.status}, ${type}, ${answer.text.length} characters`;
}

const codeOf = {
  timeout: "provider_timeout",
  unreachable: "provider_unreachable",
  too_large: "answer_too_large",
} as const;
