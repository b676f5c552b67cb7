import type { UserDetails } from "../identity.ts";
import { before, refuse } from "../step.ts";
import { comparisonKey } from "../storage.ts";

/** Who may sign in; each list in place of the setting. */
export interface AllowedPeople {
  /** E-mail addresses. Setting `whitelistedEmails`. */
  readonly emails?: readonly string[] | undefined;
  /** What follows the `@`, exactly; a subdomain is another domain. Setting `whitelistedDomains`. */
  readonly domains?: readonly string[] | undefined;
}

/**
 * Lets in whom a list names; with neither list, everybody. A person without a verified
 * address is on no list, so nobody slips through by having none.
 */
export function authAllowed(options: AllowedPeople = {}) {
  return before("auth-allowed", ({ details }: { readonly details: UserDetails }, { backend }) => {
    const emails = options.emails ?? backend.setting("whitelistedEmails");
    const domains = options.domains ?? backend.setting("whitelistedDomains");
    if (emails.length + domains.length === 0) return {};
    const address = details.emailVerified ? comparisonKey(details.email ?? "") : "";
    const [name, host, ...rest] = address.split("@");
    const isOn = (list: readonly string[], text: string) =>
      list.some((entry) => comparisonKey(entry) === text);
    const ofDomain = name && host && rest.length === 0 && isOn(domains, host);
    return ofDomain || (address && isOn(emails, address)) ? {} : refuse("account_not_allowed");
  });
}
