import { setTimeout as sleep } from "node:timers/promises";
import Database from "better-sqlite3";
import { sqliteStorage } from "sallyport/storage/sqlite";
import type { Ends } from "../measure.ts";
import { type Ask, expiring, type Ground, plain, scansOf, withoutIndexes } from "./ground.ts";
import { seedUsers, sqliteWords } from "./seed.ts";

/** Fills a SQLite file. */
export async function sqliteGround(ends: Ends, file: string, users: number): Promise<Ground> {
  const asked = new Set<string>();
  const { prepare } = Database.prototype;
  Database.prototype.prepare = function (this: Database.Database, text: string) {
    if (this.name === file) asked.add(text);
    return prepare.call(this, text);
  } as typeof prepare;
  ends.after(() => {
    Database.prototype.prepare = prepare;
  });
  const first = sqliteStorage(file);
  await first.migrate();
  await first.close();
  const database = new Database(file);
  ends.after(() => void database.close());
  const ask: Ask = async (text) => {
    // A statement that takes no values.
    const statement = prepare.call(database, text) as Database.Statement<[]>;
    // A row is an object unless asked for otherwise.
    if (statement.reader) return statement.all() as Record<string, unknown>[];
    statement.run();
    return [];
  };
  for (const text of ["synchronous = off", "foreign_keys = off", "cache_size = -500000"]) {
    await ask(`pragma ${text}`);
  }
  await withoutIndexes(ask, sqliteWords, () => seedUsers(ask, sqliteWords, users));
  const settle = async () => {
    await ask("analyze");
    await ask("pragma wal_checkpoint(truncate)");
    // It has kept this process busy, which now hears of connections that others have closed.
    await sleep(100);
  };
  await settle();
  const storage = sqliteStorage(file);
  await storage.migrate();
  asked.clear();
  return {
    users,
    address: file,
    storage,
    ...expiring(ask, sqliteWords, { users, settle }),
    async plans() {
      const plans = new Map<string, readonly string[]>();
      for (const text of [...asked].filter((text) => /^(select|update|delete)/.test(text))) {
        const lines = (await ask(`explain query plan ${text.replaceAll("?", "null")}`)).map(
          ({ detail }) => String(detail),
        );
        plans.set(plain(text), scansOf(lines, /^((?:SCAN|SEARCH).*)/));
      }
      return plans;
    },
  };
}
