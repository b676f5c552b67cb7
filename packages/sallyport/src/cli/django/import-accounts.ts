import type { Seal } from "../../seal.ts";
import type { Sql, UserId } from "../../storage.ts";
import { mergedExtraData } from "../../stored-tokens.ts";
import { insertRows, type Row, rowsWith } from "../many-rows.ts";
import { fromDjangoExtraData, withoutTokens } from "./extra-data.ts";
import type { DjangoAccount } from "./read-django.ts";
import type { Report } from "./report.ts";

/** How accounts are taken over. */
export interface AccountOptions {
  /** The application's own; undefined where tokens stay behind. */
  readonly seal: Seal | undefined;
  /** False for a dry run. */
  readonly write: boolean;
  readonly now: Date;
}

/** Whose the accounts are that are here already, by {@link accountKey}. */
export type KnownAccounts = ReadonlyMap<string, UserId>;

/** An account, and whose it is to be here. */
export interface OwnedAccount {
  readonly account: DjangoAccount;
  readonly owner: UserId;
}

/** Which of these accounts are here, and whose they are, by {@link accountKey}. */
export async function knownAccounts(
  sql: Sql,
  accounts: readonly DjangoAccount[],
  toUserId: (value: unknown) => UserId,
): Promise<KnownAccounts> {
  const known = new Map<string, UserId>();
  for (const provider of new Set(accounts.map((account) => account.provider))) {
    const uids = accounts.filter((account) => account.provider === provider).map(({ uid }) => uid);
    const text = "select user_id, uid from social_auth where provider = ? and uid";
    for (const { user_id, uid } of await rowsWith(sql, text, uids, [provider])) {
      known.set(accountKey({ provider, uid: String(uid) }), toUserId(user_id));
    }
  }
  return known;
}

/** What an account is known by. */
export function accountKey({ provider, uid }: Pick<DjangoAccount, "provider" | "uid">): string {
  return JSON.stringify([provider, uid]);
}

/** Adds the accounts that are not here; what is here stays as it is. */
export async function importAccounts(
  sql: Sql,
  owned: readonly OwnedAccount[],
  known: KnownAccounts,
  options: AccountOptions,
  report: Report,
): Promise<void> {
  const rows: Row[] = [];
  for (const { account, owner } of owned) {
    const reason = reasonToSkip(account);
    if (reason) {
      report.skip(reason);
      continue;
    }
    report.seen(account.provider, account.uid);
    const ownerHere = known.get(accountKey(account));
    if (ownerHere !== undefined) {
      report.accounts[ownerHere === owner ? "present" : "elsewhere"]++;
      continue;
    }
    report.accounts.added++;
    rows.push(await toRow(account, owner, options, report));
  }
  if (options.write) await insertRows(sql, "social_auth", rows);
}

async function toRow(
  { provider, uid, extraData, ...account }: DjangoAccount,
  userId: UserId,
  { seal, now }: AccountOptions,
  report: Report,
): Promise<Row> {
  const { createdAt = now, updatedAt = createdAt } = account;
  const read = fromDjangoExtraData(extraData, updatedAt);
  if (!read) report.unreadable++;
  const place = { id: 0, userId, provider, uid, tenant: null, createdAt, updatedAt, extraData: {} };
  // As after a login at that time, unless the row says itself when the last one was.
  const kept = seal
    ? await mergedExtraData(place, { extraData: read ?? {} }, seal, updatedAt)
    : withoutTokens(read ?? {});
  return {
    user_id: userId,
    provider,
    uid,
    extra_data: JSON.stringify(kept),
    created_at: createdAt,
    updated_at: updatedAt,
  };
}

function reasonToSkip({ uid }: DjangoAccount): string | undefined {
  if (uid === "") return "the uid is empty";
  // python-social-auth makes it of a missing one, so that several people may share it.
  if (uid === "None") return 'the uid is "None", so nobody knows whose it is';
  return uid.length > 255 ? "the uid has more than 255 characters" : undefined;
}
