/** What can be said of a span. */
export type Attributes = Record<string, string | number>;

/** Of OpenTelemetry's span, what is called here. */
export interface Span {
  setAttributes(attributes: Attributes): unknown;
  setStatus(status: { code: number }): unknown;
  end(): void;
}

/**
 * Of OpenTelemetry's tracer, what is called here: `trace.getTracer("sallyport")` of
 * `@opentelemetry/api` is one.
 */
export interface Tracer {
  startActiveSpan<T>(
    name: string,
    options: { readonly kind: number; readonly attributes: Attributes },
    run: (span: Span) => T,
  ): T;
}

/** Runs work within a span; what it learns on the way it adds with `learned`. */
export type Trace = <T>(
  span: {
    readonly name: string;
    readonly attributes: Attributes;
    /** A request to somebody else. */
    readonly outgoing?: boolean;
  },
  work: (learned: (attributes: Attributes) => void) => Promise<T>,
) => Promise<T>;

/** Without a tracer: only the work. */
export const untraced: Trace = (_span, work) => work(() => {});

/** Work in spans of this tracer. What fails is marked with its code, and never with its words. */
export function traceWith(tracer: Tracer | undefined): Trace {
  if (!tracer) return untraced;
  return ({ name, attributes, outgoing }, work) => {
    const kind = outgoing ? spanKind.client : spanKind.internal;
    return tracer.startActiveSpan(name, { kind, attributes }, async (span) => {
      const fail = (type: string) => {
        span.setAttributes({ "error.type": type });
        span.setStatus({ code: statusError });
      };
      try {
        return await work((learned) => {
          span.setAttributes(learned);
          const status = learned["http.response.status_code"];
          if (typeof status === "number" && status >= 400) fail(String(status));
        });
      } catch (error) {
        fail(typeOf(error));
        throw error;
      } finally {
        span.end();
      }
    });
  };
}

/** Something that is done with a backend: `begin`, `complete`, `refresh` and so on. */
export function backendSpan(what: string, backend: { readonly name: string }) {
  return { name: `sallyport.${what}`, attributes: { "sallyport.backend": backend.name } };
}

/** A step of a pipeline. */
export function stepSpan(step: { readonly name: string; readonly phase: string }) {
  const attributes = { "sallyport.step": step.name, "sallyport.phase": step.phase };
  return { name: `sallyport.step ${step.name}`, attributes };
}

/**
 * A request to a provider, by the names of OpenTelemetry's conventions for HTTP clients.
 * Without the query, which may hold tokens.
 * https://opentelemetry.io/docs/specs/semconv/http/http-spans/#http-client-span
 */
export function requestSpan(method: string, url: URL) {
  const { protocol, hostname, port, origin, pathname } = url;
  const attributes: Attributes = {
    "http.request.method": method,
    "server.address": hostname,
    "server.port": Number(port) || (protocol === "https:" ? 443 : 80),
    "url.full": origin + pathname,
  };
  return { name: method, attributes, outgoing: true };
}

// The numbers of `SpanKind` and `SpanStatusCode` in OpenTelemetry's API, which never change.
const spanKind = { internal: 0, client: 2 };
const statusError = 2;

// A code where there is one (https://opentelemetry.io/docs/specs/semconv/attributes-registry/error/).
function typeOf(error: unknown): string {
  const code: unknown = Object(error).code;
  if (typeof code === "string") return code;
  return error instanceof Error ? error.name : "_OTHER";
}
