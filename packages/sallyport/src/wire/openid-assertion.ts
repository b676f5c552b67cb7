import { timestamp } from "./openid-extensions.ts";
import { identifierSelect, type OpenIdMessage, openId2, signedPart } from "./openid-message.ts";
import { type OpenIdService, withoutFragment } from "./yadis.ts";

/** A positive assertion whose fields fit ours. Only the OP can say whether it made it. */
export interface Assertion {
  readonly endpoint: string;
  /** With the fragment that tells it from an earlier owner's, if it has one. */
  readonly claimedId: string;
  readonly localId: string;
  readonly nonce: string;
  readonly nonceTime: Date;
  /** What the OP signed, by names without `openid.`. */
  readonly signed: OpenIdMessage;
}

/** What an assertion must fit. */
export interface Expectation {
  readonly message: OpenIdMessage;
  readonly callback: URLSearchParams;
  /** Our own address, as the request had it. */
  readonly returnTo: string;
  /** The OP that the browser was sent to. */
  readonly endpoint: string;
  readonly now: Date;
}

/** The most that a nonce's time may differ from ours, in milliseconds. */
export const nonceWindow = 5 * 60 * 1000;

/**
 * Reads a positive assertion (section 10.1) and checks what needs no request: version,
 * signed fields, `return_to` (11.1), endpoint (11.2) and the nonce's time (11.3).
 *
 * @throws {@link BadAssertion}, saying what is wrong without quoting it.
 */
export function readAssertion(expected: Expectation): Assertion {
  const { message, callback, returnTo, endpoint, now } = expected;
  if (message.get("ns") !== openId2) throw new BadAssertion("it is not OpenID 2.0");
  if (!message.get("sig")) throw new BadAssertion("it has no sig");
  const signed = signedPart(message);
  required(signed, "assoc_handle");
  if (!isOurAddress(required(signed, "return_to"), returnTo, callback)) {
    throw new BadAssertion("return_to is not where it came back to");
  }
  if (!isSameAddress(required(signed, "op_endpoint"), endpoint)) {
    throw new BadAssertion("it is from another endpoint than the browser was sent to");
  }
  const claimedId = required(signed, "claimed_id");
  // What we asked for where the person was to choose; as an answer it would fit everybody.
  if (withoutFragment(claimedId) === identifierSelect) {
    throw new BadAssertion("claimed_id names nobody");
  }
  const localId = required(signed, "identity");
  const nonce = required(signed, "response_nonce");
  return { endpoint, claimedId, localId, nonce, nonceTime: freshTime(nonce, now), signed };
}

/** An assertion that does not count. */
export class BadAssertion extends Error {
  override readonly name = "BadAssertion";
}

/** Whether discovery found the very service that an assertion speaks for (section 11.2). */
export function isVouchedBy(assertion: Assertion, service: Omit<OpenIdService, "types">): boolean {
  return (
    service.endpoint === assertion.endpoint &&
    service.claimedId === withoutFragment(assertion.claimedId) &&
    service.localId === assertion.localId
  );
}

function required(signed: OpenIdMessage, name: string): string {
  const value = signed.get(name);
  if (value) return value;
  throw new BadAssertion(`it has no signed ${name}`);
}

function freshTime(nonce: string, now: Date): Date {
  const time = timestamp(nonce);
  if (time === undefined || !/^[\x21-\x7e]{20,255}$/.test(nonce)) {
    throw new BadAssertion("response_nonce is malformed");
  }
  if (Math.abs(now.getTime() - time) > nonceWindow) {
    throw new BadAssertion("response_nonce is not of the last five minutes");
  }
  return new Date(time);
}

// Section 11.1, and stricter: return_to is ours to the letter, and nothing was added to it.
function isOurAddress(returnTo: string, ours: string, callback: URLSearchParams): boolean {
  if (!isSameAddress(returnTo, ours)) return false;
  const bare = [...callback].filter(([name]) => !name.startsWith("openid."));
  return sorted(bare) === sorted([...new URL(ours).searchParams]);
}

function isSameAddress(one: string, other: string): boolean {
  return URL.canParse(one) && new URL(one).href === new URL(other).href;
}

function sorted(pairs: readonly (readonly string[])[]): string {
  return pairs
    .map((pair) => JSON.stringify(pair))
    .toSorted()
    .join();
}
