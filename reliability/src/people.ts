/** Somebody at the sandbox, whose numbers begin at 1. */
export function toPerson(id: number) {
  return {
    profile: {
      id,
      given_name: `Person${id}`,
      family_name: "Example",
      name: `Person${id} Example`,
      verified_user: true,
      email: `person-${id}@example.net`,
      verified_email: true,
      networks: [{ id: 1, name: "Alpha Net", asn: 64496, perms: 15, manage_peering_sessions: 15 }],
    },
    amr: ["pwd", "mfa"],
  };
}
