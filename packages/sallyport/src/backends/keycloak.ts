import { OpenIdConnectAuth, type OpenIdConnectSettings } from "../protocols/openid-connect.ts";

/** Settings of {@link KeycloakOpenIdConnect}. */
export interface KeycloakSettings extends OpenIdConnectSettings {
  /** Where Keycloak is, up to and without `/realms` (`SOCIAL_AUTH_KEYCLOAK_URL`). */
  readonly url?: string | undefined;
  readonly realm?: string | undefined;
}

/**
 * A realm of a Keycloak. The uid is `sub`, and not the username, as in python-social-auth,
 * which may change. What it reads from an access token, without asking who issued it, comes
 * here from the id_token and UserInfo.
 * https://www.keycloak.org/securing-apps/oidc-layers
 */
export class KeycloakOpenIdConnect extends OpenIdConnectAuth<KeycloakSettings> {
  override readonly name: string = "keycloak";
  override readonly title: string = "Keycloak";
  override readonly oidcEndpoint: string = "{url}/realms/{realm}";
}
