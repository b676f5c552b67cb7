import type { Storage } from "sallyport";
import { type SeedWords, seedExpired } from "./seed.ts";

/** Runs a statement with the database's own driver. */
export type Ask = (text: string) => Promise<readonly Readonly<Record<string, unknown>>[]>;

/** A database with so many users in it, at which is written down what the storage asks. */
export interface Ground {
  readonly users: number;
  readonly address: string;
  readonly storage: Storage;
  countUsers(): Promise<number>;
  /** Adds so many rows that have expired. */
  expire(count: number): Promise<void>;
  /** Whether any of them is left. */
  isLittered(): Promise<boolean>;
  /** How each statement was done that the storage has asked since it was filled: what it reads, and by what. */
  plans(): Promise<ReadonlyMap<string, readonly string[]>>;
}

/** What is the same for all of them. */
export function expiring(
  ask: Ask,
  words: SeedWords,
  { users, settle }: { readonly users: number; settle(): Promise<void> },
): Pick<Ground, "countUsers" | "expire" | "isLittered"> {
  const isThere = (table: string) =>
    `select * from (select 1 as one from ${table} where expires_at < ${words.at("0")} limit 1) as of_${table}`;
  const left = ["social_used", "social_partial", "sessions"].map(isThere).join(" union all ");
  return {
    countUsers: async () => Number((await ask("select count(*) as total from users"))[0]?.total),
    async expire(expired) {
      await seedExpired(ask, words, { users, expired });
      await settle();
    },
    isLittered: async () => (await ask(left)).length > 0,
  };
}

/** Takes the plain indexes away while many rows come, which is faster by far. */
export async function withoutIndexes(
  ask: Ask,
  { indexes: asks }: SeedWords,
  work: () => Promise<void>,
): Promise<void> {
  const indexes = await ask(asks);
  for (const { name } of indexes) await ask(`drop index ${name}`);
  await work();
  for (const { sql } of indexes) await ask(String(sql));
}

/** What among a plan's lines reads a table. */
export function scansOf(lines: readonly string[], scan: RegExp): readonly string[] {
  return lines.flatMap((line) => scan.exec(line)?.[1] ?? []);
}

/** A statement in few words, the same for both databases. */
export function plain(text: string): string {
  return text
    .replace(/\s+/g, " ")
    .replace(/\$\d+/g, "?")
    .replace(/^select [\w, ]+ from/, "select … from")
    .replace(/ set [\w,?= ]+ where/, " set … where")
    .replace(/ where \w+ (in|= any) ?\(.*/, " where … expires_at < ? …");
}
