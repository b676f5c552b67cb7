import { type Answer, empty, json, oauthError } from "./answer.ts";
import type { Incoming } from "./incoming.ts";
import type { Provider } from "./provider.ts";

/**
 * POST /oauth2/revoke_token/: ends a token; 200 also for one that nobody knows.
 *
 * https://www.rfc-editor.org/rfc/rfc7009#section-2.2
 */
export function revokeToken({ clients, grants }: Provider, { form }: Incoming): Answer {
  const token = form.get("token");
  if (!token) return oauthError(400, "invalid_request", "Missing token parameter.");
  if (clients.authenticate(form) === undefined) return oauthError(401, "invalid_client");
  grants.revoke(token);
  return empty(200);
}

/**
 * POST /oauth2/introspect/: whether an access token is good, for a registered application.
 *
 * https://www.rfc-editor.org/rfc/rfc7662#section-2.2
 */
export function introspectToken({ clients, grants }: Provider, { form }: Incoming): Answer {
  if (clients.authenticate(form) === undefined) return empty(403);
  const token = form.get("token");
  if (token === null) return oauthError(400, "invalid_request", "Token parameter is missing.");
  const access = grants.findAccess(token);
  if (access === undefined) return json(200, { active: false });
  return json(200, {
    active: true,
    scope: access.scopes.join(" "),
    exp: Math.floor(access.expiresAt / 1000),
    client_id: access.clientId,
    username: access.person,
  });
}
