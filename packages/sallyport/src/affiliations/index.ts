export { type AuditEntry, readAudit, userSubject, writeAudit } from "./audit-log.ts";
export {
  type Affiliation,
  type Customer,
  type CustomerStatus,
  type CustomerType,
  customerStatuses,
  customerTypes,
  fromPeeringDB,
  hasLeft,
  isActive,
  type Privileges,
} from "./customers.ts";
export { affiliationMigrations } from "./migrations.ts";
export {
  type Grant,
  type Ours,
  type Plan,
  type PlanPolicy,
  type PrivilegePolicy,
  planAffiliations,
  type Reason,
} from "./plan.ts";
export { type RefusalCode, refusals } from "./refusals.ts";
export { isStrongLogin, type MfaPolicy } from "./strong-login.ts";
export {
  type AffiliationChanges,
  type Change,
  type SyncOptions,
  syncAffiliations,
} from "./sync-affiliations.ts";
export { affiliationsOf, customerColumns, customersByAsn, toCustomer } from "./tables.ts";
