import type { Http } from "../http.ts";
import { answerFailure, parseJson } from "./bounded-http.ts";
import { authenticatedForm, type TokenClient } from "./token-request.ts";

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
  const { form, headers } = await authenticatedForm(client, url, parameters);
  const answer = await http.request({
    url,
    method: "POST",
    headers: { ...headers, "content-type": "application/x-www-form-urlencoded" },
    body: String(form),
  });
  const requestUri: unknown = Object(parseJson(answer)).request_uri;
  if (answer.status === 201 && typeof requestUri === "string") return requestUri;
  const said = "expected a request_uri and got";
  throw answerFailure(answer, "provider_refused", {
    backend: client.backend,
    stage: "begin",
    said,
  });
}
