import type { Access } from "./grants.ts";
import { isObject } from "./invalid-input.ts";
import { currentProfile, type Person } from "./people.ts";

/** The claims discovery lists; each id_token and userinfo answer has all of them. */
export const claimNames = [
  "sub",
  "name",
  "given_name",
  "family_name",
  "email",
  "email_verified",
  "id",
  "verified_user",
  "networks",
  "amr",
] as const;

/**
 * What OpenID Connect says about a person. Other than in `/profile/v1`, what a scope does not
 * grant is null instead of absent, `verified_email` is `email_verified`, and the networks lack
 * `manage_peering_sessions`.
 *
 * https://github.com/peeringdb/peeringdb/blob/3b79bdd1/mainsite/oauth2/claims.py
 */
export function claimsAbout(
  person: Person | undefined,
  { person: id, scopes, amr }: Pick<Access, "person" | "scopes" | "amr">,
): Record<(typeof claimNames)[number], unknown> {
  const profile = person === undefined ? {} : currentProfile(person);
  const given = (scope: string, value: unknown) =>
    scopes.includes(scope) ? (value ?? null) : null;
  return {
    sub: id,
    name: given("profile", profile.name),
    given_name: given("profile", profile.given_name),
    family_name: given("profile", profile.family_name),
    email: given("email", profile.email),
    email_verified: given("email", profile.verified_email),
    id: given("profile", profile.id),
    verified_user: given("profile", profile.verified_user),
    networks: given("networks", withoutSessions(profile.networks)),
    amr: given("openid", amr),
  };
}

function withoutSessions(networks: unknown): unknown {
  if (!Array.isArray(networks)) return networks;
  return networks.map((network) => {
    if (!isObject(network)) return network;
    const { manage_peering_sessions: _, ...rest } = network;
    return rest;
  });
}
