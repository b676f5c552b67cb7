import { readFileSync } from "node:fs";
import Database from "better-sqlite3";
import { sqliteStorage } from "../../src/storage/sqlite.ts";
import type { Storage } from "../../src/storage.ts";
import { sqliteDatabase } from "../storage/databases.ts";
import { askSqlite, makePeople, peopleStore } from "../storage/own-users.ts";
import type { Ground } from "./ground.ts";
import { errors, type Kind, Watch } from "./watch.ts";

/** A SQLite file, better-sqlite3 watched at each statement. */
export function sqliteGround(): Promise<Ground> {
  return groundOn(sqliteStorage);
}

/** The same with an application's own users in it, whose statements are watched, too. */
export async function ownUsersGround(): Promise<Ground> {
  const users = peopleStore(askSqlite, "text");
  const ground = await groundOn((address) => sqliteStorage(address, { users }));
  await makePeople({ ...ground, address: "" }, "text");
  return { ...ground, ownUsers: "people" };
}

async function groundOn(open: (address: string) => Storage): Promise<Ground> {
  const statements = new Watch();
  const endWatch = watchPrepared(statements);
  const { address, ask, close } = await sqliteDatabase();
  await ask("pragma synchronous = off");
  return {
    storage: open(address),
    statements,
    ask,
    tables: "select name from sqlite_master where type = 'table'",
    driversOwn: diskFault,
    // Also what was deleted, as far as it is not overwritten yet.
    remains: async () =>
      [address, `${address}-wal`].map((file) => readFileSync(file, "latin1")).join(),
    async close() {
      endWatch();
      await close();
    },
  };
}

/** An error as the driver throws it. */
export const diskFault = () => new Database.SqliteError("disk I/O error", "SQLITE_IOERR");

/** Watches every statement of better-sqlite3. Gives a function that ends it. Not `mock.method`, which remembers every call. */
export function watchPrepared(watch: Watch): () => void {
  const { prepare } = Database.prototype;
  Database.prototype.prepare = function (this: Database.Database, text: string) {
    const statement = prepare.call(this, text);
    for (const name of ["all", "run"] as const) {
      const ask = statement[name].bind(statement) as (...values: unknown[]) => unknown;
      // Both answer what they answered before.
      statement[name] = ((...values: unknown[]) => {
        const kind = watch.next(text);
        if (kind !== undefined && kind !== "the answer is lost") throw errorOf(kind);
        const answer = ask(...values);
        if (kind) throw diskFault();
        return answer;
      }) as never;
    }
    return statement;
  } as typeof prepare;
  return () => {
    Database.prototype.prepare = prepare;
  };
}

function errorOf(kind: Kind): Error {
  return errors[kind]?.() ?? diskFault();
}
