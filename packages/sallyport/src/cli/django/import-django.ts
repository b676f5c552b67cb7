import type { Seal } from "../../seal.ts";
import type { UserId } from "../../storage.ts";
import { columnsOf } from "../columns.ts";
import { inTransaction, type OneConnection } from "../one-connection.ts";
import { importAccounts, knownAccounts } from "./import-accounts.ts";
import { importUsers } from "./import-users.ts";
import { djangoAccounts, djangoUsers } from "./read-django.ts";
import { Report } from "./report.ts";

/** What is to be taken over, and how. */
export interface ImportOptions {
  readonly seal: Seal | undefined;
  readonly userTable: string;
  readonly emailsVerified: boolean;
  /** False for a dry run. */
  readonly write: boolean;
  readonly now: Date;
  /** Told after each page how many of how many rows are done. */
  readonly progress: (done: number, total: number) => void;
}

/**
 * Takes over Django's users, each with their accounts, a page and a transaction at a time: one
 * that breaks off is made up for by the next. What is here already stays as it is.
 */
export async function importUsersAndAccounts(
  django: OneConnection,
  ours: OneConnection,
  { userTable, progress, ...options }: ImportOptions,
): Promise<Report> {
  const [users, accounts] = [await djangoUsers(django, userTable), await djangoAccounts(django)];
  const [report, total] = [new Report(), await users.total()];
  const more = { ...options, highestId: await users.highestId(), promised: new Set<string>() };
  let done = 0;
  for await (const page of users.pages()) {
    const own = await accounts.of(page);
    report.add(await attempt(ours, options, () => importUsers(ours, page, own, more)));
    done += page.length;
    progress(done, total);
  }
  report.skip(`no such user in ${userTable}`, await accounts.orphans(userTable));
  return report;
}

/** The accounts alone, for an application whose users stay in their own table, with the ids they have there. */
export async function importAccountsOnly(
  django: OneConnection,
  ours: OneConnection,
  { progress, ...options }: ImportOptions,
): Promise<Report> {
  const accounts = await djangoAccounts(django);
  const [report, total] = [new Report(), await accounts.total()];
  const type = (await columnsOf(ours, "social_auth")).get("user_id");
  if (type === undefined) throw new Error("the database has no table social_auth");
  // A token is sealed for the id as the storage reads it.
  const toUserId: (id: unknown) => UserId = /int/.test(type) ? Number : String;
  let done = 0;
  for await (const page of accounts.pages()) {
    const work = async () => {
      const part = new Report();
      const known = await knownAccounts(ours.sql, page, toUserId);
      const owned = page.map((account) => ({ account, owner: toUserId(account.userId) }));
      await importAccounts(ours.sql, owned, known, options, part);
      return part;
    };
    report.add(await attempt(ours, options, work));
    done += page.length;
    progress(done, total);
  }
  return report;
}

function attempt<T>(
  ours: OneConnection,
  { write }: Pick<ImportOptions, "write">,
  work: () => Promise<T>,
): Promise<T> {
  return write ? inTransaction(ours, work) : work();
}
