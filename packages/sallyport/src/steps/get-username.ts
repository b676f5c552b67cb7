import type { UserDetails } from "../identity.ts";
import type { StartFacts } from "../pipeline.ts";
import { randomToken } from "../seal.ts";
import { within } from "../step.ts";
import type { User } from "../storage.ts";

/** Usernames to try for a new user, best first. The first that nobody has is taken. */
export type UsernameCandidates = (
  facts: StartFacts & { readonly details: UserDetails },
) => Iterable<string>;

/**
 * A username for a new user; the one they have for a known one. Where two people get the
 * same at once, the unique key decides and the loser's transaction starts over.
 */
export function getUsername(candidates: UsernameCandidates = cleanedThenRandom) {
  return within(
    "get-username",
    async (
      facts: StartFacts & { readonly details: UserDetails; readonly user: User | undefined },
      { tables },
    ) => {
      if (facts.user) return { username: facts.user.username };
      for (const username of candidates(facts)) {
        if (username && !(await tables.users.findByUsername(username))) return { username };
      }
      throw new Error("none of the username candidates is free");
    },
  );
}

/** The longest username, in characters. */
export const longestUsername = 150;

/** Letters, digits and `.@+_-` stay; accents go; everything else is dropped. */
export function cleanUsername(text: string): string {
  const plain = text.normalize("NFKD").replace(/\p{Mark}/gu, "");
  return plain.replace(/[^\w.@+-]/g, "").slice(0, longestUsername);
}

function* cleanedThenRandom({ details }: { readonly details: UserDetails }): Generator<string> {
  const base = cleanUsername(details.username || details.email?.split("@")[0] || "") || "user";
  yield base;
  for (let attempt = 0; attempt < 20; attempt++) {
    yield `${base.slice(0, longestUsername - 9)}-${randomToken(6)}`;
  }
}
