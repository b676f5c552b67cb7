import { AuthError, type ErrorCode } from "../errors.ts";
import type { Http } from "../http.ts";
import { describe, retryAfterOf, statusFailure } from "./bounded-http.ts";
import { authenticationOf, type TokenClient } from "./token-request.ts";

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
  const form = new URLSearchParams({ token });
  const headers = new Headers({ accept: "application/json" });
  const server = { issuer: new URL(url).origin };
  await authenticationOf(client)(server, { client_id: client.clientId }, form, headers);
  if (method === "POST") headers.set("content-type", "application/x-www-form-urlencoded");
  const answer = await http.request({
    method,
    headers: Object.fromEntries(headers),
    ...(method === "POST"
      ? { url, body: String(form) }
      : { url: `${url}${url.includes("?") ? "&" : "?"}${form}` }),
  });
  if (answer.status < 200 || answer.status > 299) {
    const message = `${client.backend}: the revocation endpoint answered with ${describe(answer)}`;
    throw new AuthError(failureOf(answer), {
      // The stage of all that is done with stored tokens.
      stage: "refresh",
      backend: client.backend,
      message,
      retryAfter: retryAfterOf(answer),
    });
  }
}

function failureOf(answer: Parameters<typeof statusFailure>[0]): ErrorCode {
  const refused = answer.status === 401 || answer.status === 403;
  return statusFailure(answer) ?? (refused ? "client_refused" : "provider_refused");
}
