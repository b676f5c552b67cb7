import { type HtmlPart, html, type Pages } from "sallyport";
import type { AffiliationChanges } from "sallyport/affiliations";
import { changeList } from "./changes.ts";
import { layout, type Site } from "./layout.ts";

/** The sign-in, confirmation and failure pages in the portal's own clothes. */
export function portalPages(site: Site): Pages {
  return {
    signIn: ({ links }) =>
      layout(
        site,
        "Sign in",
        links.length > 0
          ? html`<p>Use the account that you have at PeeringDB. You will see the networks
that you are affiliated with there and that are members here.</p>
${links.map(({ href, title }) => html`<p><a class="button" href="${href}">Sign in with ${title}</a></p>`)}`
          : html`<p>Sign-in with PeeringDB is not enabled on this portal.</p>`,
      ),

    confirm: ({ title, action, user }) =>
      layout(
        site,
        user ? "Sign in again?" : `Sign in with ${title}`,
        html`${
          user &&
          html`<p>You are signed in already, as <strong>${user.fullName || user.username}</strong>.
Signing in again brings your networks up to date.</p>`
        }
<form method="post" action="${action}"><button class="button">Continue to ${title}</button></form>`,
      ),

    failure: ({ error, signInHref }) =>
      layout(
        site,
        "You are not signed in",
        html`<div class="notice refused" role="alert">
<p><strong>${error.explanation.sentence}</strong></p>
<p>${error.explanation.nextStep}</p>
</div>
${changesOf(error.detail)}
<p><a class="button" href="${signInHref}">Back to sign-in</a></p>
<p class="quiet">If you ask for help, mention the code <code>${error.code}</code>.</p>`,
      ),
  };
}

// A refused login may have taken affiliations away; the person is told which.
function changesOf(detail: unknown): HtmlPart {
  const isChanges = typeof detail === "object" && detail !== null && "removed" in detail;
  // Only the affiliations step puts such a detail there.
  return isChanges && changeList(detail as AffiliationChanges);
}
