import { type Association, type Html, html, type User } from "sallyport";

/** Ways to sign in, by the backend's name. */
export type Ways = Readonly<Record<string, string>>;

/** The first page, for somebody who is signed in: their accounts, and those they may connect. */
export function accountsPage(user: User, accounts: readonly Association[], ways: Ways): Html {
  return page(html`<p>You are <b>${user.username}</b>.</p>
<h2>Your accounts</h2>
<ul>${accounts.map(
    ({ id, provider, uid }) => html`
<li><form method="post" action="/auth/disconnect/${provider}/${id}">
  <span>${ways[provider] ?? provider}, ${uid}</span> <button>Disconnect</button>
</form></li>`,
  )}</ul>
<h2>Connect another</h2>
<ul>${Object.entries(ways).map(
    ([backend, title]) => html`
<li><form method="post" action="/auth/login/${backend}">
  <button>Connect ${title}</button>
</form></li>`,
  )}</ul>
<form method="post" action="/auth/logout"><button>Sign out</button></form>`);
}

/** The first page, for everybody else. */
export const welcomePage: Html = page(html`<p><a href="/auth/login">Sign in</a></p>`);

/** What new people agree to. */
export const termsPage: Html = page(html`<h2>The terms</h2><p>Be kind to each other.</p>`);

function page(body: Html): Html {
  return html`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Onboarding</title>
<link rel="stylesheet" href="/style.css">
<main><h1>Onboarding</h1>
${body}
</main>
</html>
`;
}

/** What they look like. */
export const style = `
:root { color-scheme: light dark; font: 100%/1.5 system-ui, sans-serif; }
body { max-width: 26rem; margin: 2rem auto; padding: 0 1.25rem; overflow-wrap: anywhere; }
h1 { font-size: 1.5rem; }
h2 { font-size: 1.1rem; margin-top: 2rem; }
ul { list-style: none; padding: 0; }
li { margin: .5rem 0; }
li form { display: flex; gap: 1rem; align-items: center; justify-content: space-between; }
button { padding: .4rem .8rem; font: inherit; cursor: pointer; }
`;
