import { sha256 } from "#platform";
import type { JsonObject } from "../identity.ts";
import { toBase64Url } from "../seal.ts";
import {
  type Association,
  type Associations,
  Conflict,
  comparisonKey,
  type SessionRecord,
  type Sessions,
  type Sql,
  type SqlRow,
  type SqlValue,
  type Tables,
  type Used,
  type User,
  type UserChanges,
  type Users,
} from "../storage.ts";
import type { Dialect } from "./dialect.ts";

/** Our tables over any SQL database. The statements are few and fixed, so drivers keep them prepared. */
export function sqlTables(sql: Sql, dialect: Dialect): Tables {
  return {
    sql,
    users: usersTable(sql, dialect),
    associations: associationsTable(sql, dialect),
    sessions: sessionsTable(sql, dialect),
    used: usedTable(sql, dialect),
  };
}

function usersTable(sql: Sql, dialect: Dialect): Users {
  const toUser = (row: SqlRow): User => ({
    id: Number(row.id),
    username: String(row.username),
    email: row.email === null ? null : String(row.email),
    emailVerified: Boolean(row.email_verified),
    firstName: String(row.first_name),
    lastName: String(row.last_name),
    fullName: String(row.full_name),
    isActive: Boolean(row.is_active),
    isAdmin: Boolean(row.is_admin),
    creator: String(row.creator),
    createdAt: dialect.fromTime(row.created_at),
    updatedAt: dialect.fromTime(row.updated_at),
    lastLoginAt: row.last_login_at === null ? null : dialect.fromTime(row.last_login_at),
  });
  const selectBy = async (column: string, value: SqlValue) =>
    (await sql.all(`select * from users where ${column} = ? order by id`, [value])).map(toUser);

  return {
    find: async (id) => (await selectBy("id", id))[0],
    findByEmail: (email) => selectBy("email_key", comparisonKey(email)),
    findByUsername: async (username) =>
      (await selectBy("username_key", comparisonKey(username)))[0],

    async add(user, now) {
      const added: Omit<User, "id"> = {
        email: null,
        emailVerified: false,
        firstName: "",
        lastName: "",
        fullName: "",
        isActive: true,
        isAdmin: false,
        ...user,
        createdAt: now,
        updatedAt: now,
        lastLoginAt: null,
      };
      const columns = toColumns(added, dialect);
      return { ...added, id: await insert(sql, "users", columns) };
    },

    async update(id, changes, now) {
      const columns = toColumns({ ...changes, updatedAt: now }, dialect);
      const assignments = columns.map(([column]) => `${column} = ?`).join(", ");
      const values = columns.map(([, value]) => value);
      await sql.run(`update users set ${assignments} where id = ?`, [...values, id]);
    },

    async remove(id) {
      await sql.run("delete from users where id = ?", [id]);
    },
  };
}

function associationsTable(sql: Sql, dialect: Dialect): Associations {
  const toAssociation = (row: SqlRow): Association => ({
    id: Number(row.id),
    userId: Number(row.user_id),
    provider: String(row.provider),
    uid: String(row.uid),
    // We wrote it ourselves.
    extraData: JSON.parse(String(row.extra_data)) as JsonObject,
    createdAt: dialect.fromTime(row.created_at),
    updatedAt: dialect.fromTime(row.updated_at),
  });
  const select = async (where: string, values: readonly SqlValue[]) =>
    (await sql.all(`select * from social_auth where ${where} order by id`, values)).map(
      toAssociation,
    );

  return {
    find: async (provider, uid) => (await select("provider = ? and uid = ?", [provider, uid]))[0],
    get: async (id) => (await select("id = ?", [id]))[0],
    ofUser: (userId) => select("user_id = ?", [userId]),

    async add({ userId, provider, uid }, now) {
      const at = dialect.toTime(now);
      const id = await insert(sql, "social_auth", [
        ["user_id", userId],
        ["provider", provider],
        ["uid", uid],
        ["extra_data", "{}"],
        ["created_at", at],
        ["updated_at", at],
      ]);
      return { id, userId, provider, uid, extraData: {}, createdAt: now, updatedAt: now };
    },

    async setExtraData(id, extraData, now) {
      await sql.run("update social_auth set extra_data = ?, updated_at = ? where id = ?", [
        JSON.stringify(extraData),
        dialect.toTime(now),
        id,
      ]);
    },
  };
}

function sessionsTable(sql: Sql, dialect: Dialect): Sessions {
  const toSession = (row: SqlRow): SessionRecord => ({
    idHash: String(row.id_hash),
    userId: Number(row.user_id),
    createdAt: dialect.fromTime(row.created_at),
    expiresAt: dialect.fromTime(row.expires_at),
    lastSeenAt: dialect.fromTime(row.last_seen_at),
    authenticatedAt: dialect.fromTime(row.authenticated_at),
    backend: String(row.backend),
    amr: row.amr === null ? null : (JSON.parse(String(row.amr)) as readonly string[]),
  });

  return {
    async add(session) {
      await insert(sql, "sessions", [
        ["id_hash", session.idHash],
        ["user_id", session.userId],
        ["created_at", dialect.toTime(session.createdAt)],
        ["expires_at", dialect.toTime(session.expiresAt)],
        ["last_seen_at", dialect.toTime(session.lastSeenAt)],
        ["authenticated_at", dialect.toTime(session.authenticatedAt)],
        ["backend", session.backend],
        ["amr", session.amr && JSON.stringify(session.amr)],
      ]);
    },
    async find(idHash) {
      const [row] = await sql.all("select * from sessions where id_hash = ?", [idHash]);
      return row && toSession(row);
    },
    async seen(idHash, now) {
      const at = dialect.toTime(now);
      await sql.run("update sessions set last_seen_at = ? where id_hash = ?", [at, idHash]);
    },
    async remove(idHash) {
      await sql.run("delete from sessions where id_hash = ?", [idHash]);
    },
    async removeAllOfUser(userId) {
      await sql.run("delete from sessions where user_id = ?", [userId]);
    },
  };
}

// One call in this many also takes away what has expired, so nothing grows for ever.
const cleanUpEvery = 100;

function usedTable(sql: Sql, dialect: Dialect): Used {
  return {
    async add(key, expiresAt, now) {
      if (Math.random() * cleanUpEvery < 1) {
        const at = dialect.toTime(now);
        await sql.run("delete from social_used where expires_at < ?", [at]);
        await sql.run("delete from sessions where expires_at < ?", [at]);
      }
      try {
        await insert(sql, "social_used", [
          ["key_hash", toBase64Url(await sha256(key))],
          ["expires_at", dialect.toTime(expiresAt)],
        ]);
        return true;
      } catch (error) {
        if (error instanceof Conflict) return false;
        throw error;
      }
    },
  };
}

type Columns = readonly (readonly [column: string, value: SqlValue])[];

function insert(sql: Sql, table: string, columns: Columns): Promise<number> {
  const names = columns.map(([column]) => column).join(", ");
  const places = columns.map(() => "?").join(", ");
  const values = columns.map(([, value]) => value);
  return sql.insert(`insert into ${table} (${names}) values (${places})`, values);
}

// The columns that hold some of a user's fields, in the order of `userColumns`.
function toColumns(user: Partial<User> & UserChanges, dialect: Dialect): Columns {
  const columns: [string, SqlValue][] = [];
  for (const [field, column] of Object.entries(userColumns)) {
    const value: unknown = user[field as keyof typeof userColumns];
    if (value === undefined) continue;
    columns.push([column, toValue(value, dialect)]);
    const keyColumn = keyColumns[column];
    if (keyColumn) columns.push([keyColumn, value === null ? null : comparisonKey(String(value))]);
  }
  return columns;
}

function toValue(value: unknown, dialect: Dialect): SqlValue {
  if (value instanceof Date) return dialect.toTime(value);
  if (typeof value === "boolean") return value ? 1 : 0;
  return value === null ? null : String(value);
}

const userColumns = {
  username: "username",
  email: "email",
  emailVerified: "email_verified",
  firstName: "first_name",
  lastName: "last_name",
  fullName: "full_name",
  isActive: "is_active",
  isAdmin: "is_admin",
  creator: "creator",
  createdAt: "created_at",
  updatedAt: "updated_at",
  lastLoginAt: "last_login_at",
} as const;

const keyColumns: Readonly<Record<string, string>> = {
  username: "username_key",
  email: "email_key",
};
