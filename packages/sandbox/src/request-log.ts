import type { Incoming } from "./incoming.ts";

/** One request that came in, without its secrets. */
export interface LoggedRequest {
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly method: string;
  readonly path: string;
  /** Null while there is no answer, and for good where the connection was cut or hangs. */
  readonly status: number | null;
  readonly ip: string;
  readonly query: Readonly<Record<string, string>>;
  readonly form: Readonly<Record<string, string>>;
  /** Only the scheme is told: "Bearer [redacted]". */
  readonly authorization?: string;
}

const REDACTED = "[redacted]";
const KEPT = 1000;
const secrets = new Set([
  "client_secret",
  "code",
  "code_verifier",
  "token",
  "access_token",
  "refresh_token",
  "id_token_hint",
  "password",
]);

/** The last 1,000 requests; secrets are left out when it is read. */
export class RequestLog {
  readonly #now: () => number;
  #entries: { readonly at: number; readonly request: Incoming; status: number | null }[] = [];

  /** `now` in milliseconds since the epoch. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Notes a request; the function that it returns notes the status of the answer. */
  add(request: Incoming): (status: number) => void {
    const entry = { at: this.#now(), request, status: null as number | null };
    this.#entries.push(entry);
    // Cut now and then rather than shift at each request.
    if (this.#entries.length >= 2 * KEPT) this.#entries = this.#entries.slice(-KEPT);
    return (status) => {
      entry.status = status;
    };
  }

  /** Oldest first. */
  list(): readonly LoggedRequest[] {
    return this.#entries.slice(-KEPT).map(({ at, request, status }) => ({
      at: new Date(at).toISOString(),
      method: request.method,
      path: request.path,
      status,
      ip: request.ip,
      query: redacted(request.query),
      form: redacted(request.form),
      ...(request.authorization === undefined
        ? {}
        : { authorization: `${schemeOf(request.authorization)}${REDACTED}` }),
    }));
  }

  clear(): void {
    this.#entries = [];
  }
}

function redacted(parameters: URLSearchParams): Record<string, string> {
  const entries = [...parameters].map(([name, value]) => [
    name,
    secrets.has(name) ? REDACTED : value,
  ]);
  return Object.fromEntries(entries);
}

function schemeOf(authorization: string): string {
  return /^(Basic|Bearer) /i.exec(authorization)?.[0] ?? "";
}
