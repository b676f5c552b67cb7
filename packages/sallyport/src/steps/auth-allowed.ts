import type { UserDetails } from "../identity.ts";
import { before, refuse } from "../step.ts";
import { comparisonKey } from "../storage.ts";

/** Who may sign in. With neither list everybody may; with any, a verified address must be on one. */
export interface AllowedPeople {
  /** E-mail addresses. Setting `WHITELISTED_EMAILS` of python-social-auth. */
  readonly emails?: readonly string[] | undefined;
  /** What follows the `@`, exactly; a subdomain is another domain. `WHITELISTED_DOMAINS`. */
  readonly domains?: readonly string[] | undefined;
}

/**
 * Lets in whom a list names. A person without a verified address is on no list, so nobody
 * slips through by having none.
 */
export function authAllowed({ emails = [], domains = [] }: AllowedPeople = {}) {
  const addresses = new Set(emails.map(comparisonKey));
  const hosts = new Set(domains.map(comparisonKey));
  const open = addresses.size + hosts.size === 0;

  return before("auth-allowed", ({ details }: { readonly details: UserDetails }) => {
    if (open) return {};
    const address = details.emailVerified ? comparisonKey(details.email ?? "") : "";
    const [, host = "", ...rest] = address.split("@");
    const allowed = addresses.has(address) || (hosts.has(host) && rest.length === 0);
    return allowed ? {} : refuse("account_not_allowed");
  });
}
