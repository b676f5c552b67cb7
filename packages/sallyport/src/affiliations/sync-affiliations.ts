import { AuthError } from "../errors.ts";
import type { StartFacts } from "../pipeline.ts";
import { type Refusal, refuse, within } from "../step.ts";
import type { Sql, Tables, User } from "../storage.ts";
import { userSubject, writeAudit } from "./audit-log.ts";
import { type Customer, fromPeeringDB } from "./customers.ts";
import { type Plan, type PrivilegePolicy, planAffiliations, type Reason } from "./plan.ts";
import { type RefusalCode, refusals } from "./refusals.ts";
import { isStrongLogin, type MfaPolicy } from "./strong-login.ts";
import {
  addAffiliation,
  affiliationsOf,
  customersByAsn,
  removeAffiliation,
  setGrant,
} from "./tables.ts";

/** How {@link syncAffiliations} decides. */
export interface SyncOptions {
  /** Logins through another backend change no affiliations. Default `peeringdb`. */
  readonly provider?: string | undefined;
  /** What new affiliations may do. Default 1, read only. */
  readonly privs?: PrivilegePolicy | undefined;
  /** Who must have signed in with more than a password. Default `none`. */
  readonly mfa?: MfaPolicy | undefined;
}

/** A member that somebody was let into, or is no longer in. */
export interface Change {
  readonly asn: number;
  readonly name: string;
  /** Why it went; undefined where it came. */
  readonly reason?: Reason;
}

/** What a login changed, to be shown to the person. */
export interface AffiliationChanges {
  readonly added: readonly Change[];
  readonly removed: readonly Change[];
}

/**
 * Gives the user exactly the affiliations that the provider's networks entitle them to, in
 * the login's own transaction. Somebody without any is refused, but what they are no
 * longer entitled to is taken away first, and without any left so is the user.
 *
 * Put it behind the step that makes the user. Needs `affiliationMigrations`.
 */
export function syncAffiliations(options: SyncOptions = {}) {
  const { provider = "peeringdb", privs = 1, mfa = "none" } = options;
  return within(
    "sync-affiliations",
    async (
      { identity, user, isNew }: StartFacts & { readonly user: User; readonly isNew: boolean },
      { tables, now },
    ): Promise<{ readonly affiliationChanges: AffiliationChanges } | Refusal> => {
      if (identity.provider !== provider) return { affiliationChanges: nothing };
      const { sql } = tables;
      if (!sql) throw new Error("affiliations need a SQL storage");
      await refuseSecondAccount(tables, user, provider);
      const { networks, amr } = identity;
      const isTooWeak = (administers: boolean) =>
        (mfa === "all" || (mfa === "admin" && administers)) && !isStrongLogin(amr);
      if (!networks) {
        if (!user.isAdmin) throw refusal("affiliations_unknown");
        if (isTooWeak(true)) throw refusal("mfa_required");
        return { affiliationChanges: nothing };
      }

      const ours = {
        customers: await customersByAsn(sql, [...new Set(networks.map(({ asn }) => asn))]),
        affiliations: await affiliationsOf(sql, user.id),
      };
      const whole = planAffiliations(networks, ours, { privs, now });
      const granted = [...whole.keep, ...whole.add];
      const administers = user.isAdmin || granted.some((grant) => grant.privs === 2);
      const code =
        (user.isAdmin ? undefined : verdict(networks.length, whole)) ??
        (isTooWeak(administers) ? "mfa_required" : undefined);
      // A weak login gives nothing, but whoever has left has left.
      const plan = code === "mfa_required" ? { ...whole, add: [], keep: [] } : whole;
      // A person whom we do not know, or who has lost nothing, leaves nothing behind.
      const undo = isNew || (code === "mfa_required" && plan.remove.length === 0);
      if (code && undo) throw refusal(code);
      await apply(sql, user, plan, now);
      const affiliationChanges = changesOf(plan);
      if (!code) return { affiliationChanges };

      if (granted.length === 0) {
        await tables.users.remove(user.id);
        await audit(sql, user, "user.removed", { username: user.username, reason: code }, now);
      }
      const explanation = refusals[code];
      return refuse(code, { explanation, message: code, detail: affiliationChanges });
    },
  );
}

const nothing: AffiliationChanges = { added: [], removed: [] };

// The networks of one account would undo what those of the other gave.
async function refuseSecondAccount(tables: Tables, user: User, provider: string): Promise<void> {
  const accounts = await tables.associations.ofUser(user.id);
  const several = accounts.filter((account) => account.provider === provider).length > 1;
  if (several) throw refusal("affiliations_other_account");
}

function verdict(networks: number, plan: Plan): RefusalCode | undefined {
  if (networks === 0) return "affiliations_none";
  if (!plan.matched || plan.keep.length + plan.add.length === 0) return "affiliations_no_match";
  return plan.active ? undefined : "affiliations_no_active";
}

async function apply(sql: Sql, user: User, plan: Plan, now: Date): Promise<void> {
  for (const { affiliation, reason } of plan.remove) {
    await removeAffiliation(sql, affiliation.id);
    await audit(sql, user, "affiliation.removed", named(affiliation.customer, reason), now);
  }
  for (const grant of plan.add) {
    await addAffiliation(sql, user.id, grant, now);
    const detail = { ...named(grant.customer), privs: grant.privs, perms: grant.perms };
    await audit(sql, user, "affiliation.added", detail, now);
  }
  for (const { affiliation, ...grant } of plan.keep) {
    const { privs, perms, managePeeringSessions } = affiliation;
    if (privs !== grant.privs) {
      const detail = { ...named(affiliation.customer), from: privs, to: grant.privs };
      await audit(sql, user, "affiliation.privileges-changed", detail, now);
    }
    const changed =
      privs !== grant.privs ||
      perms !== grant.perms ||
      managePeeringSessions !== grant.managePeeringSessions;
    if (changed) await setGrant(sql, affiliation.id, grant);
  }
}

function audit(
  sql: Sql,
  user: User,
  action: string,
  detail: Readonly<Record<string, string | number | null>>,
  at: Date,
): Promise<void> {
  return writeAudit(sql, {
    at,
    actor: fromPeeringDB,
    action,
    subject: userSubject(user.id),
    detail,
  });
}

function changesOf({ add, remove }: Plan): AffiliationChanges {
  return {
    added: add.map(({ customer: { asn, name } }) => ({ asn, name })),
    removed: remove.map(({ affiliation: { customer }, reason }) => ({
      asn: customer.asn,
      name: customer.name,
      reason,
    })),
  };
}

function named({ id, asn, name }: Customer, reason?: Reason) {
  return { customer: id, asn, name, ...(reason && { reason }) };
}

function refusal(code: RefusalCode): AuthError {
  return new AuthError(code, {
    stage: "pipeline",
    status: 403,
    message: code,
    explanation: refusals[code],
  });
}
