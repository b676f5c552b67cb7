import type { JsonObject, Sql, Storage } from "sallyport";
import {
  type Customer,
  customerColumns,
  hasLeft,
  toCustomer,
  writeAudit,
} from "sallyport/affiliations";
import { type ExportedMember, type Ixp, readExport } from "./read-export.ts";

/** How {@link importIxf} goes about it. */
export interface ImportOptions {
  /** Which exchange of the file; needed only where it has several. */
  readonly ixpId?: number | undefined;
  /** Say what would be done, and do nothing. */
  readonly dryRun?: boolean;
  readonly now: Date;
}

/** A member, as the summary names it. */
export type Named = Pick<Customer, "asn" | "name">;

/** What an export says that a member here does not have yet. */
export type Changes = Partial<Pick<Customer, "name" | "type" | "status" | "joinedAt">>;

/** What an import did, or would do. */
export interface ImportSummary {
  readonly dryRun: boolean;
  readonly ixp: Ixp;
  readonly added: readonly Named[];
  readonly updated: readonly { readonly before: Customer; readonly changes: Changes }[];
  /** How many members of the file are here as it has them. */
  readonly unchanged: number;
  /** Members here that the file does not name. They stay as they are. */
  readonly notInFile: readonly Named[];
  /** How many entries of the file have no connection at this exchange. */
  readonly skipped: number;
  readonly warnings: readonly string[];
}

/**
 * Loads the members of an IX-F member export into `customers`, all of them or, where
 * anything is wrong with the file, none. The same file again changes nothing.
 *
 * The exchange's own decisions stay: who is suspended, pro bono, opted out or has left.
 * Nobody is cancelled for not being in the file, since an error at the exporter's would
 * cancel everybody.
 *
 * @param text see {@link readExportFile}.
 * @throws `UnreadableFile`, with one line for the operator.
 */
export async function importIxf(
  storage: Storage,
  text: string,
  { ixpId, dryRun = false, now }: ImportOptions,
): Promise<ImportSummary> {
  const { ixp, members, skipped, warnings } = readExport(text, ixpId);
  const work = async (sql: Sql | undefined): Promise<ImportSummary> => {
    if (!sql) throw new Error("members need a SQL storage");
    const rows = await sql.all(`select ${customerColumns} from customers order by id`, []);
    const plan = planImport(members, rows.map(toCustomer), now);
    if (!dryRun) await apply(sql, plan, ixp, now);
    return {
      dryRun,
      ixp,
      added: plan.add.map(({ asn, name }) => ({ asn, name })),
      updated: plan.update,
      unchanged: members.length - plan.add.length - plan.update.length,
      notInFile: plan.notInFile,
      skipped,
      warnings: [...warnings, ...plan.warnings],
    };
  };
  return dryRun ? work(storage.sql) : storage.transaction(({ sql }) => work(sql));
}

type NewMember = Pick<Customer, "asn" | "name" | "type" | "status" | "joinedAt">;

interface ImportPlan {
  readonly add: readonly NewMember[];
  readonly update: readonly { readonly before: Customer; readonly changes: Changes }[];
  readonly notInFile: readonly Named[];
  readonly warnings: readonly string[];
}

function planImport(
  members: readonly ExportedMember[],
  customers: readonly Customer[],
  now: Date,
): ImportPlan {
  const here = new Map<number, Customer[]>();
  for (const customer of customers) {
    here.set(customer.asn, [...(here.get(customer.asn) ?? []), customer]);
  }

  const add: NewMember[] = [];
  const update: { before: Customer; changes: Changes }[] = [];
  const warnings = members.length === 0 ? ["the file names no member"] : [];
  for (const member of members) {
    const { asn, name = `AS${asn}`, type = "full", status, joinedAt = null } = member;
    const [before, ...others] = here.get(asn) ?? [];
    if (!before) {
      add.push({ asn, name, type, status, joinedAt });
    } else if (others.length > 0) {
      const names = [before, ...others].map((customer) => customer.name).join(", ");
      warnings.push(`AS${asn} belongs to several members here (${names}); they stay as they are`);
    } else {
      if (hasLeft(before, now)) {
        warnings.push(`AS${asn} ${before.name} has left, but is in the file; it stays so`);
      }
      const changes = changesOf(before, member);
      if (Object.keys(changes).length > 0) update.push({ before, changes });
    }
  }

  const inFile = new Set(members.map(({ asn }) => asn));
  const notInFile = customers
    .filter((customer) => !inFile.has(customer.asn) && !hasLeft(customer, now))
    .map(({ asn, name }) => ({ asn, name }));
  return { add, update, notInFile, warnings };
}

/** What the export says otherwise. Where it says nothing, and where it cannot know, what is here stays. */
function changesOf(before: Customer, { name, type, status, joinedAt }: ExportedMember): Changes {
  return {
    ...(name !== undefined && name !== before.name && { name }),
    ...(type !== undefined && type !== before.type && before.type !== "probono" && { type }),
    ...(status !== before.status && before.status !== "suspended" && { status }),
    ...(joinedAt && joinedAt.getTime() !== before.joinedAt?.getTime() && { joinedAt }),
  };
}

async function apply(sql: Sql, { add, update }: ImportPlan, ixp: Ixp, at: Date): Promise<void> {
  const audit = (action: string, id: number, detail: JsonObject) =>
    writeAudit(sql, { at, actor: "import-ixf", action, subject: `customer:${id}`, detail });

  for (const { asn, name, type, status, joinedAt } of add) {
    const id = await sql.insert(
      `insert into customers (asn, name, type, status, left_at, peeringdb_oauth, joined_at)
       values (?, ?, ?, ?, ?, ?, ?)`,
      [asn, name, type, status, null, true, joinedAt],
    );
    await audit("customer.added", id, {
      asn,
      name,
      type,
      status,
      joinedAt: text(joinedAt),
      ixp: ixp.id,
    });
  }
  for (const { before, changes } of update) {
    const { id, asn, name, type, status, joinedAt } = { ...before, ...changes };
    await sql.run(
      "update customers set name = ?, type = ?, status = ?, joined_at = ? where id = ?",
      [name, type, status, joinedAt, id],
    );
    await audit("customer.changed", id, {
      asn,
      name,
      changes: fromTo(before, changes),
      ixp: ixp.id,
    });
  }
}

function fromTo(before: Customer, changes: Changes): JsonObject {
  const fields = Object.keys(changes) as (keyof Changes)[];
  return Object.fromEntries(
    fields.map((field) => [field, { from: text(before[field]), to: text(changes[field] ?? null) }]),
  );
}

function text(value: string | Date | null): string | null {
  return value instanceof Date ? value.toISOString() : value;
}
