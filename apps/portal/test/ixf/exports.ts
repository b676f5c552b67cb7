import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { SqlRow, Storage } from "sallyport";
import { affiliationMigrations } from "sallyport/affiliations";
import { sqliteStorage } from "sallyport/storage/sqlite";

export const now = new Date("2026-11-20T12:00:00Z");

/** A folder that goes with the test. */
export function temporaryFolder(t: { after(end: () => void): void }): string {
  const folder = mkdtempSync(join(tmpdir(), "sallyport-ixf-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A portal's database that ends with the test. */
export function startStorage(t: { after(end: () => unknown): void }): Storage {
  const file = join(temporaryFolder(t), "portal.db");
  const storage = sqliteStorage(file, { migrations: [affiliationMigrations] });
  t.after(() => storage.close());
  return storage;
}

/** Everything that an import may write. */
export async function written(storage: Storage): Promise<readonly (readonly SqlRow[])[]> {
  const rows = (table: string) => storage.sql?.all(`select * from ${table} order by id`, []);
  return [(await rows("customers")) ?? [], (await rows("audit_log")) ?? []];
}

/** `AS64496 Alpha full normal 2019-01-31` for each member here. */
export async function members(storage: Storage): Promise<string[]> {
  const [rows = []] = await written(storage);
  return rows.map(({ asn, name, type, status, joined_at }) => {
    const joined = joined_at === null ? "" : ` ${String(joined_at).slice(0, 10)}`;
    return `AS${asn} ${name} ${type} ${status}${joined}`;
  });
}

/** A member here, made by hand. */
export async function addMember(
  storage: Storage,
  asn: number,
  name: string,
  columns: Readonly<Record<string, string | boolean | Date | null>> = {},
): Promise<void> {
  const row = {
    asn,
    name,
    type: "full",
    status: "normal",
    left_at: null,
    peeringdb_oauth: true,
    joined_at: null,
    ...columns,
  };
  const names = Object.keys(row);
  await storage.sql?.insert(
    `insert into customers (${names.join(", ")}) values (${names.map(() => "?").join(", ")})`,
    Object.values(row),
  );
}

/** An entry of a member list, connected at IXP 42. */
export function entry(asnum: unknown, fields: object = {}): object {
  return { asnum, connection_list: [{ ixp_id: 42 }], ...fields };
}

/** An export of version 1.0 of one exchange, IXP 42, with these entries. */
export function exportOf(member_list: unknown, fields: object = {}): string {
  return JSON.stringify({
    version: "1.0",
    timestamp: "2026-01-01T00:00:00Z",
    ixp_list: [{ ixp_id: 42, ixf_id: 42, shortname: "Example IX" }],
    member_list,
    ...fields,
  });
}
