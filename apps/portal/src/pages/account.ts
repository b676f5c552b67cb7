import { type Html, html, type User } from "sallyport";

/** Who is signed in, and the way out. */
export function account(user: User): Html {
  return html`<div class="account"><span>${user.fullName || user.username}</span>
<form method="post" action="/auth/logout"><button>Sign out</button></form></div>`;
}
