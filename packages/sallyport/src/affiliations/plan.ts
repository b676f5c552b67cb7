import type { Network } from "../identity.ts";
import {
  type Affiliation,
  type Customer,
  fromPeeringDB,
  hasLeft,
  isActive,
  type Privileges,
} from "./customers.ts";

/** What new affiliations may do: the same for all, or by the write bits of `perms`. */
export type PrivilegePolicy = Privileges | "perms";

/** How {@link planAffiliations} decides. */
export interface PlanPolicy {
  readonly privs: PrivilegePolicy;
  readonly now: Date;
}

/** What is known on our side. */
export interface Ours {
  /** Customers with one of the person's ASNs; others do no harm. */
  readonly customers: readonly Customer[];
  readonly affiliations: readonly Affiliation[];
}

/** Why an affiliation goes, or does not come about. */
export type Reason =
  | "not_affiliated"
  | "opted_out"
  | "left"
  | "type_not_eligible"
  | "status_not_eligible";

/** What an affiliation is to have. */
export interface Grant {
  readonly privs: Privileges;
  readonly perms: number | null;
  readonly managePeeringSessions: number | null;
}

/** What to do about each customer, and why. */
export interface Plan {
  readonly add: readonly (Grant & { readonly customer: Customer })[];
  readonly keep: readonly (Grant & { readonly affiliation: Affiliation })[];
  readonly remove: readonly { readonly affiliation: Affiliation; readonly reason: Reason }[];
  /** Customers with one of the person's ASNs that the person is not let into. */
  readonly skip: readonly { readonly customer: Customer; readonly reason: Reason }[];
  /** Whether any customer, of whatever kind, has one of the person's ASNs. */
  readonly matched: boolean;
  /** Whether an active customer is among those kept and added. */
  readonly active: boolean;
}

/**
 * Decides which affiliations a person is to have. Pure: the same facts, the same plan.
 * IXP Manager's rules with its faults mended: an opt-out holds wherever its ASN stands in
 * the profile, links are judged again at each login, each customer of an ASN on its own.
 *
 * @param theirs the person's networks, as the provider says. An empty list means none;
 * where it said nothing there is nothing to plan.
 */
export function planAffiliations(
  theirs: readonly Network[],
  ours: Ours,
  { privs, now }: PlanPolicy,
): Plan {
  const networks = byAsn(theirs);
  const linked = new Set(ours.affiliations.map(({ customer }) => customer.id));

  const keep: (Grant & { affiliation: Affiliation })[] = [];
  const remove: { affiliation: Affiliation; reason: Reason }[] = [];
  for (const affiliation of ours.affiliations) {
    const network = networks.get(affiliation.customer.asn);
    if (affiliation.createdBy !== fromPeeringDB) keep.push({ ...held(affiliation), affiliation });
    else if (!network) remove.push({ affiliation, reason: "not_affiliated" });
    else {
      const reason = closedTo(affiliation.customer, now);
      if (reason) remove.push({ affiliation, reason });
      else keep.push({ ...regrant(affiliation, network, privs), affiliation });
    }
  }

  const add: (Grant & { customer: Customer })[] = [];
  const skip: { customer: Customer; reason: Reason }[] = [];
  const matching = ours.customers.filter(({ asn }) => networks.has(asn));
  for (const customer of matching) {
    const network = networks.get(customer.asn);
    if (!network || linked.has(customer.id)) continue;
    // Whoever is suspended keeps what they have and gets nothing new.
    const reason =
      closedTo(customer, now) ??
      (customer.status === "suspended" ? "status_not_eligible" : undefined);
    if (reason) skip.push({ customer, reason });
    else add.push({ ...grantFor(network, privs), customer });
  }

  const members = [
    ...keep.map(({ affiliation }) => affiliation.customer),
    ...add.map((a) => a.customer),
  ];
  return {
    add,
    keep,
    remove,
    skip,
    matched: matching.length > 0,
    active: members.some((customer) => isActive(customer, now)),
  };
}

function closedTo(customer: Customer, now: Date): Reason | undefined {
  if (!customer.peeringdbOAuth) return "opted_out";
  if (hasLeft(customer, now)) return "left";
  if (customer.type !== "full" && customer.type !== "probono") return "type_not_eligible";
  return undefined;
}

function grantFor({ perms, managePeeringSessions }: Network, policy: PrivilegePolicy): Grant {
  return {
    privs: policy === "perms" ? privilegesFor(perms ?? 0) : policy,
    perms: perms ?? null,
    managePeeringSessions: managePeeringSessions ?? null,
  };
}

function held({ privs, perms, managePeeringSessions }: Affiliation): Grant {
  return { privs, perms, managePeeringSessions };
}

// Update, create or delete; reading is what every member may.
function privilegesFor(perms: number): Privileges {
  return (perms & 0x0e) !== 0 ? 2 : 1;
}

// A fixed privilege is for new affiliations only; an operator may have changed it since.
function regrant({ privs }: Affiliation, network: Network, policy: PrivilegePolicy): Grant {
  const grant = grantFor(network, policy);
  return policy === "perms" ? grant : { ...grant, privs };
}

// An ASN named twice is one network with the permissions of both.
function byAsn(networks: readonly Network[]): ReadonlyMap<number, Network> {
  const named = new Map<number, Network>();
  for (const network of networks) {
    const other = named.get(network.asn);
    named.set(network.asn, {
      ...network,
      perms: union(other?.perms, network.perms),
      managePeeringSessions: union(other?.managePeeringSessions, network.managePeeringSessions),
    });
  }
  return named;
}

function union(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined || other === undefined ? (one ?? other) : one | other;
}
