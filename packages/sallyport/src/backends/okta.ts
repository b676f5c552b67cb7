import { OpenIdConnectAuth } from "../protocols/openid-connect.ts";

/**
 * Okta. `oidcEndpoint` is the issuer: `https://<domain>` for the org's own authorization
 * server, `https://<domain>/oauth2/default` or `…/oauth2/<id>` for a custom one. The uid is
 * `sub`, and not `preferred_username`, as in python-social-auth, which an administrator may
 * give to somebody else (CVE-2025-65431).
 * https://developer.okta.com/docs/api/openapi/okta-oauth/oauth/orgas
 */
export class OktaOpenIdConnect extends OpenIdConnectAuth {
  override readonly name: string = "okta-openidconnect";
  override readonly title: string = "Okta";
}
