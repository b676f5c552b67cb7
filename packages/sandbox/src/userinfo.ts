import { type Answer, json, oauthError } from "./answer.ts";
import { bearerToken } from "./bearer.ts";
import { claimsAbout } from "./claims.ts";
import type { Incoming } from "./incoming.ts";
import type { Provider } from "./provider.ts";

/**
 * /oauth2/userinfo/: OpenID Connect's account of a person, for tokens with the scope `openid`.
 *
 * `amr` is always empty: PeeringDB finds it through the code in the request, and there is none.
 *
 * https://github.com/oauthlib/oauthlib/blob/v3.3.1/oauthlib/openid/connect/core/endpoints/userinfo.py
 */
export function showUserinfo({ grants, people }: Provider, request: Incoming): Answer {
  const access = grants.findAccess(bearerToken(request));
  const person = access && people.find(access.person);
  if (access === undefined || person === undefined || !access.scopes.includes("openid")) {
    return oauthError(
      401,
      "invalid_token",
      "The access token provided is expired, revoked, malformed, or invalid for other reasons.",
    );
  }
  return json(200, claimsAbout(person, { ...access, amr: [] }));
}
