import type { Agent } from "node:http";
import { browserAgent, visit } from "./visit.ts";

// The people in front of the servers, in a process of their own. The provider's page is
// skipped: a browser makes the callback itself, from the state it was sent away with.

/** What the bench wants done. */
export interface Rush {
  readonly origin: string;
  readonly browsers: number;
  readonly seconds: number;
  /** People who have signed in before have the numbers 1 to this. */
  readonly known: number;
}

/** What became of it. */
export interface RushReport {
  readonly logins: number;
  /** How many of them were people who had not been there before. */
  readonly newcomers: number;
  readonly seconds: number;
  /** Milliseconds that 99 of 100 logins stayed under, from the first request to the last answer. */
  readonly p99: number;
  /** The first login that did not end as it should. */
  readonly failure?: string | undefined;
}

process.on("message", (rush: Rush) => {
  run(rush).then((report) => process.send?.(report));
});
process.on("disconnect", () => process.exit(0));

async function run({ origin, browsers, seconds, known }: Rush): Promise<RushReport> {
  const agent = browserAgent(browsers);
  const durations: number[] = [];
  let begun = 0;
  let newcomers = 0;
  let failure: string | undefined;
  const start = performance.now();
  const end = start + seconds * 1000;

  // Every other login is a newcomer's, once there is somebody who can return.
  const nextPerson = () => {
    begun++;
    if (known > 0 && begun % 2 === 0) return 1 + ((begun * 7919) % known);
    return known + ++newcomers;
  };
  const browser = async () => {
    while (failure === undefined && performance.now() < end) {
      const before = performance.now();
      await signIn(origin, nextPerson(), agent);
      durations.push(performance.now() - before);
    }
  };
  await Promise.all(Array.from({ length: browsers }, browser)).catch((error: unknown) => {
    failure = String(error);
  });
  const elapsed = (performance.now() - start) / 1000;
  agent.destroy();
  durations.sort((one, other) => one - other);
  const p99 = durations[Math.floor(durations.length * 0.99)] ?? 0;
  return { logins: durations.length, newcomers, seconds: elapsed, p99, failure };
}

/** One login of a browser that brings no cookies. */
async function signIn(origin: string, person: number, agent: Agent): Promise<void> {
  const left = await visit(`${origin}/auth/login/bench`, { agent });
  const state = /[?&]state=([\w-]+)/.exec(left.location)?.[1];
  if (left.status !== 303 || !state) throw new Error(`login answered with status ${left.status}`);

  const callback = `${origin}/auth/complete/bench?code=${person}&state=${state}`;
  const back = await visit(callback, { agent, cookie: left.cookies.join("; ") });
  if (back.status !== 303 || !back.cookies.some((cookie) => /session=[\w-]{43}$/.test(cookie))) {
    throw new Error(`complete answered with status ${back.status}`);
  }
}
