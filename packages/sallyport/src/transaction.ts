import { Conflict, type Storage, type Tables } from "./storage.ts";

const mostAttempts = 6;

/**
 * Does all of the work in one transaction, and starts it over, from nothing, where it lost a
 * race.
 *
 * @throws what the work throws; a {@link Conflict} where it went on losing.
 */
export function inTransaction<T>(
  storage: Storage,
  work: (tables: Tables) => Promise<T>,
): Promise<T> {
  return untilWon(() => storage.transaction(work));
}

/**
 * Writes, and writes again where that lost a race: on MySQL a single statement can, too.
 *
 * @throws what the write throws; a {@link Conflict} where it went on losing.
 */
export async function untilWon<T>(write: () => Promise<T>, attempt = 1): Promise<T> {
  try {
    return await write();
  } catch (error) {
    if (!(error instanceof Conflict) || attempt === mostAttempts) throw error;
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 5 * 2 ** attempt));
    return untilWon(write, attempt + 1);
  }
}
