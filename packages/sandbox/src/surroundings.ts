import type { ActiveFaults } from "./faults.ts";
import type { Provider } from "./provider.ts";
import type { RateLimit } from "./rate-limit.ts";
import type { RequestLog } from "./request-log.ts";

/** A provider and what surrounds it: the limit, the faults, the log, the end. */
export interface Surroundings {
  readonly provider: Provider;
  readonly faults: ActiveFaults;
  readonly log: RequestLog;
  readonly rateLimit: RateLimit | undefined;
  /** Ends what is being waited for when the sandbox closes. */
  readonly closing: AbortSignal;
}
