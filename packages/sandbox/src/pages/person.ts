import { isObject } from "../invalid-input.ts";
import { currentProfile, displayName, type Person } from "../people.ts";
import { type Html, html } from "./html.ts";
import { permissionsInWords } from "./in-words.ts";

/** Who somebody is and what they show: the same on each page that lists people. */
export function describePerson(id: string, person: Person): Html {
  const { verified_user, verified_email, email, networks } = currentProfile(person);
  const address = typeof email === "string" ? email : "no e-mail address";
  return html`<h3 id="${headingId(id)}">${displayName(person)} <span class="soft">(${id})</span></h3>
${person.shows === undefined ? "" : html`<p>${person.shows}</p>`}
<p class="soft">${address}, ${isVerified(verified_email)}; user ${isVerified(verified_user)}${
    person.closed ? "; account closed" : ""
  }</p>
${describeNetworks(networks)}`;
}

/** The id of the heading with somebody's name; a key may be any string, an HTML id has no spaces. */
export function headingId(id: string): string {
  return `person-${encodeURIComponent(id)}`;
}

function isVerified(value: unknown): string {
  return value === true ? "verified" : "not verified";
}

function describeNetworks(networks: unknown): Html {
  if (!Array.isArray(networks)) {
    return html`<p class="soft">Networks: ${JSON.stringify(networks) ?? "absent"}</p>`;
  }
  if (networks.length === 0) return html`<p class="soft">No networks</p>`;
  return html`<ul class="networks">${networks.map(
    (network) => html`
<li>${describeNetwork(network)}</li>`,
  )}
</ul>`;
}

function describeNetwork(network: unknown): string {
  if (!isObject(network)) return JSON.stringify(network);
  const { asn, name, perms, manage_peering_sessions } = network;
  const asNumber = typeof asn === "number" ? `AS${asn}` : `ASN ${JSON.stringify(asn) ?? "absent"}`;
  const may = permissionsInWords(perms);
  const sessions = permissionsInWords(manage_peering_sessions);
  const called = typeof name === "string" ? name : "without a name";
  return `${asNumber} ${called}: may ${may}${sessions === may ? "" : `; peering sessions: ${sessions}`}`;
}
