/** Who must have signed in strongly: nobody, those who administer something, everybody. */
export type MfaPolicy = "none" | "admin" | "all";

/**
 * Whether a person proved who they are with more than a password: several factors, or a
 * passkey, which is a security key (`swk`) without a password and carries no `mfa`.
 * Compared as a set; an unknown method is no proof. RFC 8176.
 */
export function isStrongLogin(amr: readonly string[] | undefined): boolean {
  const methods = new Set(amr);
  return methods.has("mfa") || (methods.has("swk") && !methods.has("pwd"));
}
