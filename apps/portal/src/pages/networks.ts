import { type Html, type HtmlPart, html, type User, type UserSession } from "sallyport";
import {
  type Affiliation,
  type AffiliationChanges,
  fromPeeringDB,
  hasLeft,
} from "sallyport/affiliations";
import { account } from "./account.ts";
import { changeList } from "./changes.ts";
import { layout, type Site } from "./layout.ts";
import { sessionList } from "./sessions.ts";

/** What the page of a signed-in member shows. */
export interface NetworksView {
  readonly user: User;
  readonly affiliations: readonly Affiliation[];
  /** What the sign-in of this session changed. */
  readonly changes: AffiliationChanges;
  readonly sessions: readonly UserSession[];
  readonly now: Date;
}

/**
 * "My networks": the members that a person belongs to, and what they may do for each. Below,
 * where they are signed in.
 */
export function networksPage(
  site: Site,
  { user, affiliations, changes, sessions, now }: NetworksView,
): Html {
  const rows = affiliations.map((affiliation) => row(affiliation, now));
  return layout(
    site,
    "My networks",
    html`${changeList(changes)}
<p>${count(affiliations.length)}</p>
${
  rows.length > 0 &&
  html`<table>
<thead><tr><th scope="col">Network</th><th scope="col">ASN</th><th scope="col">You may</th>
<th scope="col">Since</th><th scope="col">Through</th></tr></thead>
<tbody>
${rows}
</tbody>
</table>`
}
${sessionList(sessions)}`,
    account(user),
  );
}

function row({ customer, privs, perms, createdBy, createdAt }: Affiliation, now: Date): Html {
  const state = customerState(customer, now);
  const day = createdAt.toISOString().slice(0, 10);
  return html`<tr>
<th scope="row">${customer.name}${state && html` <span class="state">${state}</span>`}</th>
<td data-label="ASN">AS${customer.asn}</td>
<td data-label="You may">${privs === 2 ? "administer" : "read"}${permsNote(perms)}</td>
<td data-label="Since"><time datetime="${createdAt.toISOString()}">${day}</time></td>
<td data-label="Through">${createdBy === fromPeeringDB ? "PeeringDB" : "this exchange"}</td>
</tr>
`;
}

function customerState({ status, leftAt }: Affiliation["customer"], now: Date): string | undefined {
  if (hasLeft({ leftAt }, now)) return "has left";
  if (status === "suspended") return "suspended";
  return status === "not_connected" ? "not connected" : undefined;
}

// What PeeringDB lets the person do there, which is not always what they may do here.
function permsNote(perms: number | null): HtmlPart {
  if (perms === null) return undefined;
  const names = ["read", "update", "create", "delete"].filter((_, bit) => perms & (1 << bit));
  return html` <span class="quiet">(at PeeringDB: ${names.join(", ") || "nothing"})</span>`;
}

function count(networks: number): string {
  if (networks === 0) return "You belong to no member of this exchange.";
  return networks === 1
    ? "You belong to one member of this exchange."
    : `You belong to ${networks} members of this exchange.`;
}
