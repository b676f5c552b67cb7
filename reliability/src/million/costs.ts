import { type LoginKind, type LoginSite, loginKinds } from "./logins.ts";

/** What one login costs, in milliseconds: of the clock, and of this process's CPU. */
export interface Cost {
  readonly wall: number;
  readonly cpu: number;
}

/** A site, and the numbers of those whom it knows. */
export interface Contestant {
  readonly site: LoginSite;
  readonly users: number;
}

/** How much is measured. */
export interface Rounds {
  readonly rounds: number;
  readonly logins: number;
}

/**
 * What a login of each kind costs at each of the sites: the median of rounds that they take in
 * turns, one login after another. A round before those warms up.
 */
export async function costs<Name extends string>(
  contestants: Readonly<Record<Name, Contestant>>,
  { rounds, logins }: Rounds,
): Promise<Readonly<Record<LoginKind, Readonly<Record<Name, Cost>>>>> {
  // What `Object.keys` says of records with these keys.
  const names = Object.keys(contestants) as Name[];
  const kinds = Object.keys(loginKinds) as LoginKind[];
  const found = new Map<string, Cost[]>();
  for (let round = 0; round <= rounds; round++) {
    for (const kind of kinds) {
      for (const name of names) {
        const cost = await costOf(contestants[name], kind, { from: round * logins, logins });
        const all = found.get(`${kind} ${name}`) ?? [];
        if (round > 0) found.set(`${kind} ${name}`, [...all, cost]);
      }
    }
  }
  const entriesOf = (kind: LoginKind) =>
    names.map((name) => [name, median(found.get(`${kind} ${name}`) ?? [])]);
  return Object.fromEntries(
    kinds.map((kind) => [kind, Object.fromEntries(entriesOf(kind))]),
  ) as never;
}

async function costOf(
  { site, users }: Contestant,
  kind: LoginKind,
  { from, logins }: { readonly from: number; readonly logins: number },
): Promise<Cost> {
  const cpuBefore = process.cpuUsage();
  const began = performance.now();
  for (let at = from; at < from + logins; at++) {
    await site.signIn(kind, kind === "first" ? users + 1 + at : someoneOf(users, at));
  }
  const wall = performance.now() - began;
  const { user, system } = process.cpuUsage(cpuBefore);
  return { wall: wall / logins, cpu: (user + system) / 1000 / logins };
}

/** One of them after another, from all over the table, each once. */
export function someoneOf(users: number, at: number): number {
  // A prime, so that no number comes again before all have come.
  return 1 + ((at * 7919) % users);
}

function median(all: readonly Cost[]): Cost {
  const middle = (name: keyof Cost) =>
    all.map((cost) => cost[name]).sort((one, other) => one - other)[Math.floor(all.length / 2)] ??
    0;
  return { wall: middle("wall"), cpu: middle("cpu") };
}
