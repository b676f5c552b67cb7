import type { UserDetails } from "../identity.ts";
import type { StartFacts } from "../pipeline.ts";
import { within } from "../step.ts";
import { comparisonKey, type User } from "../storage.ts";

/** Whose word about an address counts. */
export interface AssociateByEmailOptions {
  /**
   * Backends whose provider is the authority for the addresses that it calls verified, by
   * name. Whoever runs one of them can sign in as anybody with a verified address.
   */
  readonly authoritative: readonly string[];
}

/**
 * Connects a new account to the user who has the same address, where nothing can be wrong
 * about it: the provider is {@link AssociateByEmailOptions.authoritative} and says that the
 * address is verified, the user's own address is verified, exactly one user has it, and both
 * are the same letter by letter (RFC 5321, section 2.3.11: what stands before the `@` is the
 * provider's to interpret). Everybody else gets a user of their own.
 */
export function associateByEmail({ authoritative }: AssociateByEmailOptions) {
  return within(
    "associate-by-email",
    async (
      facts: StartFacts & {
        readonly details: UserDetails;
        readonly user: User | undefined;
        readonly isNew: boolean;
      },
      { backend, tables },
    ): Promise<{ readonly user: User | undefined; readonly isNew: boolean }> => {
      const { user, isNew, details } = facts;
      const { email, emailVerified } = details;
      const trusted = authoritative.includes(backend.name) && emailVerified;
      if (user || !email || !trusted) return { user, isNew };

      // No unique key guards addresses: two new accounts with one take turns.
      await tables.lock(`email ${comparisonKey(email)}`);
      const same = await tables.users.findByEmail(email);
      const [owner] = same;
      const sure =
        owner?.emailVerified &&
        owner.isActive &&
        same.length === 1 &&
        sameLetters(owner.email, email);
      return sure ? { user: owner, isNew: false } : { user, isNew };
    },
  );
}

// Capitals aside, as every mail provider takes them. Nothing but ASCII: what looks the same,
// or becomes the same when it is normalised, may be somebody else's.
function sameLetters(one: string | null, other: string): boolean {
  const plain = /^[\x21-\x7e]+$/;
  return one !== null && plain.test(other) && one.toLowerCase() === other.toLowerCase();
}
