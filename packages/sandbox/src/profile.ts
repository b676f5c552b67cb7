import { type Answer, empty, json } from "./answer.ts";
import { bearerToken } from "./bearer.ts";
import type { Incoming } from "./incoming.ts";
import { currentProfile } from "./people.ts";
import type { Provider } from "./provider.ts";

/**
 * /profile/v1: PeeringDB's own account of a person. What a scope does not grant is absent.
 *
 * Whatever is wrong with the token, the answer is 403 with an empty body and no challenge: the
 * view is guarded by `protected_resource`, which ends in Django's HttpResponseForbidden.
 *
 * https://github.com/peeringdb/peeringdb/blob/3b79bdd1/src/peeringdb_server/views.py#L924
 */
export function showProfile({ grants, people }: Provider, request: Incoming): Answer {
  const access = grants.findAccess(bearerToken(request));
  // A person who is gone took the tokens along, as a deleted pending account does.
  const person = access && people.find(access.person);
  if (access === undefined || person === undefined) return empty(403);
  if (!access.scopes.includes("profile")) return empty(403);

  const { email, verified_email, networks, amr: _, ...rest } = currentProfile(person);
  const granted = {
    ...rest,
    ...(access.scopes.includes("email") ? { email, verified_email } : {}),
    ...(access.scopes.includes("networks") ? { networks } : {}),
    ...(access.scopes.includes("amr") ? { amr: access.amr } : {}),
  };
  if (!request.query.has("pretty")) return json(200, granted);
  return { ...json(200, granted), body: JSON.stringify(granted, null, 2) };
}
