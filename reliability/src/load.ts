import { browserAgent } from "bench/visit";
import { type Outcome, signIn } from "./browser.ts";

/** One login of somebody who is new here. Times are milliseconds of `performance.now()`. */
export interface Login extends Outcome {
  readonly person: number;
  readonly begun: number;
  readonly ended: number;
}

/** Browsers that sign new people in, one after another, until they are told to stop. */
export interface Load {
  /** What ended by now, in that order. */
  readonly logins: readonly Login[];
  /** How many are under way. */
  underWay(): number;
  /** Lets them finish what they are at. */
  stop(): Promise<void>;
}

/** Lets this many browsers loose. Each login is of somebody new, from person number `from` on. */
export function startLoad(
  origin: string,
  { browsers, from = 1 }: { browsers: number; from?: number },
): Load {
  const agent = browserAgent(2 * browsers);
  const logins: Login[] = [];
  let next = from;
  let running = 0;
  let stopped = false;

  const browser = async () => {
    while (!stopped) {
      const person = next++;
      const begun = performance.now();
      running++;
      const outcome = await signIn({ origin, agent }, person);
      running--;
      logins.push({ ...outcome, person, begun, ended: performance.now() });
      // Nobody who sees an error page is back at once.
      if (outcome.failure) await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };
  const all = Promise.all(Array.from({ length: browsers }, browser));
  return {
    logins,
    underWay: () => running,
    async stop() {
      stopped = true;
      await all;
      agent.destroy();
    },
  };
}

/** The logins that failed. */
export function failuresOf(logins: readonly Login[]): readonly Login[] {
  return logins.filter(({ failure }) => failure !== undefined);
}

/** Each kind of failure, and how often there was one. */
export function inWords(failures: readonly { readonly failure?: string | undefined }[]): string {
  const counts = new Map<string, number>();
  for (const { failure = "" } of failures) counts.set(failure, (counts.get(failure) ?? 0) + 1);
  return [...counts].map(([what, count]) => `${count} × ${what}`).join(", ");
}

/** The milliseconds that this share of the logins stayed under. */
export function percentile(logins: readonly Login[], share: number): number {
  const durations = logins.map(({ begun, ended }) => ended - begun).sort((a, b) => a - b);
  return durations[Math.min(durations.length - 1, Math.floor(durations.length * share))] ?? 0;
}
