import { randomUUID } from "node:crypto";
import type { Pool } from "mysql2/promise";
import type { ClientBase } from "pg";
import { mysqlDialect } from "../../src/sql/dialects/mysql.ts";
import { postgresDialect } from "../../src/sql/dialects/postgres.ts";
import { sqliteDialect } from "../../src/sql/dialects/sqlite.ts";
import type { SqliteDatabase } from "../../src/storage/sqlite.ts";
import {
  comparisonKey,
  type NewUser,
  type SqlRow,
  type UserChanges,
  type UserId,
} from "../../src/storage.ts";
import type { DetachedUserStore, StoredUser, UserIds, UserStore } from "../../src/user-store.ts";
import type { TestDatabase } from "./databases.ts";

// An application's own table of users, `people`, whose columns have names that are not ours.

/** Runs a statement with `?` for values on a connection as its driver has it. */
export type Ask<Connection> = (
  connection: Connection,
  text: string,
  values: readonly unknown[],
) => Promise<readonly SqlRow[]>;

export const askSqlite: Ask<SqliteDatabase> = async (database, text, values) => {
  const plain = values.map((value) => sqliteDialect.toDriver(value as string));
  if (/^(select|insert)/.test(text)) return database.prepare(text).all(...plain) as SqlRow[];
  database.prepare(text).run(...plain);
  return [];
};

export const askPostgres: Ask<Pick<ClientBase, "query">> = async (client, text, values) =>
  (await client.query(postgresDialect.toStatement(text), [...values])).rows;

export const askMysql: Ask<Pick<Pool, "query">> = async (connection, text, values) => {
  const [rows] = await connection.query({ sql: text, values: [...values], timezone: "Z" });
  return Array.isArray(rows) ? (rows as SqlRow[]) : [];
};

/** Makes the table. */
export async function makePeople({ ask, address }: TestDatabase, ids: UserIds): Promise<void> {
  const dialects = [postgresDialect, mysqlDialect];
  const { types } = dialects.find(({ name }) => address.startsWith(name)) ?? sqliteDialect;
  const uuid = address.startsWith("postgres") ? "uuid" : types.key;
  await ask(`create table people (
    person ${ids === "text" ? `${uuid} primary key` : types.id},
    nick ${types.text}, nick_key ${types.key} unique, mail ${types.text}, mail_ok ${types.boolean},
    first_name ${types.text}, last_name ${types.text}, whole_name ${types.text},
    active ${types.boolean}, admin ${types.boolean}, made_by ${types.text},
    made ${types.time}, changed ${types.time}, seen ${types.time},
    password_hash ${types.text}, made_for ${types.key} unique
  )`);
}

/** A store in that table, which keeps all of a user. */
export function peopleStore<Connection>(ask: Ask<Connection>, ids: UserIds): UserStore<Connection> {
  const select = `select ${Object.entries(columns)
    .map(([field, column]) => `${column} as "${field}"`)
    .join(", ")}, password_hash from people`;
  const by = (connection: Connection, where: string, value: unknown) =>
    ask(connection, `${select} where ${where} order by nick`, [value]) as Promise<StoredUser[]>;
  const find = async (id: unknown, connection: Connection) =>
    (await by(connection, "person = ?", id))[0];
  return {
    ids,
    find,
    findByEmail: (email, connection) => by(connection, "lower(mail) = ?", email),
    findByUsername: async (username, connection) =>
      (await by(connection, "nick_key = ?", comparisonKey(username)))[0],
    async add(user, connection, now) {
      const own = ids === "text" ? { person: randomUUID() } : {};
      const fresh = { ...user, isActive: true, createdAt: now, updatedAt: now };
      const row = Object.entries({ ...own, password_hash: "hunter2", ...toColumns(fresh) });
      const names = row.map(([column]) => column).join(", ");
      const [added] = await ask(
        connection,
        `insert into people (${names}) values (${row.map(() => "?")}) returning person`,
        row.map(([, value]) => value),
      );
      return (await find(added?.person, connection)) ?? { id: "none" };
    },
    async update(id, changes, connection, now) {
      const row = Object.entries(toColumns({ ...changes, updatedAt: now }));
      const places = row.map(([column]) => `${column} = ?`).join(", ");
      const values = row.map(([, value]) => value);
      await ask(connection, `update people set ${places} where person = ?`, [...values, id]);
    },
    remove: (id, connection) => ask(connection, "delete from people where person = ?", [id]),
  };
}

/** The same where the data layer has connections of its own. */
export function detachedPeople<Connection>(
  ask: Ask<Connection>,
  ids: UserIds,
  connection: Connection,
): DetachedUserStore {
  const { find, findByEmail, findByUsername, add, update, remove } = peopleStore(ask, ids);
  const findByKey = async (key: string) => {
    const [row] = await ask(connection, "select person from people where made_for = ?", [key]);
    return row ? find(row.person as UserId, connection) : undefined;
  };
  return {
    transactional: false,
    ids,
    find: (id) => find(id, connection),
    findByEmail: (email) => findByEmail(email, connection),
    findByUsername: (username) => findByUsername?.(username, connection),
    findByKey,
    async add(user, { key, now }) {
      const known = await findByKey(key);
      if (known) return known;
      // The column `made_for` is set in the same statement.
      return add({ ...user, madeFor: key } as NewUser, connection, now);
    },
    update: (id, changes, now) => update(id, changes, connection, now),
    remove: (id) => remove(id, connection),
  };
}

const columns = {
  madeFor: "made_for",
  id: "person",
  username: "nick",
  email: "mail",
  emailVerified: "mail_ok",
  firstName: "first_name",
  lastName: "last_name",
  fullName: "whole_name",
  isActive: "active",
  isAdmin: "admin",
  creator: "made_by",
  createdAt: "made",
  updatedAt: "changed",
  lastLoginAt: "seen",
} as const;

function toColumns(
  fields: UserChanges & { readonly createdAt?: Date; readonly updatedAt?: Date },
): Readonly<Record<string, unknown>> {
  const known = Object.entries(fields).map(([field, value]) => [
    columns[field as keyof typeof columns],
    value,
  ]);
  const { username } = fields;
  const key = username === undefined ? {} : { nick_key: comparisonKey(username) };
  return { ...Object.fromEntries(known), ...key };
}
