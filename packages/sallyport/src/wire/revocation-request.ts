import type { Http } from "../http.ts";
import { answerFailure } from "./bounded-http.ts";
import { authenticatedForm, type TokenClient } from "./token-request.ts";

/** How a provider takes a token back; RFC 7009 knows POST only. */
export type RevokeMethod = "GET" | "POST" | "DELETE";

/**
 * Tells the provider that a token is no longer wanted (RFC 7009, section 2.1). A token that is
 * dead already is no failure (section 2.2).
 *
 * @throws `client_refused`, `provider_refused`, and what {@link Http.request} throws.
 */
export async function requestRevocation(
  client: TokenClient,
  { url, method, token }: { url: string; method: RevokeMethod; token: string },
  http: Http,
): Promise<void> {
  const { form, headers } = await authenticatedForm(client, url, { token });
  const answer = await http.request(
    method === "POST"
      ? {
          url,
          method,
          headers: { ...headers, "content-type": "application/x-www-form-urlencoded" },
          body: String(form),
        }
      : { url: `${url}${url.includes("?") ? "&" : "?"}${form}`, method, headers },
  );
  if (answer.status >= 200 && answer.status <= 299) return;
  const refused = answer.status === 401 || answer.status === 403;
  throw answerFailure(answer, refused ? "client_refused" : "provider_refused", {
    backend: client.backend,
    // The stage of all that is done with stored tokens.
    stage: "refresh",
    said: "the revocation endpoint answered with",
  });
}
