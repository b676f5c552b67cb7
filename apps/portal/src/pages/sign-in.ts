import { html, type Pages } from "sallyport";
import { layout, type Site } from "./layout.ts";
import { refusalPage } from "./refusal.ts";

/** The sign-in, confirmation and failure pages in the portal's own clothes. */
export function portalPages(site: Site): Partial<Pages> {
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

    failure: (view) => refusalPage(site, view),
  };
}
