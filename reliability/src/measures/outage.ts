import { setTimeout as sleep } from "node:timers/promises";
import type { DatabaseServer } from "../database.ts";
import { part } from "../endings.ts";
import { temporaryFolder } from "../folder.ts";
import { failuresOf, inWords, startLoad } from "../load.ts";
import { startMariadb } from "../mariadb.ts";
import type { Ends, Figures, Measure } from "../measure.ts";
import { startPostgres } from "../postgres.ts";
import { memoryOf } from "../process-tree.ts";
import { countRows } from "../rows.ts";
import { type Site, startSite } from "../site.ts";

/** Milliseconds after the database's return from which on no login may fail. */
const recovery = 2000;

/**
 * The longest that anybody may wait for a page that says so, in milliseconds: five seconds for a
 * connection, ten for a statement, and room for a slow machine.
 */
const patience = 20_000;

/** How a database can go. */
interface Outage {
  readonly what: string;
  start(ends: Ends, folder: string): Promise<DatabaseServer>;
  goes(server: DatabaseServer): Promise<void>;
  comesBack(server: DatabaseServer): Promise<void>;
  /** How long it is away, where that is another time than the others'. */
  readonly seconds?: number;
}

const stops = {
  goes: (server: DatabaseServer) => server.stop(),
  comesBack: (server: DatabaseServer) => server.start(),
};

const outages: readonly Outage[] = [
  { what: "PostgreSQL is shut down", start: startPostgres, ...stops },
  { what: "MariaDB is shut down", start: startMariadb, ...stops },
  {
    what: "PostgreSQL breaks off",
    start: startPostgres,
    goes: (server) => server.stop("SIGQUIT"),
    comesBack: (server) => server.start(),
  },
  {
    what: "PostgreSQL hangs for 20 seconds",
    start: startPostgres,
    seconds: 20,
    goes: async (server) => server.freeze(true),
    comesBack: async (server) => server.freeze(false),
  },
  {
    what: "a connection of PostgreSQL's is killed",
    start: startPostgres,
    // It breaks all the others off, too, and recovers by itself.
    goes: async (server) => server.killConnection?.(),
    comesBack: async () => {},
    // Sooner than anybody could look.
    seconds: 0,
  },
  {
    what: "MariaDB hangs for 20 seconds",
    start: startMariadb,
    seconds: 20,
    goes: async (server) => server.freeze(true),
    comesBack: async (server) => server.freeze(false),
  },
];

interface Sizes extends Readonly<Record<string, number>> {
  readonly away: number;
  readonly crowd: number;
  readonly outages: number;
}

/** Databases that go while people sign in, and come back. */
export const measure: Measure<Sizes> = {
  name: "outage",
  title: "what people see while the database is away, and how soon it is over",
  sizes: { away: 2, crowd: 20, outages: outages.length },

  async run(context, sizes) {
    const rows: (readonly (string | number)[])[] = [];
    const broken: string[] = [];
    for (const outage of outages.slice(0, sizes.outages)) {
      const found = await part(context, (ends) => goAndComeBack(ends, outage, sizes));
      context.say(`${outage.what}: ${found.unavailable} × 503`);
      const { before, unavailable, slowest, clean, grown } = found;
      rows.push([outage.what, before, unavailable, slowest, clean, grown]);
      broken.push(...found.broken.map((each) => `${outage.what}: ${each}`));
    }
    const columns = [
      "What happens",
      "Logins until then",
      "Answered with 503",
      "Longest wait, ms",
      "Last 503 after its return, ms",
      "Memory grown, MB",
    ];
    return { columns, rows, broken } satisfies Figures;
  },
};

async function goAndComeBack(ends: Ends, outage: Outage, { away, crowd }: Sizes) {
  const folder = temporaryFolder(ends);
  const server = await outage.start(ends, folder);
  const site = await startSite(ends, { folder, database: server, people: 50_000 });
  const load = startLoad(site.origin, { browsers: crowd });
  await sleep(3000);

  const memory = memoryIn(site);
  const before = load.logins.length;
  await outage.goes(server);
  const seconds = outage.seconds ?? away;
  await sleep(seconds * 1000);
  const readyMeanwhile = await Promise.all(site.processes.map((each) => each.isReady()));
  await outage.comesBack(server);
  const backAt = performance.now();
  await sleep(recovery + 1500);
  await load.stop();

  const during = load.logins.slice(before);
  const failures = failuresOf(during);
  const unavailable = failures.filter(({ status }) => status === 503);
  const waits = during.map(({ begun, ended }) => ended - begun);
  const clean = Math.max(0, ...failures.map(({ ended }) => ended - backAt));
  const grown = memoryIn(site) - memory;
  const broken: string[] = [];
  const others = failures.filter(({ status, retryAfter }) => status !== 503 || !retryAfter);
  if (others.length > 0) broken.push(inWords(others));
  const late = failures.filter(({ begun }) => begun > backAt + recovery);
  if (late.length > 0) broken.push(`${recovery} ms after its return ${inWords(late)}`);
  if (Math.max(0, ...waits) > patience) broken.push(`somebody waited ${Math.max(...waits)} ms`);
  const since = during.filter(({ begun, failure }) => begun > backAt && !failure);
  if (since.length === 0) broken.push("nobody signed in after its return");
  if (seconds > 0 && readyMeanwhile.some(Boolean))
    broken.push("a process was ready while it was away");
  for (const { running } of site.processes) {
    if (running.child.exitCode !== null || running.child.signalCode !== null) {
      broken.push(`a process ended: ${running.output()}`);
    }
    if (/unhandled/i.test(running.output())) broken.push(running.output());
  }
  const succeeded = load.logins.length - failuresOf(load.logins).length;
  const left = await countRows(server);
  if (left.orphans + left.doubles > 0 || left.sessions < succeeded) {
    broken.push(`${succeeded} signed in, and there is ${JSON.stringify(left)}`);
  }
  return {
    before,
    unavailable: unavailable.length,
    slowest: Math.max(0, ...waits).toFixed(0),
    clean: clean.toFixed(0),
    grown: (grown / 1e6).toFixed(0),
    broken,
  };
}

function memoryIn({ processes }: Site): number {
  const each = processes.map(({ running }) => memoryOf(running.child.pid ?? 0));
  return each.reduce((sum, bytes) => sum + bytes, 0);
}
