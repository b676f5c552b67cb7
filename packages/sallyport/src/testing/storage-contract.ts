import type { Storage } from "../index.ts";
import type { ContractCase } from "./contract.ts";
import { accountCases } from "./storage-cases/accounts.ts";
import { type Ask, rowCases, userRowCases } from "./storage-cases/rows.ts";
import { transactionCases, userTransactionCases } from "./storage-cases/transactions.ts";
import { userCases } from "./storage-cases/users.ts";
import { waitingCases } from "./storage-cases/waiting.ts";

/** An empty storage, and whatever else is to end with the case. */
export interface OpenedStorage {
  readonly storage: Storage;
  /** Ends it all, the storage too. */
  close(): Promise<void>;
}

/**
 * Everything that must hold for a storage. Each case has an empty one of its own.
 *
 * ```ts
 * for (const { name, run } of storageContract(open, ({ client }, query) => client.rows(query))) {
 *   test(name, run);
 * }
 * ```
 *
 * @param open makes an empty storage.
 * @param lookBehind runs a statement with the database's own driver, behind the storage's
 *   back. Times that it gives without a zone are in UTC. Left out for what is no SQL
 *   database, and with it the cases that look at rows.
 * @param options.users who has the users: the storage unless given. With a table of the
 *   application's, which keeps all that there is to know of them, the cases are left out that
 *   look at our table `users`; where it does not join our transactions (`detached`), those in
 *   which users change as part of one, too.
 */
export function storageContract<Opened extends OpenedStorage>(
  open: () => Promise<Opened>,
  lookBehind?: (opened: Opened, query: string) => ReturnType<Ask>,
  { users = "storage" }: { readonly users?: "storage" | "joined" | "detached" } = {},
): readonly ContractCase[] {
  const caseOf = (name: string, run: (opened: Opened) => Promise<void>): ContractCase => ({
    name,
    async run() {
      const opened = await open();
      try {
        await run(opened);
      } finally {
        await opened.close();
      }
    },
  });
  const plain = {
    ...userCases,
    ...accountCases,
    ...waitingCases,
    ...transactionCases,
    ...(users === "detached" ? {} : userTransactionCases),
  };
  const rows = users === "storage" ? { ...userRowCases, ...rowCases } : rowCases;
  return [
    ...Object.entries(plain).map(([name, run]) => caseOf(name, ({ storage }) => run(storage))),
    ...Object.entries(lookBehind ? rows : {}).map(([name, run]) =>
      caseOf(name, (opened) =>
        run(opened.storage, async (query) => lookBehind?.(opened, query) ?? []),
      ),
    ),
  ];
}
