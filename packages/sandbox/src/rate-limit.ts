import type { Answer } from "./answer.ts";

/**
 * PeeringDB's limit for whoever is not signed in, applied by address: token and profile requests
 * of all of an application's users count together, since they come from its server.
 *
 * https://github.com/peeringdb/peeringdb/blob/3b79bdd1/src/peeringdb_server/middleware.py#L673
 */
export class RateLimit {
  readonly #perMinute: number;
  readonly #now: () => number;
  #minute = 0;
  #counts = new Map<string, number>();

  /** `now` in milliseconds since the epoch. */
  constructor(perMinute: number, now: () => number) {
    this.#perMinute = perMinute;
    this.#now = now;
  }

  /** Counts a request; answers it where there were too many within the minute. */
  count(ip: string): Answer | undefined {
    const now = this.#now();
    const minute = Math.floor(now / 60_000);
    if (minute !== this.#minute) this.#counts.clear();
    this.#minute = minute;
    const count = (this.#counts.get(ip) ?? 0) + 1;
    this.#counts.set(ip, count);
    if (count <= this.#perMinute) return undefined;
    return tooManyRequests(Math.ceil(60 - ((now / 1000) % 60)), this.#perMinute);
  }
}

/** PeeringDB's answer to too many requests: plain text, and seconds in Retry-After. */
export function tooManyRequests(retryAfter: number, limit = 120): Answer {
  return {
    status: 429,
    headers: {
      "Content-Type": "text/plain",
      "X-RateLimit-Limit": String(limit),
      "Retry-After": String(retryAfter),
    },
    body: "Rate limit exceeded. Please try again later.",
  };
}
