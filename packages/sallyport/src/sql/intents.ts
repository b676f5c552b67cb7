import { sha256, toBase64Url } from "#platform";
import { randomToken } from "../seal.ts";
import type { NewUser, Sql, SqlRow, Storage, Tables, UserId } from "../storage.ts";
import type { DetachedUserStore } from "../user-store.ts";
import { toUserId } from "./stored-user.ts";

/** How long the process that meant to do it is let alone, in milliseconds. */
const patience = 60_000;

/** What is meant to be done to users whom our transactions do not reach, in `social_intent`. */
export interface Intents {
  /** Means to make a user; harmless where that is meant already. */
  add(name: string): Promise<void>;
  /** Undoes what was meant and did not come to be; what cannot be undone now is left to {@link sweep}. */
  settle(names: Iterable<string>): Promise<void>;
  /** The same with all that nobody is at any more. */
  sweep(): Promise<void>;
}

/** The intents of a storage, and what they mean for the users. */
export function intentsOf(storage: Storage, store: DetachedUserStore): Intents {
  async function undo(name: string): Promise<void> {
    await storage.transaction(async (tables) => {
      const intent = await heldIntent(tables, name);
      if (!intent) return;
      const id = await whoIsToGo(tables, intent);
      if (id !== undefined) await store.remove(id);
      await forget(tables, name);
    });
  }

  async function whoIsToGo(
    { associations }: Tables,
    { user_id, user_key }: SqlRow,
  ): Promise<UserId | undefined> {
    if (user_id !== null) return toUserId(user_id, store.ids);
    const made = await store.findByKey(String(user_key));
    if (!made) return undefined;
    const id = toUserId(made.id, store.ids);
    return (await associations.ofUser(id)).length === 0 ? id : undefined;
  }

  async function settle(names: Iterable<string>): Promise<void> {
    for (const name of names) {
      // What cannot be undone now stands in the table until it can.
      await undo(name).catch(() => {});
    }
  }

  return {
    async add(name) {
      await sqlOf(storage).tryInsert(
        "insert into social_intent (key_hash, user_key, expires_at) values (?, ?, ?)",
        [name, randomToken(), until()],
      );
    },
    settle,
    async sweep() {
      const sql = sqlOf(storage);
      const now = new Date();
      const rows = await sql.all(
        "select key_hash from social_intent where expires_at < ? order by expires_at limit 10",
        [now],
      );
      for (const { key_hash } of rows) {
        // One at a time, and what fails again makes room for others meanwhile.
        const mine = await sql.run(
          "update social_intent set expires_at = ? where key_hash = ? and expires_at < ?",
          [until(), String(key_hash), now],
        );
        if (mine === 1) await settle([String(key_hash)]);
      }
    },
  };
}

/** What an account's new user is meant under, so that logins with it at once mean one and the same. */
export async function nameOf({ provider, uid }: NonNullable<NewUser["account"]>): Promise<string> {
  return toBase64Url(await sha256(JSON.stringify([provider, uid])));
}

/** Means to remove a user, once the transaction is committed; gives what it is meant under. */
export async function intendRemoval(tables: Tables, id: UserId): Promise<string> {
  const name = toBase64Url(await sha256(`remove ${id}`));
  await sqlOf(tables).tryInsert(
    "insert into social_intent (key_hash, user_id, expires_at) values (?, ?, ?)",
    [name, id, until()],
  );
  return name;
}

/** Whether somebody is about to be removed. */
export async function isLeaving(tables: Tables, id: UserId): Promise<boolean> {
  const rows = await sqlOf(tables).all("select key_hash from social_intent where user_id = ?", [
    id,
  ]);
  return rows.length > 0;
}

/** An intent that stands, held until the transaction ends; undefined where none does. */
export async function heldIntent(tables: Tables, name: string): Promise<SqlRow | undefined> {
  await tables.lock(`intent ${name}`);
  const text = "select user_key, user_id from social_intent where key_hash = ?";
  return (await sqlOf(tables).all(text, [name]))[0];
}

/** Takes an intent away, which whoever does must hold: what was meant is done, or undone. */
export async function forget(tables: Tables, name: string): Promise<void> {
  await sqlOf(tables).run("delete from social_intent where key_hash = ?", [name]);
}

function until(): Date {
  return new Date(Date.now() + patience);
}

function sqlOf({ sql }: Tables): Sql {
  if (!sql) throw new Error("only a SQL storage has intents");
  return sql;
}
