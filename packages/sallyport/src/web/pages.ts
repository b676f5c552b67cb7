import type { DeparturePage } from "../backend.ts";
import type { AuthError } from "../errors.ts";
import { type Form, formHtml } from "../form.ts";
import { type Html, html, raw } from "../html.ts";
import type { User } from "../storage.ts";

/** A way to sign in, as a page offers it. */
export interface SignInLink {
  readonly backend: string;
  readonly title: string;
  readonly href: string;
}

/** What the sign-in page shows. */
export interface SignInView {
  readonly links: readonly SignInLink[];
}

/** What the page shows that asks for a click before a login begins. */
export interface ConfirmView {
  readonly title: string;
  /** Where its button posts to. */
  readonly action: string;
  /** Who is signed in already: the button connects another account to them. */
  readonly user: User | undefined;
}

/** What the page asks, before a login can begin or go on. */
export interface AskView {
  readonly form: Form;
  /** Where its form posts to. */
  readonly action: string;
}

/** What the page shows to whoever followed a link that a paused login sent. */
export interface ConfirmLinkView {
  readonly title: string;
  /** The account at the provider that would sign in. */
  readonly account: string;
  /** Where its button posts to. */
  readonly action: string;
  /** It is the browser in which the login began. */
  readonly here: boolean;
}

/** What the page of a failed login shows. */
export interface FailureView {
  readonly error: AuthError;
  /** The sign-in page. */
  readonly signInHref: string;
}

/** The pages a browser meets. An application replaces those that are to look like its own. */
export interface Pages {
  readonly signIn: (view: SignInView) => Html;
  readonly confirm: (view: ConfirmView) => Html;
  readonly ask: (view: AskView) => Html;
  readonly confirmLink: (view: ConfirmLinkView) => Html;
  readonly failure: (view: FailureView) => Html;
}

/** The style of the built-in pages; named in their content security policy by its hash. */
export const style = `
:root { color-scheme: light dark; font: 100%/1.5 system-ui, sans-serif; accent-color: CanvasText;
  --soft: #6b6b6b; --problem: #b3261e; --focus: #0b57d0; }
@media (prefers-color-scheme: dark) {
  :root { --soft: #a3a3a3; --problem: #ffb4ab; --focus: #a8c7fa; }
}
body { max-width: 26rem; margin: clamp(1.5rem, 12vh, 8rem) auto; padding: 0 1.25rem;
  overflow-wrap: anywhere; }
h1 { font-size: 1.5rem; line-height: 1.25; }
ul { list-style: none; padding: 0; }
form p { margin: 1.25rem 0; }
label { display: block; font-weight: 600; }
input:not([type=checkbox]) { display: block; box-sizing: border-box; width: 100%;
  margin-top: .25rem; padding: .6rem .75rem; font: inherit; font-weight: 400;
  color: inherit; background: transparent; border: 1px solid var(--soft); border-radius: .5rem; }
::placeholder { color: var(--soft); opacity: 1; }
label:has([type=checkbox]) { display: grid; grid-template-columns: auto 1fr; gap: .6rem;
  font-weight: 400; }
[type=checkbox] { width: 1.25rem; height: 1.25rem; margin: .125rem 0 0; }
label:has([type=checkbox]) ~ * { margin-left: 1.85rem; }
input[aria-invalid] { border-color: var(--problem); outline-color: var(--problem); }
strong { display: block; margin-top: .25rem; color: var(--problem); }
a { color: inherit; }
a.button, button { display: block; box-sizing: border-box; width: 100%; margin: .75rem 0;
  padding: .75rem 1rem; font: inherit; text-align: center; text-decoration: none; cursor: pointer;
  color: inherit; background: transparent; border: 1px solid; border-radius: .5rem; }
button { color: Canvas; background: CanvasText; border-color: CanvasText; }
:focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; }
small { color: var(--soft); }
`;

/** Plain pages that need no script, no image and no other request. */
export const builtInPages: Pages = {
  signIn: ({ links }) =>
    page(
      "Sign in",
      html`<ul>${links.map(
        ({ href, title }) =>
          html`<li><a class="button" href="${href}">Sign in with ${title}</a></li>`,
      )}</ul>`,
    ),

  confirm: ({ title, action, user }) =>
    page(
      user ? `Connect ${title}` : `Sign in with ${title}`,
      html`${user && html`<p>You are signed in as ${user.username}.</p>`}
${formHtml({ fields: [], button: `Continue to ${title}` }, action)}`,
    ),

  ask: ({ form, action }) => page(form.title, formHtml(form, action)),

  confirmLink: ({ title, account, action, here }) =>
    page(
      `Sign in with ${title}`,
      html`<p>You are about to sign in as ${account}, an account at ${title}.${
        here ? "" : " The sign-in was begun in another browser."
      }</p>
<p>If that was not you, close this page.</p>
${formHtml({ fields: [] }, action)}`,
    ),

  failure: ({ error, signInHref }) =>
    page(
      error.explanation.sentence,
      html`<p>${error.explanation.nextStep}</p>
<p><a href="${signInHref}">To the sign-in page</a></p>
<p><small>Code: ${error.code}</small></p>`,
    ),
};

/** A page of a backend's own, in our frame. */
export function departurePage({ title, body, script }: DeparturePage): Html {
  return page(title, html`${body}${script !== undefined && html`<script>${raw(script)}</script>`}`);
}

/** The script of {@link repostPage}; named in that page's content security policy by its hash. */
export const submitScript = "document.forms[0].submit();";

/** Posts a callback once more, from our own site, so that the browser sends our cookies along. */
export function repostPage(action: string, fields: URLSearchParams): Html {
  const form = formHtml({ fields: [] }, action, fields);
  return page(
    "One moment",
    html`${form}
<script>${raw(submitScript)}</script>`,
  );
}

function page(title: string, body: Html): Html {
  // Exactly as hashed: what stands between the tags counts to the last space.
  return html`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${raw(style)}</style>
<main><h1>${title}</h1>
${body}
</main>
</html>
`;
}
