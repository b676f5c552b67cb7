import { fromTime } from "../../sql/dialect.ts";
import { comparisonKey, type SqlRow } from "../../storage.ts";
import { insertRows, type Row, rowsWith } from "../many-rows.ts";
import type { OneConnection } from "../one-connection.ts";
import {
  type AccountOptions,
  accountKey,
  importAccounts,
  type KnownAccounts,
  knownAccounts,
  type OwnedAccount,
} from "./import-accounts.ts";
import type { DjangoAccount, DjangoUser } from "./read-django.ts";
import { Report } from "./report.ts";

/** How users are taken over. */
export interface UserOptions extends AccountOptions {
  /** Whether Django has proven that an address is its user's. */
  readonly emailsVerified: boolean;
  /** The highest id that is a number at Django: whoever cannot keep theirs gets one above it. */
  readonly highestId: number;
  /** In a dry run: the keys of the usernames that users of earlier pages would have by now. */
  readonly promised: Set<string>;
}

/** Takes some users and their accounts over, within a transaction, and says what that did. */
export async function importUsers(
  ours: OneConnection,
  users: readonly DjangoUser[],
  accounts: readonly DjangoAccount[],
  options: UserOptions,
): Promise<Report> {
  const report = new Report();
  const known = await knownAccounts(ours.sql, accounts, Number);
  const here = await usersHere(ours, users);
  const owned: OwnedAccount[] = [];
  const fresh: NewRow[] = [];
  let next = Math.max(here.highestId, options.highestId);
  for (const user of users) {
    const own = accounts.filter(({ userId }) => userId === user.id);
    const found = foundAs(user, here) ?? (await foundByAccount(ours, own, known));
    const id = found ? Number(found.id) : (freeId(user, here) ?? ++next);
    owned.push(...own.map((account) => ({ account, owner: id })));
    if (id !== user.id) report.users.renumbered++;
    if (found) {
      report.users.present++;
      if (differs(user, found)) report.users.different++;
    } else {
      report.users.added++;
      const username = await freeName(ours, user, here, options);
      fresh.push({ id, user, username });
      if (username !== wishedName(user)) report.renamed.push(`${wishedName(user)} is ${username}`);
    }
    if (user.administers && !found?.is_admin) {
      const username = found?.username ?? fresh.at(-1)?.username;
      report.administrators.push(`${username} (${user.administers} at Django)`);
    }
  }
  if (options.write) await addUsers(ours, fresh, options);
  await importAccounts(ours.sql, owned, known, options, report);
  return report;
}

interface NewRow {
  readonly id: number;
  readonly user: DjangoUser;
  readonly username: string;
}

/** What of our users may be in the way of Django's, or may be them. */
interface Here {
  readonly byId: ReadonlyMap<number, SqlRow>;
  readonly byKey: ReadonlyMap<string, SqlRow>;
  /** The keys of usernames that nobody new can have. */
  readonly taken: Set<string>;
  readonly highestId: number;
}

async function usersHere({ sql }: OneConnection, users: readonly DjangoUser[]): Promise<Here> {
  const ids = users.flatMap(({ id }) => (typeof id === "number" ? [id] : []));
  const keys = users.flatMap((user) => [wishedName(user), numberedName(user)]).map(comparisonKey);
  const byId = await rowsWith(sql, `${select} id`, ids);
  const byKey = await rowsWith(sql, `${select} username_key`, keys);
  const [highest] = await sql.all("select max(id) as id from users", []);
  return {
    byId: new Map(byId.map((row) => [Number(row.id), row])),
    byKey: new Map(byKey.map((row) => [String(row.username_key), row])),
    taken: new Set(byKey.map((row) => String(row.username_key))),
    highestId: Number(highest?.id ?? 0),
  };
}

const select = `select id, username, username_key, email, first_name, last_name, is_active,
  is_admin, creator, created_at from users where`;

/** Where a user came from. It stays with the row, so that the next import finds it. */
function creatorOf({ id }: DjangoUser): string {
  return `django:${id}`;
}

function foundAs(user: DjangoUser, { byId, byKey }: Here): SqlRow | undefined {
  const candidates = [
    byId.get(Number(user.id)),
    byKey.get(comparisonKey(wishedName(user))),
    byKey.get(comparisonKey(numberedName(user))),
  ];
  return candidates.find((row) => row && cameFrom(user, row));
}

/** Whether a row was made from this user: not from one of another site with the same id, who joined at another time. */
function cameFrom(user: DjangoUser, { creator, created_at }: SqlRow): boolean {
  if (creator !== creatorOf(user)) return false;
  return user.joinedAt === undefined || fromTime(created_at).getTime() === user.joinedAt.getTime();
}

/** Whoever signed in here already, with an account that is this user's at Django, is this user. */
async function foundByAccount(
  { sql }: OneConnection,
  accounts: readonly DjangoAccount[],
  known: KnownAccounts,
): Promise<SqlRow | undefined> {
  const owners = accounts.map((account) => known.get(accountKey(account)));
  const owner = owners.find((found) => found !== undefined);
  return owner === undefined ? undefined : (await sql.all(`${select} id = ?`, [owner]))[0];
}

function differs(user: DjangoUser, row: SqlRow): boolean {
  return (
    row.email !== user.email ||
    row.first_name !== user.firstName ||
    row.last_name !== user.lastName ||
    Boolean(row.is_active) !== user.isActive
  );
}

/** The id is kept, since the application's own tables refer to it, unless somebody has it here. */
function freeId({ id }: DjangoUser, { byId }: Here): number | undefined {
  return typeof id === "number" && id > 0 && !byId.has(id) ? id : undefined;
}

/** What fits in a key of ours. */
const longest = 255;

function wishedName({ username, email }: DjangoUser): string {
  return (username || email?.split("@")[0] || "user").slice(0, longest);
}

function numberedName(user: DjangoUser, end = `-${user.id}`): string {
  return wishedName(user).slice(0, longest - end.length) + end;
}

/** The username, or where only its case tells it from another one, the same with the id behind it. */
async function freeName(
  { sql }: OneConnection,
  user: DjangoUser,
  { taken }: Here,
  { promised, write }: UserOptions,
): Promise<string> {
  for (let attempt = 0; ; attempt++) {
    const name = attempt === 0 ? wishedName(user) : numberedName(user, endOf(user, attempt));
    const key = comparisonKey(name);
    if (taken.has(key) || promised.has(key)) continue;
    // Those of the first two attempts are in `taken` where there are any.
    const rows = attempt < 2 ? [] : await sql.all(`${select} username_key = ?`, [key]);
    if (rows.length > 0) continue;
    (write ? taken : promised).add(key);
    return name;
  }
}

function endOf({ id }: DjangoUser, attempt: number): string {
  return attempt === 1 ? `-${id}` : `-${id}-${attempt}`;
}

async function addUsers(
  { dialect, sql }: OneConnection,
  added: readonly NewRow[],
  options: UserOptions,
): Promise<void> {
  if (added.length === 0) return;
  await insertRows(
    sql,
    "users",
    added.map((row) => toRow(row, options)),
  );
  // The others notice by themselves which ids are gone.
  if (dialect.name === "postgres") await sql.all(beyondIds, []);
}

function toRow({ id, user, username }: NewRow, { emailsVerified, now }: UserOptions): Row {
  const { email, firstName, lastName } = user;
  return {
    id,
    username,
    username_key: comparisonKey(username),
    email,
    email_key: email === null ? null : comparisonKey(email),
    email_verified: emailsVerified && email !== null,
    first_name: firstName,
    last_name: lastName,
    full_name: `${firstName} ${lastName}`.trim(),
    is_active: user.isActive,
    // An administrator here is made by hand only.
    is_admin: false,
    creator: creatorOf(user),
    created_at: user.joinedAt ?? now,
    updated_at: now,
    last_login_at: user.lastLoginAt,
  };
}

const beyondIds = `select setval(sequence, greatest(
    coalesce(pg_sequence_last_value(sequence), 1), (select max(id) from users)))
  from (select pg_get_serial_sequence('users', 'id')::regclass as sequence) as ids`;
