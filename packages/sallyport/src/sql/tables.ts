import { sha256, toBase64Url } from "#platform";
import type { JsonObject } from "../identity.ts";
import {
  type Association,
  type Associations,
  comparisonKey,
  completeUser,
  type Limits,
  type PausedLogins,
  type SessionRecord,
  type Sessions,
  type Sql,
  type SqlRow,
  type SqlValue,
  type Tables,
  type Used,
  type User,
  type UserChanges,
  type UserId,
  type Users,
} from "../storage.ts";
import type { OwnSql } from "./connection.ts";
import { fromJson, fromTime } from "./dialect.ts";

/** How the tables are asked. */
export interface SqlTablesOptions {
  /** Within a transaction: what keeps a row that is read from others. */
  readonly forUpdate?: string | undefined;
  /** A user's id as the driver gives it. */
  readonly toUserId?: ((value: unknown) => UserId) | undefined;
}

/**
 * Our tables over any SQL database. The statements are few and fixed, so drivers keep them
 * prepared, and they name their columns: a newer process may add some at any time.
 */
export function sqlTables(
  sql: OwnSql,
  lock: Tables["lock"],
  { forUpdate = "", toUserId = Number }: SqlTablesOptions = {},
): Tables {
  return {
    sql,
    lock,
    users: usersTable(sql),
    associations: associationsTable(sql, { forUpdate, toUserId }),
    sessions: sessionsTable(sql, toUserId),
    paused: pausedTable(sql),
    used: usedTable(sql),
    limits: limitsTable(sql),
  };
}

function usersTable(sql: Sql): Users {
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
    createdAt: fromTime(row.created_at),
    updatedAt: fromTime(row.updated_at),
    lastLoginAt: row.last_login_at === null ? null : fromTime(row.last_login_at),
  });
  const columns = ["id", ...Object.values(userColumns)].join(", ");
  const selectBy = async (column: string, value: SqlValue) =>
    (await sql.all(`select ${columns} from users where ${column} = ? order by id`, [value])).map(
      toUser,
    );

  return {
    find: async (id) => (await selectBy("id", id))[0],
    findByEmail: (email) => selectBy("email_key", comparisonKey(email)),
    findByUsername: async (username) =>
      (await selectBy("username_key", comparisonKey(username)))[0],

    async add(user, now) {
      const added = completeUser(user, now);
      const columns = toColumns(added);
      return { ...added, id: await insert(sql, "users", columns) };
    },

    async update(id, changes, now) {
      const columns = toColumns({ ...changes, updatedAt: now });
      const assignments = columns.map(([column]) => `${column} = ?`).join(", ");
      const values = columns.map(([, value]) => value);
      await sql.run(`update users set ${assignments} where id = ?`, [...values, id]);
    },

    async remove(id) {
      await sql.run("delete from users where id = ?", [id]);
    },
  };
}

function associationsTable(
  sql: Sql,
  {
    forUpdate,
    toUserId,
  }: { readonly forUpdate: string; readonly toUserId: (value: unknown) => UserId },
): Associations {
  const toAssociation = (row: SqlRow): Association => ({
    id: Number(row.id),
    userId: toUserId(row.user_id),
    provider: String(row.provider),
    uid: String(row.uid),
    tenant: row.tenant === null ? null : String(row.tenant),
    // We wrote it ourselves.
    extraData: fromJson(row.extra_data) as JsonObject,
    createdAt: fromTime(row.created_at),
    updatedAt: fromTime(row.updated_at),
  });
  const select = async (where: string, values: readonly SqlValue[]) =>
    (
      await sql.all(
        `select id, user_id, provider, uid, tenant, extra_data, created_at, updated_at
         from social_auth where ${where}`,
        values,
      )
    ).map(toAssociation);

  return {
    find: async (provider, uid) =>
      (await select(`provider = ? and uid = ? ${forUpdate}`, [provider, uid]))[0],
    get: async (id) => (await select(`id = ? ${forUpdate}`, [id]))[0],
    ofUser: (userId) => select("user_id = ? order by id", [userId]),

    async add({ userId, provider, uid, tenant = null }, now) {
      const id = await insert(sql, "social_auth", [
        ["user_id", userId],
        ["provider", provider],
        ["uid", uid],
        ["tenant", tenant],
        ["extra_data", "{}"],
        ["created_at", now],
        ["updated_at", now],
      ]);
      return { id, userId, provider, uid, tenant, extraData: {}, createdAt: now, updatedAt: now };
    },

    async setExtraData(id, extraData, now) {
      const text =
        "update social_auth set extra_data = ?, updated_at = ?, leased_until = null where id = ?";
      await sql.run(text, [JSON.stringify(extraData), now, id]);
    },

    async remove(id) {
      return (await sql.run("delete from social_auth where id = ?", [id])) === 1;
    },

    async lease(id, until, now) {
      const text =
        "update social_auth set leased_until = ? where id = ? and (leased_until is null or leased_until <= ?)";
      return (await sql.run(text, [until, id, now])) === 1;
    },

    async release(id, until) {
      const text = "update social_auth set leased_until = null where id = ? and leased_until = ?";
      await sql.run(text, [id, until]);
    },
  };
}

function sessionsTable(sql: Sql, toUserId: (value: unknown) => UserId): Sessions {
  const toSession = (row: SqlRow): SessionRecord => ({
    idHash: String(row.id_hash),
    userId: toUserId(row.user_id),
    createdAt: fromTime(row.created_at),
    expiresAt: fromTime(row.expires_at),
    lastSeenAt: fromTime(row.last_seen_at),
    authenticatedAt: fromTime(row.authenticated_at),
    backend: String(row.backend),
    tenant: row.tenant === null ? null : String(row.tenant),
    associationId: row.association_id === null ? null : Number(row.association_id),
    amr: row.amr === null ? null : (fromJson(row.amr) as readonly string[]),
    userAgent: row.user_agent === null ? null : String(row.user_agent),
  });
  const select = async (where: string, value: SqlValue) =>
    (
      await sql.all(
        `select id_hash, user_id, created_at, expires_at, last_seen_at, authenticated_at, backend,
           tenant, association_id, amr, user_agent
         from sessions where ${where} = ? and (association_id is null
           or exists (select 1 from social_auth where id = sessions.association_id))`,
        [value],
      )
    ).map(toSession);

  return {
    async add(session) {
      const [text, values] = insertion("sessions", [
        ["id_hash", session.idHash],
        ["user_id", session.userId],
        ["created_at", session.createdAt],
        ["expires_at", session.expiresAt],
        ["last_seen_at", session.lastSeenAt],
        ["authenticated_at", session.authenticatedAt],
        ["backend", session.backend],
        ["tenant", session.tenant],
        ["association_id", session.associationId],
        ["amr", session.amr && JSON.stringify(session.amr)],
        ["user_agent", session.userAgent],
      ]);
      await sql.run(text, values);
    },
    find: async (idHash) => (await select("id_hash", idHash))[0],
    ofUser: (userId) => select("user_id", userId),
    async seen(idHash, now) {
      await sql.run("update sessions set last_seen_at = ? where id_hash = ?", [now, idHash]);
    },
    async remove(idHash) {
      return (await sql.run("delete from sessions where id_hash = ?", [idHash])) === 1;
    },
    async removeAllOfUser(userId) {
      await sql.run("delete from sessions where user_id = ?", [userId]);
    },
    async removeAllOfAssociation(associationId) {
      await sql.run("delete from sessions where association_id = ?", [associationId]);
    },
  };
}

function pausedTable(sql: Sql): PausedLogins {
  return {
    async add({ idHash, data, expiresAt }) {
      const [text, values] = insertion("social_partial", [
        ["id_hash", idHash],
        ["data", data],
        ["expires_at", expiresAt],
      ]);
      await sql.run(text, values);
    },
    async find(idHash) {
      const text = "select data, expires_at from social_partial where id_hash = ?";
      const [row] = await sql.all(text, [idHash]);
      return row && { idHash, data: String(row.data), expiresAt: fromTime(row.expires_at) };
    },
    async replace({ idHash, data, expiresAt }) {
      const text = "update social_partial set data = ?, expires_at = ? where id_hash = ?";
      return (await sql.run(text, [data, expiresAt, idHash])) === 1;
    },
    async remove(idHash) {
      return (await sql.run("delete from social_partial where id_hash = ?", [idHash])) === 1;
    },
  };
}

function usedTable(sql: Sql): Used {
  return {
    async add(key, expiresAt) {
      const [text, values] = insertion("social_used", [
        ["key_hash", toBase64Url(await sha256(key))],
        ["expires_at", expiresAt],
      ]);
      return sql.tryInsert(text, values);
    },
  };
}

function limitsTable(sql: OwnSql): Limits {
  return {
    async count(key, expiresAt) {
      const [text, values] = insertion("social_limits", [
        ["key_hash", toBase64Url(await sha256(key))],
        ["count", 1],
        ["expires_at", expiresAt],
      ]);
      return sql.count(text, values);
    },
  };
}

type Columns = readonly (readonly [column: string, value: SqlValue])[];

/** Makes a row of a table with an `id`, and says which it got. */
function insert(sql: Sql, table: string, columns: Columns): Promise<number> {
  return sql.insert(...insertion(table, columns));
}

function insertion(
  table: string,
  columns: Columns,
): readonly [text: string, values: readonly SqlValue[]] {
  const names = columns.map(([column]) => column).join(", ");
  const places = columns.map(() => "?").join(", ");
  const values = columns.map(([, value]) => value);
  return [`insert into ${table} (${names}) values (${places})`, values];
}

// The columns that hold some of a user's fields.
function toColumns(user: UserChanges & Partial<User>): Columns {
  return Object.entries(userColumns).flatMap(([field, column]): Columns => {
    const value = user[field as keyof typeof userColumns];
    if (value === undefined) return [];
    const keyColumn = keyColumns[column];
    if (keyColumn === undefined) return [[column, value]];
    return [
      [column, value],
      [keyColumn, value === null ? null : comparisonKey(String(value))],
    ];
  });
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
