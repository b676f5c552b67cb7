import type { Answer } from "../answer.ts";
import { faultyEndpoints } from "../faults.ts";
import type { Incoming } from "../incoming.ts";
import type { Provider } from "../provider.ts";
import { type Html, html } from "./html.ts";
import { notPeeringDb, page } from "./layout.ts";
import { describePerson } from "./person.ts";

/** GET /: what this is, who there is, how to connect an application and how to change things. */
export function showHome({ clients, people }: Provider, { origin }: Incoming): Answer {
  const entries = [...people.entries()];
  const [firstId = "1001"] = entries[0] ?? [];
  return page(
    200,
    "PeeringDB sandbox",
    html`${notPeeringDb}
<h1>A pretend PeeringDB, for development and tests</h1>
<p>It answers at PeeringDB's own paths and behaves as PeeringDB does, quirks included. Point an
application at it, sign in as one of the people below, and see what the application does.</p>

<h2>To connect an application</h2>
<table>
${rows([
  ...clients.list().map(({ id, secret }) => ["client id and secret", `${id} : ${secret}`] as const),
  ["authorize", `${origin}/oauth2/authorize/`],
  ["token (client_secret_post)", `${origin}/oauth2/token/`],
  ["profile", `${origin}/profile/v1`],
  ["revoke", `${origin}/oauth2/revoke_token/`],
  ["userinfo", `${origin}/oauth2/userinfo/`],
  ["issuer", `${origin}/oauth2`],
  ["scopes", "openid profile email networks amr"],
])}
</table>

<h2>To change things while it runs</h2>
<p>The people, all of them or one:</p>
<pre>curl ${origin}/sandbox/people &gt; people.json
curl -X PUT ${origin}/sandbox/people --data @people.json
curl -X PATCH ${origin}/sandbox/people/${firstId} --data '{"profile": {"networks": []}}'
curl -X PATCH ${origin}/sandbox/people/${firstId} --data '{"closed": true}'</pre>
<p>Somebody revokes the application, as they can at PeeringDB:</p>
<pre>curl -X DELETE ${origin}/sandbox/grants/${firstId}</pre>
<p>Faults, at ${faultyEndpoints.join(", ")}:</p>
<pre>curl -X PUT ${origin}/sandbox/faults --data '{"token": {"status": 500, "times": 1}}'
curl -X DELETE ${origin}/sandbox/faults</pre>
<p>What came in, without secrets:</p>
<pre>curl ${origin}/sandbox/requests</pre>

<h2>Who there is</h2>
<ul class="people">${entries.slice(0, 200).map(
      ([id, person]) => html`
<li>
${describePerson(id, person)}
</li>`,
    )}
</ul>`,
  );
}

function rows(pairs: readonly (readonly [string, string])[]): readonly Html[] {
  return pairs.map(
    ([name, value]) => html`
<tr><th scope="row">${name}</th><td><code>${value}</code></td></tr>`,
  );
}
