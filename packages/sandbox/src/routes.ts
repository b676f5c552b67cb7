import type { Answer } from "./answer.ts";
import { decide, showSignIn } from "./authorize.ts";
import { showJwks, showOpenidConfiguration, showServerMetadata } from "./discovery.ts";
import type { FaultyEndpoint, IdTokenFault } from "./faults.ts";
import type { Incoming } from "./incoming.ts";
import { showHome } from "./pages/home-page.ts";
import { showProfile } from "./profile.ts";
import type { Provider } from "./provider.ts";
import { introspectToken, revokeToken } from "./revoke.ts";
import { issueToken } from "./token.ts";
import { showUserinfo } from "./userinfo.ts";

/** An endpoint: a function of the provider and a request. */
export type Handler = (
  provider: Provider,
  request: Incoming,
  idTokenFault?: IdTokenFault,
) => Answer | Promise<Answer>;

/** The endpoint at a path: its name for faults, if it can have any, and its methods. */
export interface Route {
  readonly endpoint?: FaultyEndpoint;
  readonly methods: Readonly<Record<string, Handler>>;
}

const discovery: Route = { endpoint: "discovery", methods: { GET: showOpenidConfiguration } };
const metadata: Route = { endpoint: "discovery", methods: { GET: showServerMetadata } };

/**
 * PeeringDB's own paths. Those of the discovery documents work with and without a slash.
 *
 * https://github.com/peeringdb/peeringdb/blob/3b79bdd1/src/peeringdb_server/urls.py#L497
 */
export const routes: ReadonlyMap<string, Route> = new Map<string, Route>([
  ["/", { methods: { GET: showHome } }],
  ["/oauth2/authorize/", { endpoint: "authorize", methods: { GET: showSignIn, POST: decide } }],
  ["/oauth2/token/", { endpoint: "token", methods: { POST: issueToken } }],
  ["/oauth2/revoke_token/", { endpoint: "revoke", methods: { POST: revokeToken } }],
  ["/oauth2/introspect/", { methods: { POST: introspectToken } }],
  [
    "/oauth2/userinfo/",
    { endpoint: "userinfo", methods: { GET: showUserinfo, POST: showUserinfo } },
  ],
  ["/profile/v1", { endpoint: "profile", methods: { GET: showProfile, POST: showProfile } }],
  ["/oauth2/.well-known/jwks.json", { endpoint: "jwks", methods: { GET: showJwks } }],
  ["/oauth2/.well-known/openid-configuration", discovery],
  ["/oauth2/.well-known/openid-configuration/", discovery],
  ["/.well-known/openid-configuration", discovery],
  ["/.well-known/openid-configuration/", discovery],
  ["/oauth2/.well-known/oauth-authorization-server", metadata],
  ["/oauth2/.well-known/oauth-authorization-server/", metadata],
  ["/.well-known/oauth-authorization-server", metadata],
  ["/.well-known/oauth-authorization-server/", metadata],
]);
