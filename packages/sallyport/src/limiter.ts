/** How often, within a minute and within an hour of the clock; `false` is any number of times. */
export interface Rates {
  readonly minute?: number | false | undefined;
  readonly hour?: number | false | undefined;
}

/** What may not happen too often. What is left out is as stated; `false` is not limited. */
export interface LimitSettings {
  /** Logins that one client begins, in each process: 20 a minute, 200 an hour. */
  readonly loginStarts?: Rates | false | undefined;
  /** Logins of one client that come back from the provider, or go on, and fail: 30 a minute. */
  readonly callbackFailures?: Rates | false | undefined;
  /** Accounts that one user begins to connect, and disconnects: 10 an hour. */
  readonly connects?: Rates | false | undefined;
  /** Messages with a link to one address: 5 an hour. */
  readonly messages?: Rates | false | undefined;
}

/** The name of something that may not happen too often. */
export type LimitName = keyof LimitSettings;

/** Whose request it is, as far as an address tells. */
export interface Client {
  /** An IPv4 address, or the first 64 bits of an IPv6 address: those belong to one customer. */
  readonly key: string;
  /** The network that it is in, for the log: 24 bits of IPv4, 48 of IPv6. */
  readonly network: string;
}

/** Minutes, or hours, one after another, and how often something may happen in each. */
export interface Window {
  /** In milliseconds. */
  readonly length: number;
  readonly most: number;
}

/** What is unless `createAuth` is told otherwise. */
export const usualLimits = {
  loginStarts: { minute: 20, hour: 200 },
  callbackFailures: { minute: 30, hour: false },
  connects: { minute: false, hour: 10 },
  messages: { minute: false, hour: 5 },
} as const satisfies Record<LimitName, Required<Rates>>;

/** The windows of each limit, the shortest first. */
export function windowsOf(
  given: LimitSettings | false = {},
): Readonly<Record<LimitName, readonly Window[]>> {
  const of = (name: LimitName): readonly Window[] => {
    const rates = given && (given[name] ?? {});
    if (!rates) return [];
    const { minute = usualLimits[name].minute, hour = usualLimits[name].hour } = rates;
    return [
      ...(minute === false ? [] : [{ length: 60_000, most: minute }]),
      ...(hour === false ? [] : [{ length: 3_600_000, most: hour }]),
    ];
  };
  return {
    loginStarts: of("loginStarts"),
    callbackFailures: of("callbackFailures"),
    connects: of("connects"),
    messages: of("messages"),
  };
}

/** Which of the windows an instant is in, and when that one ends. */
export function windowAt({ length }: Window, now: Date): { number: number; endsAt: Date } {
  const number = Math.floor(now.getTime() / length);
  return { number, endsAt: new Date((number + 1) * length) };
}

/** The most clients that one process remembers for one thing; past that the oldest are forgotten. */
export const mostClients = 10_000;

/** The limits, and what this process remembers of who is near them. */
export class Limiter {
  readonly windows: Readonly<Record<LimitName, readonly Window[]>>;
  readonly #counts = new Map<
    Window,
    { readonly number: number; readonly of: Map<string, number> }
  >();
  readonly #refused = new Map<string, Date>();

  constructor(given?: LimitSettings | false) {
    this.windows = windowsOf(given);
  }

  /** Counts a client once more, and says how often that was in this window. */
  count({ key }: Client, window: Window, now: Date): number {
    const { number } = windowAt(window, now);
    const known = this.#counts.get(window);
    // Everybody's window ends at once, so nothing of the last one has to be kept.
    const counts = known?.number === number ? known : { number, of: new Map<string, number>() };
    this.#counts.set(window, counts);
    const count = (counts.of.get(key) ?? 0) + 1;
    keep(counts.of, key, count);
    return count;
  }

  /** From now on, until then, the client is refused. */
  refuse({ key }: Client, until: Date): void {
    keep(this.#refused, key, until);
  }

  /** Until when the client is refused, if it is. */
  refusedUntil({ key }: Client, now: Date): Date | undefined {
    const until = this.#refused.get(key);
    if (until && until > now) return until;
    this.#refused.delete(key);
    return undefined;
  }
}

// A map remembers in which order its keys came.
function keep<Value>(map: Map<string, Value>, key: string, value: Value): void {
  map.delete(key);
  map.set(key, value);
  const [oldest] = map.keys();
  if (map.size > mostClients && oldest !== undefined) map.delete(oldest);
}
