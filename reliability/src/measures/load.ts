import { setTimeout as sleep } from "node:timers/promises";
import { temporaryFolder } from "../folder.ts";
import { failuresOf, inWords, percentile, startLoad } from "../load.ts";
import type { Figures, Measure } from "../measure.ts";
import { startPostgres } from "../postgres.ts";
import { countRows } from "../rows.ts";
import { startSite } from "../site.ts";

/** First logins one after another from many browsers, for a while. */
export const measure: Measure<{ seconds: number; browsers: number; warmup: number }> = {
  name: "load",
  title: "how many first logins a second two processes do, and how long each takes",
  // The first seconds, in which the processes compile what runs often, are not counted.
  sizes: { seconds: 60, browsers: 50, warmup: 5 },

  async run(context, { seconds, browsers, warmup }) {
    const folder = temporaryFolder(context);
    const database = await startPostgres(context, folder);
    const site = await startSite(context, { folder, database, people: 1000 * (seconds + warmup) });
    context.say(`${browsers} browsers for ${warmup} and ${seconds} s`);
    const load = startLoad(site.origin, { browsers });
    await sleep(warmup * 1000);
    const from = performance.now();
    await sleep(seconds * 1000);
    const to = performance.now();
    await load.stop();

    const counted = load.logins.filter(({ ended }) => ended >= from && ended < to);
    const failures = failuresOf(load.logins);
    const left = await countRows(database);
    const perSecond = counted.length / ((to - from) / 1000);
    const [p50, p95, p99] = [0.5, 0.95, 0.99].map((share) => percentile(counted, share));
    const broken: string[] = [];
    if (perSecond < 150) broken.push(`${perSecond.toFixed(0)} logins a second instead of 150`);
    if ((p95 ?? 0) >= 500) broken.push(`p95 is ${p95?.toFixed(0)} ms, not under 500`);
    if (failures.length > 0) broken.push(inWords(failures));
    const expected = load.logins.length - failures.length;
    if (left.users !== expected || left.orphans + left.doubles > 0) {
      broken.push(`${left.users} users and ${left.orphans} orphans of ${expected} logins`);
    }
    const milliseconds = [p50, p95, p99].map((each) => each?.toFixed(0) ?? "");
    return {
      columns: ["Browsers", "Seconds", "Logins a second", "p50 ms", "p95 ms", "p99 ms", "Errors"],
      rows: [[browsers, seconds, perSecond.toFixed(0), ...milliseconds, failures.length]],
      broken,
    } satisfies Figures;
  },
};
