import { extname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { startChild, startServer } from "bench/child";
import { temporaryFolder } from "../folder.ts";
import type { Context, Ends, Figures, Measure } from "../measure.ts";
import { type Contestant, costs, someoneOf } from "../million/costs.ts";
import type { Beside, Found, Kind } from "../million/found.ts";
import type { Ground } from "../million/ground.ts";
import { loginSite } from "../million/logins.ts";
import { postgresGround } from "../million/postgres-ground.ts";
import { atRate } from "../million/rate.ts";
import { sqliteGround } from "../million/sqlite-ground.ts";
import { besideTable, costTable, planTable } from "../million/tables.ts";
import { startPostgres } from "../postgres.ts";
import { until } from "../running.ts";

const sizes = {
  users: 1_000_000,
  few: 1000,
  expired: 200_000,
  rounds: 15,
  logins: 30,
  /** Logins a second, while something else goes on. */
  rate: 20,
  /** Seconds for which nothing else goes on. */
  rest: 5,
  /** How many times as much a login may cost. */
  ratio: 1.5,
  /** Milliseconds that a login may take while something else goes on. */
  patience: 1000,
};

type Sizes = typeof sizes;

/** What becomes of a login, of a migration and of the clean-up where there are many rows. */
export const measure: Measure<Sizes> = {
  name: "million",
  title:
    "Does a login cost more with a million users, and do a migration and the clean-up let it pass?",
  sizes,
  run: (context, sizes) => measureOn(context, sizes, ["PostgreSQL", "SQLite"]),
};

// Compiled, or not, as this one is.
const childFile = new URL(`../million/migrating${extname(import.meta.filename)}`, import.meta.url);

/** The same on some of the databases. */
export async function measureOn(
  context: Context,
  sizes: Sizes,
  kinds: readonly Kind[],
): Promise<Figures> {
  const provider = await startServer(new URL(import.meta.resolve("bench/provider")));
  context.after(() => provider.end());
  const all: Found[] = [];
  for (const kind of kinds) all.push(await measureKind(context, sizes, kind, provider.origin));
  return {
    ...costTable(all, sizes),
    more: [besideTable(all, sizes), planTable(all)],
    broken: all.flatMap((found) => brokenIn(found, sizes)),
  };
}

async function measureKind(
  context: Context,
  sizes: Sizes,
  kind: Kind,
  provider: string,
): Promise<Found> {
  const say = (line: string) => context.say(`${kind}: ${line}`);
  const child = startChild(childFile);
  context.after(() => child.end());
  const makeGround = await groundMaker(context, kind);
  const signingIn = async (users: number): Promise<Contestant & { readonly ground: Ground }> => {
    const ground = await makeGround(users);
    const site = loginSite(ground.storage, provider);
    context.after(() => site.close());
    say(`${users} users are there`);
    return { ground, site, users };
  };
  const [few, many] = [await signingIn(sizes.few), await signingIn(sizes.users)];
  const found = await costs({ few, many }, sizes);
  // Fast and wrong does not count: whoever was joined is nobody new.
  const firsts = (sizes.rounds + 1) * sizes.logins;
  const added = (await many.ground.countUsers()) - sizes.users;
  if (added !== firsts) throw new Error(`${firsts} first logins made ${added} users`);
  say("the costs are known");

  let next = firsts;
  const login = () => many.site.signIn("returning", someoneOf(sizes.users, next++));
  const nothing = await beside(login, sizes.rate, () =>
    sleep(sizes.rest * 1000, sizes.rest * 1000),
  );
  await many.ground.expire(sizes.expired);
  say(`${sizes.expired} rows have expired`);
  const cleanUp = await beside(login, sizes.rate, () => untilClean(many.ground));
  const plans = await many.ground.plans();
  say("they are gone");
  const migrate = async () => Number(await child.ask({ address: many.ground.address }));
  const migration = await beside(login, sizes.rate, migrate);
  say("the tables are migrated");
  return { kind, costs: found, plans, nothing, cleanUp, migration };
}

/** Makes databases of a kind, with so many users each. */
async function groundMaker(ends: Ends, kind: Kind): Promise<(users: number) => Promise<Ground>> {
  const folder = temporaryFolder(ends);
  if (kind === "SQLite") {
    return (users) => sqliteGround(ends, join(folder, `${users}.db`), users);
  }
  const { address } = await startPostgres(ends, folder);
  return (users) => postgresGround(ends, { server: address, name: `users_${users}`, users });
}

/** Logins go on while it is done; gives what they took, and what it says that it took itself. */
async function beside(
  login: () => Promise<void>,
  rate: number,
  work: () => Promise<number>,
): Promise<Beside> {
  const working = work();
  const rated = await atRate(rate, login, working);
  return { ...rated, took: await working };
}

/**
 * Has the logins clean up; gives the milliseconds. Each of them starts a turn where none is
 * under way: it never does more, however many logins there are.
 *
 * @throws where they do not come to an end.
 */
async function untilClean({ isLittered }: Ground): Promise<number> {
  const { random } = Math;
  Math.random = () => 0;
  try {
    const began = performance.now();
    await until("what has expired is gone", async () => !(await isLittered()), 300);
    return performance.now() - began;
  } finally {
    Math.random = random;
  }
}

/** What we promise and did not find. */
function brokenIn(found: Found, { ratio, patience }: Sizes): readonly string[] {
  const { kind, costs, plans, cleanUp, migration } = found;
  const broken: string[] = [];
  for (const [login, { few, many }] of Object.entries(costs)) {
    if (many.wall > few.wall * ratio) broken.push(`${kind}: a ${login} login costs too much`);
  }
  for (const [statement, plan] of plans) {
    if (plan.some((line) => /^(Seq Scan|SCAN)/.test(line))) {
      broken.push(`${kind}: ${statement} reads a whole table: ${plan.join("; ")}`);
    }
  }
  if (plans.size === 0) broken.push(`${kind}: there are no plans`);
  for (const [what, { slowest }] of Object.entries({ cleanUp, migration })) {
    if (slowest > patience)
      broken.push(`${kind}: beside the ${what} a login took ${slowest.toFixed(0)} ms`);
  }
  return broken;
}
