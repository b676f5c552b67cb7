import type { DataField } from "../backend.ts";
import type { AuthError } from "../errors.ts";
import type { User } from "../storage.ts";
import { type Html, html, raw } from "./html.ts";

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

/** What the page asks for before a login can begin. */
export interface AskView {
  readonly title: string;
  /** Where its form posts to. */
  readonly action: string;
  readonly fields: readonly DataField[];
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
  readonly failure: (view: FailureView) => Html;
}

/** The style of the built-in pages; named in their content security policy by its hash. */
export const style = `
:root { color-scheme: light dark; font: 100%/1.5 system-ui, sans-serif; }
body { max-width: 26rem; margin: 12vh auto; padding: 0 1.25rem; }
h1 { font-size: 1.4rem; }
ul { list-style: none; padding: 0; }
input { box-sizing: border-box; width: 100%; padding: .6rem; font: inherit; }
a.button, button { display: block; box-sizing: border-box; width: 100%; margin: .75rem 0;
  padding: .75rem 1rem; font: inherit; text-align: center; text-decoration: none; cursor: pointer;
  color: inherit; background: transparent; border: 1px solid; border-radius: .5rem; }
small { opacity: .75; }
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
<form method="post" action="${action}"><button>Continue to ${title}</button></form>`,
    ),

  ask: ({ title, action, fields }) =>
    page(
      `Sign in with ${title}`,
      html`<form method="post" action="${action}">${fields.map(
        ({ name, label, placeholder }) =>
          html`<p><label>${label} <input name="${name}" placeholder="${placeholder}" required></label></p>`,
      )}
<button>Continue to ${title}</button></form>`,
    ),

  failure: ({ error, signInHref }) =>
    page(
      error.explanation.sentence,
      html`<p>${error.explanation.nextStep}</p>
<p><a href="${signInHref}">To the sign-in page</a></p>
<p><small>Code: ${error.code}</small></p>`,
    ),
};

/** The script of {@link repostPage}; named in that page's content security policy by its hash. */
export const submitScript = "document.forms[0].submit();";

/** Posts a callback once more, from our own site, so that the browser sends our cookies along. */
export function repostPage(action: string, fields: URLSearchParams): Html {
  return page(
    "One moment",
    html`<form method="post" action="${action}">${[...fields].map(
      ([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`,
    )}
<button>Continue</button></form>
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
