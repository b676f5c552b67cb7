import { Conflict, type Storage, type Tables } from "./storage.ts";

const mostAttempts = 6;

/**
 * Does all of the work in one transaction, and starts it over, from nothing, where it lost a
 * race.
 *
 * @throws what the work throws; a {@link Conflict} where it went on losing.
 */
export async function inTransaction<T>(
  storage: Storage,
  work: (tables: Tables) => Promise<T>,
  attempt = 1,
): Promise<T> {
  try {
    return await storage.transaction(work);
  } catch (error) {
    if (!(error instanceof Conflict) || attempt === mostAttempts) throw error;
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 5 * 2 ** attempt));
    return inTransaction(storage, work, attempt + 1);
  }
}
