/** How long what was fetched stays good, in milliseconds: 10 minutes. */
export const cacheLifetime = 10 * 60 * 1000;

/** The least time between two renewals of one entry, in milliseconds. */
export const renewalInterval = 60 * 1000;

/** The most entries of one cache; past that the oldest goes. */
export const mostEntries = 100;

interface Entry<T> {
  value?: T;
  fetchedAt: number;
  renewedAt: number;
  pending?: Promise<T> | undefined;
}

/**
 * What a provider publishes, kept for {@link cacheLifetime}. Whoever wants the same at the
 * same time shares one request, and no failure is kept.
 */
export class Cache<T extends object> {
  readonly #entries = new Map<string, Entry<T>>();

  /** What is kept under this key; fetched where there is none, or it is too old. */
  async get(key: string, now: Date, fetch: () => Promise<T>): Promise<T> {
    const entry = this.#entry(key);
    const { value, fetchedAt } = entry;
    if (value && now.getTime() - fetchedAt < cacheLifetime) return value;
    return load(entry, now, fetch);
  }

  /**
   * What is published now. At most one request in {@link renewalInterval}: in between, the
   * one before has brought what there is.
   */
  async renew(key: string, now: Date, fetch: () => Promise<T>): Promise<T> {
    const entry = this.#entry(key);
    const recent = now.getTime() - entry.renewedAt < renewalInterval;
    if (recent && !entry.pending) return this.get(key, now, fetch);
    if (!recent) entry.renewedAt = now.getTime();
    return load(entry, now, fetch);
  }

  #entry(key: string): Entry<T> {
    const known = this.#entries.get(key);
    if (known) return known;
    const entry: Entry<T> = { fetchedAt: 0, renewedAt: Number.NEGATIVE_INFINITY };
    this.#entries.set(key, entry);
    const [oldest] = this.#entries.keys();
    if (this.#entries.size > mostEntries && oldest !== undefined) this.#entries.delete(oldest);
    return entry;
  }
}

async function load<T>(entry: Entry<T>, now: Date, fetch: () => Promise<T>): Promise<T> {
  // Another login's request ends with that login's time; where it fails, ours may not.
  const shared = entry.pending && (await entry.pending.catch(() => undefined));
  if (shared) return shared;
  entry.pending ??= fetch()
    .then((value) => {
      entry.value = value;
      entry.fetchedAt = now.getTime();
      return value;
    })
    .finally(() => {
      entry.pending = undefined;
    });
  return entry.pending;
}
