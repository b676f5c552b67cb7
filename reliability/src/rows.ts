import type { OwnDatabase } from "./database.ts";

/** What logins left in the database. */
export interface Rows {
  readonly users: number;
  readonly associations: number;
  readonly sessions: number;
  /** Users without an account, and accounts and sessions without a user. */
  readonly orphans: number;
  /** Accounts, or usernames, that are there more than once. */
  readonly doubles: number;
}

/** Counts them, behind the library's back. */
export async function countRows({ ask }: Pick<OwnDatabase, "ask">): Promise<Rows> {
  const [row] = await ask(`select
    (select count(*) from users) as users,
    (select count(*) from social_auth) as associations,
    (select count(*) from sessions) as sessions,
    (select count(*) from users where id not in (select user_id from social_auth)) +
    (select count(*) from social_auth where user_id not in (select id from users)) +
    (select count(*) from sessions where user_id not in (select id from users)) as orphans,
    (select count(*) - count(distinct user_id) from social_auth) +
    (select count(*) - count(distinct username_key) from users) as doubles`);
  const count = (name: keyof Rows) => Number(row?.[name]);
  return {
    users: count("users"),
    associations: count("associations"),
    sessions: count("sessions"),
    orphans: count("orphans"),
    doubles: count("doubles"),
  };
}
