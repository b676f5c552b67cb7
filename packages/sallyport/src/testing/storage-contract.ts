import type { Storage } from "../index.ts";
import type { ContractCase } from "./contract.ts";
import { accountCases } from "./storage-cases/accounts.ts";
import { type Ask, rowCases } from "./storage-cases/rows.ts";
import { transactionCases } from "./storage-cases/transactions.ts";
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
 */
export function storageContract<Opened extends OpenedStorage>(
  open: () => Promise<Opened>,
  lookBehind?: (opened: Opened, query: string) => ReturnType<Ask>,
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
  const plain = { ...userCases, ...accountCases, ...waitingCases, ...transactionCases };
  return [
    ...Object.entries(plain).map(([name, run]) => caseOf(name, ({ storage }) => run(storage))),
    ...Object.entries(lookBehind ? rowCases : {}).map(([name, run]) =>
      caseOf(name, (opened) =>
        run(opened.storage, async (query) => lookBehind?.(opened, query) ?? []),
      ),
    ),
  ];
}
