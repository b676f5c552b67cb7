import type { Person, Profile } from "./people.ts";

const withCode = ["pwd", "otp", "mfa"];

/** Networks by a letter for each; the ASNs are those reserved for documentation (RFC 5398). */
const alpha = network(201, 64496, "Alpha Net");
const bravo = network(202, 64497, "Bravo Networks");
const charlie = network(203, 64498, "Charlie Transit");
const delta = network(204, 64499, "Delta Hosting");
const echo = network(205, 64500, "Echo Online");
const foxtrot = network(206, 64501, "Foxtrot Community");
const golf = network(207, 64502, "Golf Broadband");
const hotel = network(208, 64503, "Hotel Labs");
const india = network(209, 64504, "India IX Services");
const juliett = network(210, 65536, "Juliett Wide");
const kilo = network(211, 64510, "Kilo Elsewhere");
const lima = network(212, 65551, "Lima Elsewhere");

/**
 * The fictional people of a sandbox that is given no others: one for each outcome that a sign-in
 * at an exchange's portal can have. The first is the one to start with.
 *
 * What they show holds for a portal whose members are those of Sallyport's own: Alpha, Bravo and
 * Juliett are ordinary members, Charlie is not connected yet, Delta suspended, Echo gone, Foxtrot
 * pro bono, Golf has opted out, Hotel is an associate, India internal, Kilo and Lima no members.
 */
export const defaultPeople: readonly Person[] = [
  {
    shows: "Start here: sees two networks, Alpha Net and Bravo Networks; AS64510 is no member.",
    ...person(1001, "Ada", "Example", { networks: [alpha(15), bravo(1), kilo(15)] }),
  },
  {
    shows: "The administrator of one member sees that one.",
    ...person(1002, "Ben", "Sample", { networks: [alpha(15)] }),
  },
  {
    shows: "Sees three: one that is not connected yet, one pro bono, one with a 32-bit ASN.",
    ...person(1003, "Carla", "Specimen", { networks: [charlie(15), foxtrot(15), juliett(15)] }),
  },
  {
    shows: "A plain member of the organisation: may only read.",
    ...person(1004, "Dan", "Reader", { networks: [bravo(1)] }),
  },
  {
    shows: "May read and update the network, not create or delete in it.",
    ...person(1005, "Eve", "Updater", { networks: [bravo(3)] }),
  },
  {
    shows: "May only read the network, but manage its peering sessions.",
    ...person(1006, "Finn", "Sessions", { networks: [alpha(1, 3)] }),
  },
  {
    shows: "Belongs to the organisation and is denied all permissions on its network.",
    ...person(1007, "Gus", "Nothing", { networks: [alpha(0)] }),
  },
  {
    shows: "Was vetted once and is affiliated with no network now: refused.",
    ...person(1008, "Hana", "Nonetworks", { networks: [] }),
  },
  {
    shows: "Networks are null, which is not the same as none: refused, and nothing changed.",
    ...person(1009, "Ivo", "Null", { networks: null }),
  },
  {
    shows: "Was never vetted by PeeringDB or an organisation: refused as unverified.",
    ...person(1010, "Jo", "Unvetted", { verified_user: false, networks: [] }),
  },
  {
    shows: "The e-mail address is not confirmed: refused as unverified.",
    ...person(1011, "Kim", "Unconfirmed", { verified_email: false, networks: [alpha(15)] }),
  },
  {
    shows: "Neither network is a member here: refused.",
    ...person(1012, "Lea", "Elsewhere", { networks: [kilo(15), lima(15)] }),
  },
  {
    shows: "The only network is a suspended member: refused.",
    ...person(1013, "Max", "Suspended", { networks: [delta(15)] }),
  },
  {
    shows: "The only network has opted out of signing in with PeeringDB: refused.",
    ...person(1014, "Nia", "Optout", { networks: [golf(15)] }),
  },
  {
    shows: "The only network has left the exchange: refused.",
    ...person(1015, "Ole", "Leaver", { networks: [echo(15)] }),
  },
  {
    shows: "The only network is an associate member, which is not eligible: refused.",
    ...person(1016, "Pia", "Associate", { networks: [hotel(15)] }),
  },
  {
    shows: "The only network is the exchange's own, which is not eligible: refused.",
    ...person(1017, "Quentin", "Internal", { networks: [india(15)] }),
  },
  {
    shows: "A passkey alone: a strong login, although its AMR has no mfa.",
    ...person(1018, "Rosa", "Passkey", { networks: [bravo(15)] }),
    amr: ["swk"],
  },
  {
    shows: "A password alone: refused where a second factor is demanded.",
    ...person(1019, "Sam", "Password", { networks: [bravo(15)] }),
    amr: ["pwd"],
  },
  {
    shows: "The name is blank, a single space: needs a username from somewhere else.",
    ...person(1020, "", "", { email: "blank@example.net", networks: [alpha(15)] }),
  },
  {
    shows: "Letters beyond ASCII in the name.",
    ...person(1021, "Zoë", "Müller", { email: "zoe@example.org", networks: [juliett(15)] }),
  },
  {
    shows: "One of two people of this name: the accounts must stay apart.",
    ...person(1022, "Tom", "Twin", { networks: [alpha(15)] }),
  },
  {
    shows: "The other of two people of this name.",
    ...person(1023, "Tom", "Twin", { email: "tom@example.org", networks: [bravo(15)] }),
  },
  {
    shows: "Sloppy data: an ASN that is a string, one network twice, one without an ASN.",
    ...person(1024, "Una", "Sloppy", {
      networks: [
        { ...alpha(15), asn: "64496" },
        bravo(15),
        bravo(15),
        { id: 213, name: "Nameless" },
      ],
    }),
  },
  {
    shows: "The account is closed: its tokens work on, the profile has lost everything: refused.",
    ...person(1025, "Vic", "Closed", { networks: [alpha(15)] }),
    closed: true,
  },
];

function person(id: number, given_name: string, family_name: string, rest: Profile) {
  const profile: Profile = {
    id,
    given_name,
    family_name,
    name: `${given_name} ${family_name}`,
    verified_user: true,
    email: `${given_name.toLowerCase()}@example.net`,
    verified_email: true,
    ...rest,
  };
  return { profile, amr: withCode };
}

function network(id: number, asn: number, name: string) {
  return (perms: number, manage_peering_sessions = perms) => ({
    id,
    name,
    asn,
    perms,
    manage_peering_sessions,
  });
}
