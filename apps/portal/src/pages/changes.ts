import { type HtmlPart, html } from "sallyport";
import type { AffiliationChanges, Change, Reason } from "sallyport/affiliations";

/** What a sign-in added and removed, by name and ASN; nothing where it changed nothing. */
export function changeList({ added, removed }: AffiliationChanges): HtmlPart {
  if (added.length + removed.length === 0) return undefined;
  return html`<section class="notice changes" aria-labelledby="changes">
<h2 id="changes">Changed at this sign-in</h2>
<ul>
${added.map((change) => html`<li>Added: ${named(change)}</li>`)}
${removed.map((change) => html`<li>Removed: ${named(change)}${change.reason && `, ${because[change.reason]}`}</li>`)}
</ul>
</section>`;
}

const because: Readonly<Record<Reason, string>> = {
  not_affiliated: "since you are no longer affiliated with it at PeeringDB",
  opted_out: "since it does not allow sign-in with PeeringDB",
  left: "since it has left the exchange",
  type_not_eligible: "since its kind of membership does not include this portal",
  status_not_eligible: "since it is suspended",
};

function named({ name, asn }: Change): HtmlPart {
  return html`<strong>${name}</strong> (AS${asn})`;
}
