import { setTimeout as sleep } from "node:timers/promises";
import { browserAgent } from "bench/visit";
import { isSignedIn } from "../browser.ts";
import { temporaryFolder } from "../folder.ts";
import { failuresOf, inWords, type Load, type Login, startLoad } from "../load.ts";
import type { Context, Figures, Measure } from "../measure.ts";
import { startPostgres } from "../postgres.ts";
import { countRows } from "../rows.ts";
import { type ApplicationProcess, type Site, startSite } from "../site.ts";

/**
 * Milliseconds after which no login may fail any more; where a process takes longer to start,
 * from when it is ready. So often, too, nginx asks it whether it is back.
 */
const recovery = 5000;

interface Sizes extends Readonly<Record<string, number>> {
  readonly kills: number;
  readonly restarts: number;
  readonly crowd: number;
}

/** Processes that are killed, and processes that are replaced, while people sign in. */
export const measure: Measure<Sizes> = {
  name: "restarts",
  title: "what becomes of logins when a process is killed, or replaced",
  sizes: { kills: 10, restarts: 20, crowd: 20 },

  async run(context, { kills, restarts, crowd }) {
    const folder = temporaryFolder(context);
    const database = await startPostgres(context, folder);
    // More than can sign in meanwhile: so many a second, for the seconds that each takes.
    const people = 600 * (8 * kills + 6 * restarts + 10);
    const site = await startSite(context, { folder, database, people, drainSeconds: 1 });
    const load = startLoad(site.origin, { browsers: crowd });
    await sleep(2000);

    const broken: string[] = [];
    let [most, errors] = [0, 0];
    const killedFrom = load.logins.length;
    for (let at = 1; at <= kills; at++) {
      const { underWay, allowed, failures, late } = await killOne(site, load);
      context.say(`kill ${at}: ${failures.length} of ${underWay} under way failed`);
      errors += failures.length;
      most = Math.max(most, failures.length);
      if (failures.length > allowed) {
        broken.push(`kill ${at}: ${underWay} were under way, ${inWords(failures)} failed`);
      }
      if (late.length > 0) broken.push(`kill ${at}: after ${recovery} ms ${inWords(late)}`);
    }
    const replacedFrom = load.logins.length;
    for (let at = 1; at <= restarts; at++) {
      context.say(`restart ${at}`);
      const process = site.processes[at % site.processes.length];
      if (process) await replace(site, process);
    }
    await load.stop();
    const lost = failuresOf(load.logins.slice(replacedFrom));
    if (lost.length > 0) broken.push(`restarts: ${inWords(lost)}`);
    broken.push(...(await wrongRows(context, site, load.logins)));
    return {
      columns: ["What happened", "Times", "Logins meanwhile", "Failed", "Failed at once, at most"],
      rows: [
        ["a process is killed", kills, replacedFrom - killedFrom, errors, most],
        ["a process is replaced", restarts, load.logins.length - replacedFrom, lost.length, "–"],
      ],
      broken,
    } satisfies Figures;
  },
};

/** Kills one at a random moment, starts it again, and watches until it must be over. */
async function killOne({ processes }: Site, load: Load) {
  await sleep(Math.random() * 1000);
  const process = processes[Math.floor(Math.random() * processes.length)];
  const from = load.logins.length;
  const underWay = load.underWay();
  const killedAt = performance.now();
  await process?.running.end("SIGKILL");
  await process?.start();
  const down = performance.now() - killedAt;
  await sleep(Math.max(0, recovery - down) + 1000);
  const failures = failuresOf(load.logins.slice(from));
  const cleanFrom = killedAt + Math.max(recovery, down);
  return {
    underWay,
    allowed: underWay + Math.floor(down / recovery),
    failures,
    late: failures.filter(({ begun }) => begun > cleanFrom),
  };
}

/** What the how-to tells an operator to do. */
async function replace({ nginx }: Site, process: ApplicationProcess): Promise<void> {
  await nginx.takeOut(process.port);
  await process.running.end("SIGTERM");
  const ended = await process.running.ended;
  if (ended !== 0) throw new Error(`a process ended with ${ended}: ${process.running.output()}`);
  await process.start();
  await nginx.putBack(process.port);
}

/** What is lost, doubled or halved: a sentence each. */
async function wrongRows(
  context: Context,
  { origin, database }: Site,
  logins: readonly Login[],
): Promise<readonly string[]> {
  const sessions = logins.flatMap(({ session }) => session ?? []);
  const failed = logins.length - sessions.length;
  const left = await countRows(database);
  const wrong: string[] = [];
  if (left.orphans > 0) wrong.push(`${left.orphans} orphans`);
  if (left.doubles > 0) wrong.push(`${left.doubles} doubles`);
  // Where the answer to the commit was lost, what was written stands.
  for (const what of ["users", "associations", "sessions"] as const) {
    if (left[what] < sessions.length || left[what] > sessions.length + failed) {
      wrong.push(`${left[what]} ${what} of ${sessions.length} logins and ${failed} failures`);
    }
  }
  const agent = browserAgent(20);
  context.after(() => agent.destroy());
  let lost = 0;
  for (let at = 0; at < sessions.length; at += 20) {
    const some = sessions.slice(at, at + 20).map((each) => isSignedIn({ origin, agent }, each));
    lost += (await Promise.all(some)).filter((signedIn) => !signedIn).length;
  }
  if (lost > 0) wrong.push(`${lost} of ${sessions.length} who signed in are not`);
  return wrong;
}
