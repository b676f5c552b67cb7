import type { Storage } from "../storage.ts";
import type { Dialect } from "./dialect.ts";

/** The tables whose rows end by themselves, at their `expires_at`, which is indexed; each with its key. */
export const expiringTables: Readonly<Record<string, string>> = {
  social_used: "key_hash",
  social_partial: "id_hash",
  social_limits: "key_hash",
  sessions: "id_hash",
};

/** How many rows one statement takes away at most: whoever waits for it hardly notices. */
export const rowsABatch = 500;

// One use in this many starts a turn, in which a table can lose fifty times as many rows as came
// since the last one: what has piled up goes, too, but not at once.
const usesATurn = 100;
const roundsATurn = 10;

// For each millisecond of work, so many of rest: the database is the logins'.
const rest = 2;

/**
 * The same storage, which takes away what has expired. Whichever process gets there first does
 * it: each takes batches that no other has locked, so nobody waits for anybody.
 *
 * Now and then something that is used up, as once in every login, or counted starts a turn beside it. The
 * login does not wait for it. It comes before the provider is asked, so a batch of each table
 * is done also where a platform stops everything after the answer; and each is one statement
 * outside of transactions, so nothing stays open there. A batch that fails ends the turn and
 * nothing else: the rows are there for the next one, and what is wrong with the database the
 * logins say themselves. `close` waits for the batch that is under way.
 */
export function withCleanUp(dialect: Dialect, storage: Storage): Storage {
  const batches = Object.entries(expiringTables).map(([table, key]) =>
    dialect.deleteExpired({ table, key, most: rowsABatch }),
  );
  let running: Promise<void> | undefined;
  let closed = false;
  let wake = () => {};

  return {
    ...storage,
    used: {
      add(key, expiresAt, now) {
        nowAndThen(now);
        return storage.used.add(key, expiresAt, now);
      },
    },
    // Where every login fails, nothing is used up.
    limits: {
      count(key, expiresAt, now) {
        nowAndThen(now);
        return storage.limits.count(key, expiresAt, now);
      },
    },
    async close() {
      closed = true;
      wake();
      await running;
      await storage.close();
    },
  };

  function nowAndThen(now: Date): void {
    if (Math.random() * usesATurn >= 1) return;
    running ??= turn(now)
      .catch(() => {})
      .finally(() => {
        running = undefined;
      });
  }

  async function turn(now: Date): Promise<void> {
    let left = batches;
    for (let round = 0; round < roundsATurn; round++) {
      const began = performance.now();
      const full: string[] = [];
      for (const batch of left) {
        if (closed) return;
        if ((await storage.sql?.run(batch, [now])) === rowsABatch) full.push(batch);
      }
      if (full.length === 0 || closed) return;
      left = full;
      await pause((performance.now() - began) * rest);
    }
  }

  function pause(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
