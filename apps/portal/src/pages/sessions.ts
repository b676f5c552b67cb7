import { type Html, type HtmlPart, html, type UserSession } from "sallyport";
import { deviceOf } from "../device.ts";

/** "Your sessions": where a member is signed in, with a button that ends it there. */
export function sessionList(sessions: readonly UserSession[]): Html {
  const others = sessions.some(({ current }) => !current);
  return html`<section class="sessions" aria-labelledby="sessions">
<h2 id="sessions">Your sessions</h2>
<p class="quiet">Where you are signed in. If you do not know one of these, end it.</p>
<ul>
${sessions.map(item)}
</ul>
${others && html`<form method="post" action="${action}"><button name="all" value="1">End all others</button></form>`}
</section>`;
}

const action = "/auth/sessions/end?next=/";

function item({ id, userAgent, createdAt, lastSeenAt, current }: UserSession): Html {
  const device = deviceOf(userAgent);
  return html`<li>
<div><strong>${device}</strong>${current && html` <span class="state">this one</span>`}
<div class="quiet">Signed in ${minute(createdAt)}</div>
${!current && html`<div class="quiet">Last seen ${minute(lastSeenAt)}</div>`}</div>
${!current && endButton(id, device, createdAt)}
</li>
`;
}

// Who hears the button only must know which one it ends.
function endButton(id: string, device: string, createdAt: Date): HtmlPart {
  const label = `End ${device}, signed in ${words(createdAt)}`;
  return html`<form method="post" action="${action}">
<button name="id" value="${id}" aria-label="${label}">End</button></form>`;
}

// The page has no script, so it does not know the person's time zone.
function minute(at: Date): Html {
  return html`<time datetime="${at.toISOString()}">${words(at)}</time>`;
}

function words(at: Date): string {
  return `${at.toISOString().slice(0, 16).replace("T", " ")} UTC`;
}
