import type { BaseAuth } from "../backend.ts";
import type { UserDetails } from "../identity.ts";
import type { StartFacts } from "../pipeline.ts";
import { randomToken } from "../seal.ts";
import { within } from "../step.ts";
import type { User } from "../storage.ts";

/**
 * Usernames to try for a new user, best first. The first that nobody has is taken. May look
 * at what earlier steps gave: `getUsername(({ answers }: Asked) => [answers.username ?? ""])`.
 * The settings about usernames are read by the usual candidates, and by others that ask for
 * them.
 */
export type UsernameCandidates<Needs = unknown> = (
  facts: StartFacts & { readonly details: UserDetails } & Needs,
  backend: BaseAuth,
) => Iterable<string>;

/**
 * A username for a new user; the one they have for a known one. Where two people get the
 * same at once, the unique key decides and the loser's transaction starts over.
 */
export function getUsername<Needs = unknown>(
  candidates: UsernameCandidates<Needs> = wishedThenRandom,
) {
  return within(
    "get-username",
    async (
      facts: StartFacts & {
        readonly details: UserDetails;
        readonly user: User | undefined;
      } & Needs,
      { backend, tables },
    ) => {
      if (facts.user) return { username: facts.user.username };
      for (const username of candidates(facts, backend)) {
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

/** Lower case, with hyphens for what stands between words: `Ada King` is `ada-king`. */
export function slugOf(text: string): string {
  const plain = text
    .normalize("NFKD")
    .replace(/\p{Mark}/gu, "")
    .toLowerCase();
  const words = plain.replace(/[^\w\s-]/g, "").split(/[\s_-]+/);
  return words.filter(Boolean).join("-").slice(0, longestUsername);
}

function* wishedThenRandom(
  { details }: { readonly details: UserDetails },
  backend: BaseAuth,
): Generator<string> {
  const base = tidied(wishedName(details, backend), backend) || "user";
  yield base;
  const length = backend.setting("uuidLength");
  for (let attempt = 0; attempt < 20; attempt++) {
    const behind = randomToken(length).slice(0, length);
    const name = `${base.slice(0, longestUsername - length - 1)}-${behind}`;
    yield backend.setting("slugifyUsernames") ? name.toLowerCase() : name;
  }
}

function wishedName({ username, email }: UserDetails, backend: BaseAuth): string {
  if (email && backend.setting("usernameIsFullEmail")) return email;
  return username || email?.split("@")[0] || "";
}

function tidied(name: string, backend: BaseAuth): string {
  if (backend.setting("slugifyUsernames")) return slugOf(name);
  if (backend.setting("cleanUsernames")) return cleanUsername(name);
  // Nothing that cannot be seen, whatever the settings say.
  return name.replace(/\p{C}/gu, "").trim().slice(0, longestUsername);
}
