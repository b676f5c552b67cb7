import type { Ask } from "./ground.ts";

/** What differs in how rows are made from numbers. */
export interface SeedWords {
  /** A table `n` with the numbers from 1 to this in its column `n`. */
  numbers(count: number): string;
  /** The time as many seconds from now. */
  at(seconds: string): string;
  /** 43 characters that look random and are different for each number. */
  hash(number: string): string;
  readonly yes: string;
  readonly no: string;
  json(text: string): string;
  /** The query for those indexes by `name` and `sql` that are no constraint. */
  readonly indexes: string;
}

/** PostgreSQL's. */
export const postgresWords: SeedWords = {
  numbers: (count) => `generate_series(1, ${count}) as n (n)`,
  at: (seconds) => `now() + (${seconds}) * interval '1 second'`,
  hash: (number) =>
    `translate(left(encode(sha256((${number})::text::bytea), 'base64'), 43), '+/', '-_')`,
  yes: "true",
  no: "false",
  json: (text) => `(${text})::json`,
  indexes: `select indexname as name, indexdef as sql from pg_indexes
    where schemaname = 'public' and indexname not in (select conname from pg_constraint)`,
};

/** SQLite's. */
export const sqliteWords: SeedWords = {
  numbers: (count) =>
    `(with recursive n (n) as (select 1 union all select n + 1 from n where n < ${count}) select n from n) as n`,
  at: (seconds) => `strftime('%Y-%m-%dT%H:%M:%fZ', 'now', (${seconds}) || ' seconds')`,
  // Another order than that of the numbers, as a hash has.
  hash: (number) =>
    `printf('%08x', ((${number}) * 2654435761) % 4294967296) || printf('%035d', ${number})`,
  yes: "1",
  no: "0",
  json: (text) => text,
  indexes: "select name, sql from sqlite_master where type = 'index' and sql is not null",
};

/** Users with two accounts each, and sessions of every fifth of them. */
export async function seedUsers(ask: Ask, words: SeedWords, users: number): Promise<void> {
  const { numbers, at, hash, yes, no, json } = words;
  const now = at("0");
  await ask(`insert into users
    (username, username_key, email, email_key, email_verified, first_name, last_name, full_name,
     is_active, is_admin, creator, created_at, updated_at, last_login_at)
    select 'person-' || n, 'person-' || n, 'person-' || n || '@example.net',
      'person-' || n || '@example.net', ${yes}, 'Person', 'Example', 'Person Example',
      ${yes}, ${no}, 'one', ${now}, ${now}, ${now}
    from ${numbers(users)}`);
  const extraData = `'{"auth_time":1764000000,"id":' || n || ',"login":"person-' || n
    || '","access_token":"v1.' || ${hash("n")} || ${hash("n + 1")}
    || '","token_type":"bearer","scope":"profile","expires_on":1764036000}'`;
  for (const provider of ["one", "two"]) {
    await ask(`insert into social_auth (user_id, provider, uid, extra_data, created_at, updated_at)
      select n, '${provider}', cast(n as text), ${json(extraData)}, ${now}, ${now}
      from ${numbers(users)}`);
  }
  await addSessions(ask, words, { from: 0, count: Math.ceil(users / 5), ends: "86400 + n", users });
}

/** So many rows that have expired: half of them sessions, the others states, and a few paused logins. */
export async function seedExpired(
  ask: Ask,
  words: SeedWords,
  { users, expired }: { readonly users: number; readonly expired: number },
): Promise<void> {
  const { numbers, at, hash } = words;
  const ends = "-86400 - n";
  const count = Math.ceil(expired / 2);
  await addSessions(ask, words, { from: users, count, ends, users });
  const paused = Math.ceil(expired / 20);
  await ask(`insert into social_used (key_hash, expires_at)
    select ${hash("n")}, ${at(ends)} from ${numbers(count - paused)} order by 1`);
  await ask(`insert into social_partial (id_hash, data, expires_at)
    select ${hash("n")}, 'v1.' || ${hash("n")} || ${hash("n + 1")}, ${at(ends)}
    from ${numbers(paused)} order by 1`);
}

async function addSessions(
  ask: Ask,
  { numbers, at, hash, json }: SeedWords,
  { from, count, ends, users }: { from: number; count: number; ends: string; users: number },
): Promise<void> {
  const now = at("0");
  await ask(`insert into sessions
    (id_hash, user_id, created_at, expires_at, last_seen_at, authenticated_at, backend, amr, association_id)
    select ${hash(`n + ${from}`)}, 1 + n % ${users}, ${now}, ${at(ends)}, ${now}, ${now}, 'one',
      ${json(`'["pwd"]'`)}, 1 + n % ${users}
    from ${numbers(count)} order by 1`);
}
