import type { JsonObject, UserDetails } from "../identity.ts";
import { BaseOAuth2 } from "../protocols/oauth2.ts";
import { namesOf, textOf } from "../protocols/profile.ts";

/**
 * Sign In with LinkedIn using OpenID Connect:
 * https://learn.microsoft.com/en-us/linkedin/consumer/integrations/self-serve/sign-in-with-linkedin-v2
 *
 * LinkedIn leaves the nonce out of its id_token, which so belongs to no login. Nobody looks
 * at it here: who this is says the userinfo endpoint, for the token that this login fetched.
 */
export class LinkedInOpenIdConnect extends BaseOAuth2 {
  override readonly name: string = "linkedin-openidconnect";
  override readonly title: string = "LinkedIn";
  override readonly authorizationUrl: string = "https://www.linkedin.com/oauth/v2/authorization";
  override readonly accessTokenUrl: string = "https://www.linkedin.com/oauth/v2/accessToken";
  override readonly userDataUrl: string = "https://api.linkedin.com/v2/userinfo";
  override readonly defaultScope: readonly string[] = ["openid", "profile", "email"];
  override readonly idKey = "sub";

  /** `email_verified` stands in the page's schema of the answer, as optional: without it, false. */
  override getUserDetails(user: JsonObject): UserDetails {
    return {
      email: textOf(user.email),
      emailVerified: user.email_verified === true,
      ...namesOf(user.name, user.given_name, user.family_name),
    };
  }
}
