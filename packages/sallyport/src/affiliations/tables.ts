import { fromTime } from "../sql/dialect.ts";
import type { Sql, SqlRow, UserId } from "../storage.ts";
import {
  type Affiliation,
  type Customer,
  type CustomerStatus,
  type CustomerType,
  fromPeeringDB,
  type Privileges,
} from "./customers.ts";
import type { Grant } from "./plan.ts";

/** What {@link toCustomer} reads, by name: a newer process may add columns at any time. */
export const customerColumns =
  "customers.id, asn, name, type, status, left_at, peeringdb_oauth, joined_at";

/** Customers with one of these ASNs. */
export async function customersByAsn(
  sql: Sql,
  asns: readonly number[],
): Promise<readonly Customer[]> {
  if (asns.length === 0) return [];
  const places = asns.map(() => "?").join(", ");
  const rows = await sql.all(
    `select ${customerColumns} from customers where asn in (${places}) order by id`,
    asns,
  );
  return rows.map(toCustomer);
}

/** A user's affiliations, each with its customer, by the customer's name. */
export async function affiliationsOf(sql: Sql, userId: UserId): Promise<readonly Affiliation[]> {
  const rows = await sql.all(
    `select ${customerColumns}, affiliations.id as affiliation_id, privs, perms,
       manage_peering_sessions, created_by, created_at
     from affiliations join customers on customers.id = affiliations.customer_id
     where affiliations.user_id = ? order by customers.name, customers.id`,
    [userId],
  );
  return rows.map((row) => ({
    id: Number(row.affiliation_id),
    customer: toCustomer(row),
    // Only 1 and 2 are ever written.
    privs: Number(row.privs) as Privileges,
    perms: row.perms === null ? null : Number(row.perms),
    managePeeringSessions:
      row.manage_peering_sessions === null ? null : Number(row.manage_peering_sessions),
    createdBy: String(row.created_by),
    createdAt: fromTime(row.created_at),
  }));
}

/** Makes an affiliation that PeeringDB gave. @throws `Conflict` where there is one already. */
export async function addAffiliation(
  sql: Sql,
  userId: UserId,
  { customer, privs, perms, managePeeringSessions }: Grant & { readonly customer: Customer },
  now: Date,
): Promise<void> {
  await sql.insert(
    `insert into affiliations (user_id, customer_id, privs, perms, manage_peering_sessions,
       created_by, created_at) values (?, ?, ?, ?, ?, ?, ?)`,
    [userId, customer.id, privs, perms, managePeeringSessions, fromPeeringDB, now],
  );
}

/** Brings what an affiliation allows up to date. */
export async function setGrant(sql: Sql, id: number, grant: Grant): Promise<void> {
  await sql.run(
    "update affiliations set privs = ?, perms = ?, manage_peering_sessions = ? where id = ?",
    [grant.privs, grant.perms, grant.managePeeringSessions, id],
  );
}

/** Takes an affiliation away. */
export async function removeAffiliation(sql: Sql, id: number): Promise<void> {
  await sql.run("delete from affiliations where id = ?", [id]);
}

/** A row of `customers`. */
export function toCustomer(row: SqlRow): Customer {
  return {
    id: Number(row.id),
    asn: Number(row.asn),
    name: String(row.name),
    // Only these are ever written.
    type: String(row.type) as CustomerType,
    status: String(row.status) as CustomerStatus,
    leftAt: row.left_at === null ? null : fromTime(row.left_at),
    peeringdbOAuth: Boolean(row.peeringdb_oauth),
    joinedAt: row.joined_at === null ? null : fromTime(row.joined_at),
  };
}
