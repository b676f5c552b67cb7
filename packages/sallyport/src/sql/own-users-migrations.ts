import type { UserIds } from "../user-store.ts";
import type { Dialect } from "./dialect.ts";
import {
  accounts,
  coreMigrations,
  type MigrationSet,
  type MigrationTexts,
  type UserReference,
} from "./migrations.ts";

/** A user is in a table of the application's, about which nothing is known but the ids. */
export function ownUsers(ids: UserIds): (type: Dialect["types"]) => UserReference {
  return (type) => ({ id: ids === "text" ? type.key : type.reference, cascade: "" });
}

/**
 * The library's own tables but for `users`. What ran first says which kind of users the tables
 * were made for, so that a database of one kind is never taken for one of another.
 */
export function coreMigrationsOf(ids: UserIds): MigrationSet {
  const { [firstOf.ours]: _, ...later } = coreMigrations.migrations;
  return { ...coreMigrations, migrations: { [firstOf[ids]]: accounts, ...later } };
}

const firstOf = {
  ours: "001-users-and-accounts",
  integer: "001-accounts-of-integer-ids",
  text: "001-accounts-of-text-ids",
} as const;

const kinds = ["ours", "integer", "text"] as const;

const wordsFor = {
  ours: "the library's own users",
  integer: "an application's users with integer ids",
  text: "an application's users with text ids",
} as const;

/**
 * What is wrong where the tables were made for users of another kind; undefined for any other
 * failure. Kysely names a migration that has run and is not among those it is given, and changes
 * nothing.
 */
export function foreignTo({ migrations }: MigrationTexts, failure: string): string | undefined {
  const wanted = kinds.find((kind) => migrations[firstOf[kind]]);
  const found = kinds.find((kind) => kind !== wanted && failure.includes(firstOf[kind]));
  if (!wanted || !found) return undefined;
  return `the tables were made for ${wordsFor[found]}, and are opened for ${wordsFor[wanted]}`;
}

/** What stands between an application's users that do not join our transactions and us. */
export const intentMigrations: MigrationSet = {
  name: "intents",
  migrations: {
    "001-intents": (type, user) => [
      `create table social_intent (
        key_hash ${type.key} primary key,
        user_key ${type.key},
        user_id ${user.id},
        expires_at ${type.time} not null
      )`,
      "create index social_intent_user_id on social_intent (user_id)",
      "create index social_intent_expires_at on social_intent (expires_at)",
    ],
  },
};
