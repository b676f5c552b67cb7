import { type FailureView, type Html, type HtmlPart, html, type User } from "sallyport";
import type { AffiliationChanges } from "sallyport/affiliations";
import { account } from "./account.ts";
import { changeList } from "./changes.ts";
import { layout, type Site } from "./layout.ts";

/** Why a person does not get in, and what to do. `user` is who is signed in nevertheless. */
export function refusalPage(site: Site, { error, signInHref }: FailureView, user?: User): Html {
  return layout(
    site,
    titleOf(error, user),
    html`<div class="notice refused" role="alert">
<p><strong>${error.explanation.sentence}</strong></p>
<p>${error.explanation.nextStep}</p>
</div>
${changesOf(error.detail)}
<p><a class="button" href="${signInHref}">Back to sign-in</a></p>
<p class="quiet">If you ask for help, mention the code <code>${error.code}</code>.</p>`,
    user && account(user),
  );
}

function titleOf({ stage }: FailureView["error"], user: User | undefined): string {
  if (user) return "No access at the moment";
  // What failed before anybody came back from the provider was not the sign-in.
  return stage === "request" || stage === "session"
    ? "That did not work"
    : "Sign-in did not succeed";
}

// A refused login may have taken affiliations away; the person is told which.
function changesOf(detail: unknown): HtmlPart {
  const isChanges = typeof detail === "object" && detail !== null && "removed" in detail;
  // Only the affiliations step puts such a detail there.
  return isChanges && changeList(detail as AffiliationChanges);
}
