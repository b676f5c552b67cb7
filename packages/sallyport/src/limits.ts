import { sha256, toBase64Url } from "#platform";
import type { BaseAuth } from "./backend.ts";
import { AuthError, catalogue, logFacts, type Stage } from "./errors.ts";
import type { Gate } from "./gate.ts";
import { type Client, type LimitName, type Window, windowAt } from "./limiter.ts";
import { comparisonKey, toAuthError, type User } from "./storage.ts";
import { untilWon } from "./transaction.ts";

// What may not happen too often, and what becomes of whoever tries. A client without an
// address is not limited.

/**
 * A login begins. Counted in this process, since to begin a login writes nothing.
 *
 * @throws `too_many_requests`
 */
export async function countStart(gate: Gate, client: Client | undefined): Promise<void> {
  if (!client) return;
  const spent = { limit: "loginStarts", who: client.network } as const;
  await spend(gate, spent, async (window, now) => gate.limiter.count(client, window, now));
}

/** A user begins to connect an account, or to disconnect one. @throws `too_many_requests` */
export async function countConnect(gate: Gate, { id }: Pick<User, "id">): Promise<void> {
  const spent = { limit: "connects", who: `user ${id}` } as const;
  await spend(gate, spent, (window, now) =>
    countInDatabase(gate, spent.limit, String(id), window, now),
  );
}

/** A message with a link is about to be sent. @throws `too_many_requests` */
export async function countMessage(
  gate: Gate,
  { name: backend }: Pick<BaseAuth, "name">,
  to: string,
): Promise<void> {
  const address = comparisonKey(to);
  const hash = toBase64Url(await sha256(address)).slice(0, 8);
  const spent = { limit: "messages", who: `address ${hash}`, stage: "pipeline", backend } as const;
  await spend(gate, spent, (window, now) =>
    countInDatabase(gate, spent.limit, address, window, now),
  );
}

/**
 * Does what a login that comes back needs, for whoever has not failed too often, and counts it
 * where it fails. Who reaches the most is refused until the window ends: in this process
 * from then on, in another one from its own next count on. So a login that succeeds costs no
 * statement, and one that is refused neither.
 *
 * @throws `too_many_requests`, and what the work throws.
 */
export async function countingFailures<T>(
  gate: Gate,
  client: Client | undefined,
  work: () => Promise<T>,
): Promise<T> {
  if (!client) return work();
  const now = gate.now();
  const until = gate.limiter.refusedUntil(client, now);
  if (until) throw tooMany({ limit: "callbackFailures", who: client.network }, until, now);
  try {
    return await work();
  } catch (error) {
    await countFailure(gate, client, toAuthError(error));
    throw error;
  }
}

/** A database that cannot count changes nothing about the answer. */
async function countFailure(gate: Gate, client: Client, error: AuthError): Promise<void> {
  if (!isTheirs(error)) return;
  const now = gate.now();
  try {
    for (const window of gate.limiter.windows.callbackFailures) {
      const count = await countInDatabase(gate, "callbackFailures", client.key, window, now);
      if (count < window.most) continue;
      gate.limiter.refuse(client, windowAt(window, now).endsAt);
      const spent = { limit: "callbackFailures", who: client.network } as const;
      if (count === window.most) await tell(gate, spent);
    }
  } catch (cause) {
    gate.logger.warn("a failed login could not be counted", logFacts(toAuthError(cause)));
  }
}

/** Whether a failure is the visitor's doing or the provider's; before it was let in, it cost nothing. */
function isTheirs({ code, status, stage }: AuthError): boolean {
  if (stage === "request" || code === "too_many_requests") return false;
  return status < 500 || status === 502;
}

/** Of what, and by whom, there may be too much; and what the refusal says beside that. */
interface Spent {
  readonly limit: LimitName;
  /** As the log may have it. */
  readonly who: string;
  readonly stage?: Stage;
  readonly backend?: string;
}

/** Counts in each window of a limit, and refuses past its most. */
async function spend(
  gate: Gate,
  spent: Spent,
  count: (window: Window, now: Date) => Promise<number>,
): Promise<void> {
  const now = gate.now();
  for (const window of gate.limiter.windows[spent.limit]) {
    const number = await count(window, now);
    if (number <= window.most) continue;
    // Each number comes once, so this is told once.
    if (number === window.most + 1) await tell(gate, spent);
    throw tooMany(spent, windowAt(window, now).endsAt, now);
  }
}

async function countInDatabase(
  { storage }: Gate,
  limit: LimitName,
  who: string,
  window: Window,
  now: Date,
): Promise<number> {
  const { number, endsAt } = windowAt(window, now);
  const key = `${limit} ${window.length} ${number} ${who}`;
  try {
    return await untilWon(() => storage.limits.count(key, endsAt, now));
  } catch (error) {
    throw toAuthError(error);
  }
}

async function tell({ logger, events }: Gate, { limit, who }: Spent): Promise<void> {
  logger.warn("a limit was reached", { limit, who });
  await events.emit("limited", { limit, who });
}

function tooMany({ limit, who, stage = "request", backend }: Spent, until: Date, now: Date) {
  const seconds = Math.ceil((until.getTime() - now.getTime()) / 1000);
  const minutes = Math.ceil(seconds / 60);
  return new AuthError("too_many_requests", {
    stage,
    backend,
    message: `too many ${limit} by ${who}`,
    retryAfter: seconds,
    explanation: {
      sentence: catalogue.too_many_requests.sentence,
      nextStep: `Please try again in ${minutes === 1 ? "a minute" : `${minutes} minutes`}.`,
    },
  });
}
