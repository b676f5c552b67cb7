import { decrypt, deriveKey, encrypt, fromBase64Url, randomBytes, toBase64Url } from "#platform";
import { AuthError } from "./errors.ts";

/**
 * Keeps values from everybody but us: AES-256-GCM under a key that is derived from a
 * secret for one purpose, so that what was sealed for one is nothing to another.
 */
export interface Seal {
  /** `v1.<iv and ciphertext>` in base64url. `bound` must be given again, unchanged, to open it. */
  close(text: string, bound?: string): Promise<string>;
  /** The text, or undefined where it was not sealed here, for this purpose and this `bound`. */
  open(sealed: string, bound?: string): Promise<string | undefined>;
}

/** The shortest secret that is accepted, in characters. `openssl rand -hex 32` gives 64. */
export const shortestSecret = 32;

const version = "v1.";
const ivLength = 12;
const tagLength = 16;

/**
 * Seals with the first of `secrets` and opens with any of them, so a new one is put in
 * front and the old one is dropped when nothing sealed with it is left.
 *
 * @throws `settings_invalid` without a secret, or with one that is too short.
 */
export function createSeal(secrets: readonly string[], purpose: string): Seal {
  checkSecrets(secrets);
  const keys = Promise.all(secrets.map((secret) => deriveKey(secret, `sallyport ${purpose}`)));
  return {
    async close(text, bound = "") {
      const [newest] = (await keys) as [Uint8Array];
      const iv = randomBytes(ivLength);
      const ciphertext = await encrypt(newest, iv, text, bound);
      return version + toBase64Url(iv) + toBase64Url(ciphertext);
    },
    async open(sealed, bound = "") {
      const bytes = sealed.startsWith(version) && fromBase64Url(sealed.slice(version.length));
      if (!bytes || bytes.byteLength < ivLength + tagLength) return undefined;
      for (const key of await keys) {
        try {
          return await decrypt(key, bytes.subarray(0, ivLength), bytes.subarray(ivLength), bound);
        } catch {
          // Sealed with another key, or not by us at all: the next key decides.
        }
      }
      return undefined;
    },
  };
}

/** `bytes` random bytes, as base64url. 32 of them are 256 bits in 43 characters. */
export function randomToken(bytes = 32): string {
  return toBase64Url(randomBytes(bytes));
}

/** Compares texts in a time that tells nothing about where they differ. */
export function sameText(one: string, other: string): boolean {
  if (one.length !== other.length) return false;
  let difference = 0;
  for (let at = 0; at < one.length; at++) difference |= one.charCodeAt(at) ^ other.charCodeAt(at);
  return difference === 0;
}

function checkSecrets(secrets: readonly string[]): void {
  const long = secrets.filter(
    (secret) => typeof secret === "string" && secret.length >= shortestSecret,
  );
  if (secrets.length > 0 && long.length === secrets.length) return;
  throw new AuthError("settings_invalid", {
    stage: "settings",
    message: `createAuth needs "secrets": at least one, each of at least ${shortestSecret} characters`,
  });
}
