import { mkdtempSync, rmSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import Database from "better-sqlite3";
import type { Rush, RushReport } from "./browsers.ts";
import { type Child, type ServingChild, startChild, startServer } from "./child.ts";

// What a login costs: the library and a hand-written floor in turns, before the same browsers
// and the same provider, each in a process of its own.

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "5" },
    seconds: { type: "string", default: "5" },
    browsers: { type: "string", default: "32" },
  },
});
const rounds = positive("rounds", values.rounds);
const seconds = positive("seconds", values.seconds);
const browsers = positive("browsers", values.browsers);

/** A server under test, and what it must have in its database by now. */
interface Contestant {
  readonly name: string;
  /** Its SQLite file. */
  readonly database: string;
  readonly server: ServingChild;
  readonly figures: Figures[];
  people: number;
  logins: number;
}

interface Figures {
  readonly loginsPerSecond: number;
  readonly cpu: number;
  readonly p99: number;
}

const folder = mkdtempSync(join(tmpdir(), "sallyport-bench-"));
const started: Child[] = [];
try {
  await bench();
} finally {
  await Promise.all(started.map((child) => child.end()));
  rmSync(folder, { recursive: true });
}

async function bench(): Promise<void> {
  const provider = keep(await startServer(file("provider")));
  const crowd = keep(startChild(file("browsers")));
  const contestants: Contestant[] = [];
  for (const name of ["library", "floor"]) {
    const database = join(folder, `${name}.db`);
    const server = keep(await startServer(file(name), database, provider.origin));
    contestants.push({ name, database, server, figures: [], people: 0, logins: 0 });
  }
  console.log(
    `Node ${process.versions.node}, ${cpus().length} cores (${cpus()[0]?.model.trim()}), ` +
      `${browsers} browsers, half of them new, ${rounds} rounds of ${seconds} s`,
  );
  // Compiles what runs often, and signs in the people who will return.
  for (const contestant of contestants) await round(contestant, crowd, 0);
  for (let number = 1; number <= rounds; number++) {
    for (const contestant of contestants) {
      const figures = await round(contestant, crowd, contestant.people);
      contestant.figures.push(figures);
      console.log(`round ${number}  ${line(contestant.name, figures)}`);
    }
  }
  report(contestants);
}

function file(name: string): URL {
  return new URL(`${name}.js`, import.meta.url);
}

function keep<Kind extends Child>(child: Kind): Kind {
  started.push(child);
  return child;
}

/** One rush on one server, and a look into its database afterwards. */
async function round(contestant: Contestant, crowd: Child, known: number): Promise<Figures> {
  const { server } = contestant;
  const rush: Rush = { origin: server.origin, browsers, seconds, known };
  const cpuBefore = await server.cpuMicroseconds();
  const done = (await crowd.ask(rush)) as RushReport;
  const cpuUsed = (await server.cpuMicroseconds()) - cpuBefore;
  if (done.failure) throw new Error(`${contestant.name}: ${done.failure}`);
  contestant.people += done.newcomers;
  contestant.logins += done.logins;
  verify(contestant);
  return {
    loginsPerSecond: done.logins / done.seconds,
    cpu: cpuUsed / 1000 / done.logins,
    p99: done.p99,
  };
}

/** Fast and wrong does not count: the rows must be there, each once. */
function verify({ name, database, people, logins }: Contestant): void {
  const db = new Database(database, { readonly: true });
  const expected = { users: people, social_auth: people, sessions: logins };
  for (const [table, wanted] of Object.entries(expected)) {
    const found = db.prepare(`select count(*) from ${table}`).pluck().get();
    if (found !== wanted) throw new Error(`${name}: ${found} ${table} instead of ${wanted}`);
  }
  db.close();
}

function report(contestants: readonly Contestant[]): void {
  const medians = contestants.map(({ name, figures }) => ({
    name,
    loginsPerSecond: median(figures.map((each) => each.loginsPerSecond)),
    cpu: median(figures.map((each) => each.cpu)),
    p99: median(figures.map((each) => each.p99)),
  }));
  console.log("\nmedians  server   logins/s  CPU ms/login   p99 ms");
  for (const figures of medians) console.log(`         ${line(figures.name, figures)}`);
  const [library, floor] = medians;
  if (!library || !floor) return;
  const logins = (library.loginsPerSecond / floor.loginsPerSecond).toFixed(2);
  const cpu = (library.cpu / floor.cpu).toFixed(2);
  console.log(`\nlibrary/floor: ${logins} of the logins a second, ${cpu} times the CPU of a login`);
}

function line(name: string, { loginsPerSecond, cpu, p99 }: Figures): string {
  const cells = [loginsPerSecond.toFixed(0).padStart(8), cpu.toFixed(3).padStart(14)];
  return `${name.padEnd(8)} ${cells.join("")} ${p99.toFixed(1).padStart(8)}`;
}

function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((one, other) => one - other);
  const upper = sorted[Math.floor(sorted.length / 2)] ?? 0;
  const lower = sorted[Math.ceil(sorted.length / 2) - 1] ?? 0;
  return (lower + upper) / 2;
}

function positive(name: string, text: string): number {
  const number = Number(text);
  if (number > 0) return number;
  console.error(`--${name} must be a number above 0, not "${text}"`);
  process.exit(1);
}
