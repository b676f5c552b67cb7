import { type Answer, json } from "./answer.ts";
import { claimNames } from "./claims.ts";
import type { Incoming } from "./incoming.ts";
import type { Provider } from "./provider.ts";
import { scopesSupported } from "./scopes.ts";

const responseTypes = [
  "code",
  "token",
  "id_token",
  "id_token token",
  "code token",
  "code id_token",
  "code id_token token",
];
const openToAll = { "Access-Control-Allow-Origin": "*" };

/**
 * The OpenID Connect discovery document. The one at the root names the issuer `…/oauth2` too, so
 * a client that derives the issuer from the document's address finds a mismatch there.
 *
 * Like PeeringDB's it promises more than works: `client_secret_basic` and HS256 above all.
 *
 * https://github.com/django-oauth/django-oauth-toolkit/blob/3.3.0/oauth2_provider/views/oidc.py#L44
 */
export function showOpenidConfiguration(_: Provider, { origin }: Incoming): Answer {
  const oauth2 = `${origin}/oauth2`;
  return json(
    200,
    {
      issuer: oauth2,
      authorization_endpoint: `${oauth2}/authorize/`,
      token_endpoint: `${oauth2}/token/`,
      userinfo_endpoint: `${oauth2}/userinfo/`,
      jwks_uri: `${oauth2}/.well-known/jwks.json`,
      scopes_supported: scopesSupported,
      response_types_supported: responseTypes,
      subject_types_supported: ["public"],
      id_token_signing_alg_values_supported: ["RS256", "HS256"],
      token_endpoint_auth_methods_supported: ["client_secret_post", "client_secret_basic"],
      code_challenge_methods_supported: ["plain", "S256"],
      claims_supported: claimNames,
    },
    openToAll,
  );
}

/**
 * PeeringDB's take on RFC 8414, with names of its own for claims and algorithms.
 *
 * https://github.com/peeringdb/peeringdb/blob/3b79bdd1/tests/data/oauth/metadata.json
 */
export function showServerMetadata(_: Provider, { origin }: Incoming): Answer {
  const oauth2 = `${origin}/oauth2`;
  return json(200, {
    issuer: oauth2,
    authorization_endpoint: `${oauth2}/authorize/`,
    token_endpoint: `${oauth2}/token/`,
    jwks_uri: `${oauth2}/.well-known/jwks.json`,
    response_types_supported: responseTypes,
    subject_types_supported: ["public"],
    grant_types_supported: [
      "authorization_code",
      "implicit",
      "password",
      "client_credentials",
      "openid hybrid",
    ],
    token_endpoint_auth_methods_supported: ["client_secret_basic", "client_secret_post"],
    revocation_endpoint: `${oauth2}/revoke_token/`,
    introspection_endpoint: `${oauth2}/introspect/`,
    oidc_claims_supported: claimNames,
    scopes_supported: scopesSupported,
    signing_algorithms_supported: ["RS256", "HS256"],
  });
}

/** The public key with which id_tokens are signed. */
export async function showJwks({ signingKey }: Provider): Promise<Answer> {
  const cached = "public, max-age=3600, stale-while-revalidate=3600, stale-if-error=3600";
  const keys = [await signingKey.publicJwk()];
  return json(200, { keys }, { ...openToAll, "Cache-Control": cached });
}
