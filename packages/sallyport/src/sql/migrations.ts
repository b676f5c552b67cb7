import type { Dialect } from "./dialect.ts";

/**
 * Numbered changes to a set of tables, in order, each a list of statements. A published one
 * is never changed, and a new one only adds, so that an older process goes on working.
 *
 * A new one runs on tables with millions of rows while people sign in, so it does nothing to
 * them that takes time: a column may be null and has no default, existing rows stay as they
 * are, and of an existing table an index is not unique. PostgreSQL makes such an index after
 * the migration, while others write. SQLite makes it within, and nobody writes for about a
 * second a million rows: there an index comes with its table or not at all, unless it must.
 *
 * `create table` and `create index` begin as they do below, the latter on a line of its own.
 * References stand at the end of a table, as `foreign key …`: MySQL ignores them elsewhere.
 */
export interface MigrationSet {
  /** Names the table that remembers which of them ran: `sallyport_<name>_migrations`. */
  readonly name: string;
  readonly migrations: Readonly<Record<string, Statements>>;
  /** Tables with a `user_id` whose rows go with the user. */
  readonly ofUser?: readonly string[] | undefined;
}

/** The statements of one migration, in a dialect's column types. */
export type Statements = (types: Dialect["types"], user: UserReference) => readonly string[];

/** How other tables refer to a user: to a table of ours, or to one that is the application's. */
export interface UserReference {
  /** The type of a column `user_id`. */
  readonly id: string;
  /**
   * Stands behind the last column or constraint of a table with a `user_id`, whose rows go with the
   * user. Empty where the users are the application's; then {@link MigrationSet.ofUser} says so.
   */
  readonly cascade: string;
}

/** The users are in a table of ours. */
export function ourUsers(type: Dialect["types"]): UserReference {
  const cascade = `,
        foreign key (user_id) references users (id) on delete cascade`;
  return { id: type.reference, cascade };
}

/** A set's statements as one database gets them. */
export interface MigrationTexts {
  readonly name: string;
  readonly migrations: Readonly<Record<string, readonly string[]>>;
}

/** Puts a set into a dialect's words. */
export function textsOf(
  { name, migrations }: MigrationSet,
  { types }: Dialect,
  user: UserReference,
): MigrationTexts {
  const texts = Object.entries(migrations).map(([key, of]) => [key, of(types, user)] as const);
  return { name, migrations: Object.fromEntries(texts) };
}

/** The library's own tables, as docs/reference/tables.md has them. */
export const coreMigrations: MigrationSet = {
  name: "core",
  ofUser: ["social_auth", "sessions"],
  migrations: {
    "001-users-and-accounts": (type, user) => [
      `create table users (
        id ${type.id},
        username ${type.text} not null,
        username_key ${type.key} not null unique,
        email ${type.text},
        email_key ${type.key},
        email_verified ${type.boolean} not null,
        first_name ${type.text} not null,
        last_name ${type.text} not null,
        full_name ${type.text} not null,
        is_active ${type.boolean} not null,
        is_admin ${type.boolean} not null,
        creator ${type.text} not null,
        created_at ${type.time} not null,
        updated_at ${type.time} not null,
        last_login_at ${type.time}
      )`,
      "create index users_email_key on users (email_key)",
      ...accounts(type, user),
    ],
    "002-paused-logins": (type) => [
      `create table social_partial (
        id_hash ${type.key} primary key,
        data ${type.longText} not null,
        expires_at ${type.time} not null
      )`,
      "create index social_partial_expires_at on social_partial (expires_at)",
      `alter table sessions add column association_id ${type.reference}`,
      "create index sessions_association_id on sessions (association_id)",
      `alter table social_auth add column leased_until ${type.time}`,
    ],
    "003-tenants": (type) => [
      `alter table social_auth add column tenant ${type.key}`,
      `alter table sessions add column tenant ${type.key}`,
    ],
    "004-devices": (type) => [`alter table sessions add column user_agent ${type.text}`],
    "005-limits": (type) => [
      `create table social_limits (
        key_hash ${type.key} primary key,
        count ${type.integer} not null,
        expires_at ${type.time} not null
      )`,
      "create index social_limits_expires_at on social_limits (expires_at)",
    ],
  },
};

/** Accounts and sessions, whoever has the users. */
export const accounts: Statements = (type, user) => [
  `create table social_auth (
        id ${type.id},
        user_id ${user.id} not null,
        provider ${type.key} not null,
        uid ${type.key} not null check (uid <> ''),
        extra_data ${type.json} not null,
        created_at ${type.time} not null,
        updated_at ${type.time} not null,
        unique (provider, uid)${user.cascade}
      )`,
  "create index social_auth_user_id on social_auth (user_id)",
  `create table sessions (
        id_hash ${type.key} primary key,
        user_id ${user.id} not null,
        created_at ${type.time} not null,
        expires_at ${type.time} not null,
        last_seen_at ${type.time} not null,
        authenticated_at ${type.time} not null,
        backend ${type.text} not null,
        amr ${type.json}${user.cascade}
      )`,
  "create index sessions_user_id on sessions (user_id)",
  "create index sessions_expires_at on sessions (expires_at)",
  `create table social_used (
        key_hash ${type.key} primary key,
        expires_at ${type.time} not null
      )`,
  "create index social_used_expires_at on social_used (expires_at)",
];
