import type { Answer } from "../answer.ts";
import { displayName, type Person, usualAmr } from "../people.ts";
import { type Html, html } from "./html.ts";
import { waysToSignIn } from "./in-words.ts";
import { notPeeringDb, page } from "./layout.ts";
import { describePerson, headingId } from "./person.ts";

/** What the sign-in page shows and carries along. */
export interface SignInRequest {
  readonly clientId: string;
  readonly scopes: readonly string[];
  /** The origin of the redirect URI. */
  readonly returnsTo: string;
  readonly people: readonly (readonly [id: string, person: Person])[];
  /** The request's own parameters, for the form to post back. */
  readonly parameters: readonly (readonly [name: string, value: string])[];
}

/** A list for a load test may have any number of people; a page of them all helps nobody. */
const MOST_SHOWN = 200;

/** The page on which to choose whom to sign in as: one form a person. */
export function signInPage(request: SignInRequest): Answer {
  const { clientId, scopes, returnsTo, people, parameters } = request;
  const carried = html`${parameters.map(([name, value]) => hidden(name, value))}`;
  const more = people.length - MOST_SHOWN;
  return page(
    200,
    "Sign in with PeeringDB (sandbox)",
    html`${notPeeringDb}
<h1>Sign in with PeeringDB</h1>
<p><strong>${clientId}</strong> asks for: ${scopes.join(", ")}. From here you go back to
<strong>${returnsTo}</strong>.</p>
<h2>Whom to sign in as</h2>
<ul class="people">${people.slice(0, MOST_SHOWN).map(
      ([id, person]) => html`
<li>
${describePerson(id, person)}
${choiceForm(id, person, carried)}
</li>`,
    )}
</ul>
${more > 0 ? html`<p>And ${more} more, whom a form can post.</p>` : ""}`,
  );
}

function choiceForm(id: string, person: Person, carried: Html): Html {
  const described = headingId(id);
  return html`<form method="post" action="/oauth2/authorize/">
${carried}${hidden("person", id)}
<label>Signs in by
<select name="amr" aria-describedby="${described}">${amrOptions(usualAmr(person).join(","))}
</select></label>
<button class="main" name="decision" value="approve" aria-describedby="${described}">Sign in as ${displayName(person)}</button>
<button name="decision" value="deny" aria-describedby="${described}">Refuse</button>
</form>`;
}

function amrOptions(own: string): readonly Html[] {
  const known = waysToSignIn.some(({ amr }) => amr === own);
  const ways = known ? waysToSignIn : [{ amr: own, words: own }, ...waysToSignIn];
  return ways.map(({ amr, words }) =>
    amr === own
      ? html`
<option value="${amr}" selected>${words}</option>`
      : html`
<option value="${amr}">${words}</option>`,
  );
}

function hidden(name: string, value: string): Html {
  return html`<input type="hidden" name="${name}" value="${value}">`;
}
