import type { JsonObject, UserDetails } from "../identity.ts";
import { BaseOAuth2 } from "../protocols/oauth2.ts";
import { OpenIdConnectAuth } from "../protocols/openid-connect.ts";
import { namesOf, textOf } from "../protocols/profile.ts";

const revokeUrl = "https://oauth2.googleapis.com/revoke";

/**
 * Google, by OpenID Connect. The uid is `sub`, which stays with an account for good, and not
 * the address, as python-social-auth has it unless told otherwise: an address may change.
 * https://developers.google.com/identity/openid-connect/reference
 */
export class GoogleOpenIdConnect extends OpenIdConnectAuth {
  override readonly name: string = "google-openidconnect";
  override readonly title: string = "Google";
  override readonly oidcEndpoint: string = "https://accounts.google.com";
  override readonly revokeTokenUrl: string = revokeUrl;

  override getUserDetails(profile: JsonObject): UserDetails {
    const details = super.getUserDetails(profile);
    return { ...details, username: localPart(details.email) };
  }
}

/**
 * Google, by OAuth 2, for those who have been using it: {@link GoogleOpenIdConnect} checks
 * more. Both know a person by the same `sub`.
 * https://developers.google.com/identity/protocols/oauth2/web-server
 */
export class GoogleOAuth2 extends BaseOAuth2 {
  override readonly name: string = "google-oauth2";
  override readonly title: string = "Google";
  override readonly authorizationUrl: string = "https://accounts.google.com/o/oauth2/v2/auth";
  override readonly accessTokenUrl: string = "https://oauth2.googleapis.com/token";
  override readonly revokeTokenUrl: string = revokeUrl;
  override readonly userDataUrl: string = "https://openidconnect.googleapis.com/v1/userinfo";
  override readonly defaultScope: readonly string[] = ["openid", "email", "profile"];
  override readonly idKey: string = "sub";

  override getUserDetails(profile: JsonObject): UserDetails {
    const email = textOf(profile.email);
    return {
      username: localPart(email),
      email,
      emailVerified: profile.email_verified === true,
      ...namesOf(profile.name, profile.given_name, profile.family_name),
    };
  }
}

// There are no usernames at Google. As in python-social-auth.
function localPart(email: string | undefined): string | undefined {
  return email?.split("@")[0];
}
