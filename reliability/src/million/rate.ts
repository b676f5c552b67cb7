/** How long logins took that were begun at a steady rate, in milliseconds. */
export interface Rated {
  readonly slowest: number;
  readonly p99: number;
  readonly count: number;
}

/**
 * Begins something so many times a second until the work is done. Each counts from when it
 * was due: where everything stands still, nothing is begun, and that counts, too.
 */
export async function atRate(
  perSecond: number,
  begin: (count: number) => Promise<void>,
  work: Promise<unknown>,
): Promise<Rated> {
  const durations: number[] = [];
  const underWay: Promise<void>[] = [];
  const start = performance.now();
  let isOver = false;
  const over = work.finally(() => {
    isOver = true;
  });
  for (let count = 0; !isOver; ) {
    const due = start + (count * 1000) / perSecond;
    if (performance.now() < due) {
      await new Promise((resolve) => setTimeout(resolve, 1));
      continue;
    }
    const login = begin(count++).then(() => void durations.push(performance.now() - due));
    // It is waited for below.
    login.catch(() => {});
    underWay.push(login);
    await new Promise((resolve) => setImmediate(resolve));
  }
  await Promise.all([over, ...underWay]);
  durations.sort((one, other) => one - other);
  const p99 = durations[Math.floor(durations.length * 0.99)] ?? 0;
  return { slowest: durations.at(-1) ?? 0, p99, count: durations.length };
}
