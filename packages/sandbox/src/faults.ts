import { type Answer, json, type Outcome } from "./answer.ts";
import { InvalidInput, isObject, shown } from "./invalid-input.ts";
import { tooManyRequests } from "./rate-limit.ts";

/** The endpoints at which the sandbox can be made to misbehave. */
export const faultyEndpoints = [
  "authorize",
  "token",
  "profile",
  "userinfo",
  "revoke",
  "discovery",
  "jwks",
] as const;

/** The name of an endpoint in {@link Faults}. */
export type FaultyEndpoint = (typeof faultyEndpoints)[number];

/** The ways in which an id_token can be wrong. */
export const idTokenFaults = [
  "wrong-nonce",
  "wrong-aud",
  "wrong-iss",
  "bad-signature",
  "expired",
] as const;

/** The name of a way in which an id_token can be wrong. */
export type IdTokenFault = (typeof idTokenFaults)[number];

/**
 * How an endpoint misbehaves. `delayMs` and `times` go with everything; at most one of `drop`,
 * `hang`, `html`, `bytes`, `body` and `idToken` can be set. With `delayMs` alone the right answer
 * comes late.
 */
export interface Fault {
  /** The status of the answer; alone it comes with an error page, 429 as PeeringDB's limit. */
  readonly status?: number;
  /** Seconds in the Retry-After header of a 429; 60 unless given. */
  readonly retryAfter?: number;
  /** Milliseconds to wait before anything else. */
  readonly delayMs?: number;
  /** The connection is cut without an answer. */
  readonly drop?: boolean;
  /** The connection stays open, and nothing ever comes. */
  readonly hang?: boolean;
  /** A page comes where JSON is expected; status 200 unless given. */
  readonly html?: boolean;
  /** A valid JSON body of this many bytes, without Content-Length; status 200 unless given. */
  readonly bytes?: number;
  /** This comes as JSON, a string as it is (for broken JSON); status 200 unless given. */
  readonly body?: unknown;
  /** The id_token is wrong in this way; at the token endpoint only. */
  readonly idToken?: IdTokenFault;
  /** After this many requests the fault is over. */
  readonly times?: number;
}

/** Faults by endpoint. */
export type Faults = { readonly [endpoint in FaultyEndpoint]?: Fault };

/** The faults of one sandbox, each with the requests it is still good for. */
export class ActiveFaults {
  #faults = new Map<string, Fault>();

  list(): Faults {
    return Object.fromEntries(this.#faults);
  }

  /** Puts these faults in place of all others; throws {@link InvalidInput}. */
  replace(faults: unknown): void {
    this.#faults = new Map(Object.entries(toFaults(faults)));
  }

  /** The fault a request to an endpoint meets; counts down those that end. */
  take(endpoint: FaultyEndpoint): Fault | undefined {
    const fault = this.#faults.get(endpoint);
    if (fault?.times === undefined) return fault;
    if (fault.times > 1) this.#faults.set(endpoint, { ...fault, times: fault.times - 1 });
    else this.#faults.delete(endpoint);
    return fault;
  }
}

/** What comes in place of the right answer; undefined where that still comes. */
export function faultyOutcome(fault: Fault): Outcome | undefined {
  const { status = 200 } = fault;
  if (fault.drop) return "drop";
  if (fault.hang) return "hang";
  if (fault.html) return page(status, "This is a page");
  if (fault.bytes !== undefined) return { ...json(status, ""), body: padding(fault.bytes) };
  if (typeof fault.body === "string") return { ...json(status, ""), body: fault.body };
  if (fault.body !== undefined) return json(status, fault.body);
  if (fault.status === 429) return tooManyRequests(fault.retryAfter ?? 60);
  if (fault.status !== undefined) return page(status, `Error (${status})`);
  return undefined;
}

/** Checks faults as they come from a request or a test; throws {@link InvalidInput}. */
export function toFaults(faults: unknown): Faults {
  if (!isObject(faults)) throw new InvalidInput(`faults: expected an object, got ${shown(faults)}`);
  for (const [endpoint, fault] of Object.entries(faults)) {
    if (!(faultyEndpoints as readonly string[]).includes(endpoint)) {
      throw new InvalidInput(
        `${endpoint}: no such endpoint; there are ${faultyEndpoints.join(", ")}`,
      );
    }
    checkFault(fault, endpoint);
  }
  return faults;
}

const members: Readonly<Record<keyof Fault, readonly [string, (value: unknown) => boolean]>> = {
  status: ["a status from 200 to 599", (value) => isWhole(value) && value >= 200 && value <= 599],
  retryAfter: ["a number of seconds", isWhole],
  delayMs: ["a number of milliseconds", isWhole],
  drop: ["true or false", isBoolean],
  hang: ["true or false", isBoolean],
  html: ["true or false", isBoolean],
  bytes: ["a number of bytes", isWhole],
  body: ["anything", () => true],
  idToken: [idTokenFaults.join(", "), (value) => idTokenFaults.some((name) => name === value)],
  times: ["a number from 1", (value) => isWhole(value) && value >= 1],
};
const alternatives = ["drop", "hang", "html", "bytes", "body", "idToken"] as const;

function checkFault(fault: unknown, endpoint: string): asserts fault is Fault {
  if (!isObject(fault)) {
    throw new InvalidInput(`${endpoint}: expected an object, got ${shown(fault)}`);
  }
  for (const [name, value] of Object.entries(fault)) {
    if (!isMember(name)) {
      const known = Object.keys(members).join(", ");
      throw new InvalidInput(`${endpoint}.${name}: unknown; there are ${known}`);
    }
    const [expected, holds] = members[name];
    if (!holds(value)) {
      throw new InvalidInput(`${endpoint}.${name}: expected ${expected}, got ${shown(value)}`);
    }
  }
  const [first, second] = alternatives.filter((name) => fault[name] !== undefined);
  if (second !== undefined) {
    throw new InvalidInput(`${endpoint}: ${first} and ${second} exclude each other`);
  }
  if (fault.idToken !== undefined && endpoint !== "token") {
    throw new InvalidInput(`${endpoint}.idToken: only token answers with an id_token`);
  }
  if (fault.retryAfter !== undefined && fault.status !== 429) {
    throw new InvalidInput(`${endpoint}.retryAfter: needs status 429`);
  }
}

function isMember(name: string): name is keyof Fault {
  return Object.hasOwn(members, name);
}

function isWhole(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function isBoolean(value: unknown): boolean {
  return typeof value === "boolean";
}

function page(status: number, title: string): Answer {
  const body = `<!doctype html><html lang="en"><title>${title}</title><h1>${title}</h1></html>`;
  return { status, headers: { "Content-Type": "text/html; charset=utf-8" }, body };
}

function* padding(bytes: number): Iterable<string> {
  const [open, close] = ['{"padding":"', '"}'];
  const piece = "x".repeat(65_536);
  yield open;
  let left = bytes - open.length - close.length;
  for (; left > piece.length; left -= piece.length) yield piece;
  yield "x".repeat(Math.max(left, 0));
  yield close;
}
