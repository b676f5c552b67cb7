import { OpenIdConnectAuth } from "../protocols/openid-connect.ts";

/**
 * Any OpenID Connect provider: `SOCIAL_AUTH_OIDC_OIDC_ENDPOINT` is its issuer, as it writes
 * it, and the rest is in its discovery document. One instance knows one issuer, so the uid is
 * its `sub` alone. For a second provider, extend it with another name.
 * https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderConfig
 */
export class OidcAuth extends OpenIdConnectAuth {
  override readonly name: string = "oidc";
  override readonly title: string = "OpenID Connect";
}
