import type { Affiliation, Customer } from "../../src/affiliations/index.ts";
import type { Network } from "../../src/identity.ts";

// Builders: what matters is given by the test, the rest is a full member in good standing.

/** The instant of every test of this folder. */
export const now = new Date("2026-11-20T12:00:00Z");

/** A day so many days from {@link now}. */
export function inDays(days: number): Date {
  return new Date(now.getTime() + days * 24 * 3600_000);
}

/** A member; its id is its ASN unless given. */
export function customer(fields: Partial<Customer> & Pick<Customer, "asn" | "name">): Customer {
  return {
    id: fields.asn,
    type: "full",
    status: "normal",
    leftAt: null,
    peeringdbOAuth: true,
    joinedAt: null,
    ...fields,
  };
}

/** A link that PeeringDB gave, read only, with the permissions of a plain member. */
export function link(to: Customer, fields: Partial<Affiliation> = {}): Affiliation {
  return {
    id: 1000 + to.id,
    customer: to,
    privs: 1,
    perms: 1,
    managePeeringSessions: 1,
    createdBy: "PeeringDB",
    createdAt: inDays(-30),
    ...fields,
  };
}

/** A link that somebody made by hand. */
export function byHand(to: Customer, fields: Partial<Affiliation> = {}): Affiliation {
  return link(to, { perms: null, managePeeringSessions: null, createdBy: "user", ...fields });
}

/** A network at PeeringDB, with the permissions of a plain member. */
export function network(asn: number, fields: Partial<Network> = {}): Network {
  return { asn, name: `AS${asn}`, perms: 1, managePeeringSessions: 1, ...fields };
}
