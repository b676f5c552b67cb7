import { AuthError } from "../errors.ts";
import type { Http } from "../http.ts";
import { describe, parseJson, retryAfterOf, statusFailure } from "./bounded-http.ts";
import { authenticationOf, type TokenClient } from "./token-request.ts";

/**
 * Hands the parameters of an authorization request to the provider itself (RFC 9126, section
 * 2). What comes back stands for them, as `request_uri`.
 *
 * @throws `provider_refused` where it does not take them, `provider_failed`, `provider_busy`,
 * and what {@link Http.request} throws.
 */
export async function pushRequest(
  client: TokenClient,
  url: string,
  parameters: URLSearchParams,
  http: Http,
): Promise<string> {
  const form = new URLSearchParams(parameters);
  const headers = new Headers({
    accept: "application/json",
    "content-type": "application/x-www-form-urlencoded",
  });
  const server = { issuer: new URL(url).origin };
  await authenticationOf(client)(server, { client_id: client.clientId }, form, headers);
  const answer = await http.request({
    url,
    method: "POST",
    headers: Object.fromEntries(headers),
    body: String(form),
  });
  const requestUri: unknown = Object(parseJson(answer)).request_uri;
  if (answer.status === 201 && typeof requestUri === "string") return requestUri;
  throw new AuthError(statusFailure(answer) ?? "provider_refused", {
    stage: "begin",
    backend: client.backend,
    message: `${client.backend}: expected a request_uri and got ${describe(answer)}`,
    retryAfter: retryAfterOf(answer),
  });
}
