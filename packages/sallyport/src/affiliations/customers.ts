/** What a member of the exchange is, by IXP Manager's types. */
export const customerTypes = ["full", "associate", "internal", "probono"] as const;
export type CustomerType = (typeof customerTypes)[number];

/** Whether a member may exchange traffic. */
export const customerStatuses = ["normal", "not_connected", "suspended"] as const;
export type CustomerStatus = (typeof customerStatuses)[number];

/** A member of the exchange. An ASN may have several. */
export interface Customer {
  readonly id: number;
  readonly asn: number;
  readonly name: string;
  readonly type: CustomerType;
  readonly status: CustomerStatus;
  /** When the membership ends or ended. A date to come has not come yet. */
  readonly leftAt: Date | null;
  /** Members may opt out of sign-in with PeeringDB. */
  readonly peeringdbOAuth: boolean;
  readonly joinedAt: Date | null;
}

/** What a user may do for a customer: 1 read only, 2 administer. */
export type Privileges = 1 | 2;

/** A user's membership in a customer. */
export interface Affiliation {
  readonly id: number;
  readonly customer: Customer;
  readonly privs: Privileges;
  /** The provider's bit masks; null for an affiliation that it did not give. */
  readonly perms: number | null;
  readonly managePeeringSessions: number | null;
  /** What made it: {@link fromPeeringDB}, `user` for one made by hand, … */
  readonly createdBy: string;
  readonly createdAt: Date;
}

/** {@link Affiliation.createdBy} of what a login made, and the only kind that one removes. */
export const fromPeeringDB = "PeeringDB";

/** Whether the membership has ended. */
export function hasLeft({ leftAt }: Pick<Customer, "leftAt">, now: Date): boolean {
  return leftAt !== null && leftAt <= now;
}

/** Whether a customer's people may use the portal at all. */
export function isActive(customer: Pick<Customer, "status" | "leftAt">, now: Date): boolean {
  return customer.status !== "suspended" && !hasLeft(customer, now);
}
