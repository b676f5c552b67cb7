import type { Http } from "../http.ts";
import type { Tokens, UserDetails } from "../identity.ts";
import { BaseOAuth1 } from "../protocols/oauth1.ts";
import { fieldsOf, namesOf, textOf } from "../protocols/profile.ts";

/** A person as https://developer.x.com/en/docs/twitter-api/v1/accounts-and-users/manage-account-settings/api-reference/get-account-verify_credentials has them. */
export interface TwitterUser {
  /** X's `id_str`: never changes; the screen name may. As a number, `id` is too large for JSON. */
  readonly id: string;
  readonly screenName: string | undefined;
  readonly name: string | undefined;
  readonly email: string | undefined;
}

/**
 * X, once Twitter, by OAuth 1.0a:
 * https://docs.x.com/x-for-websites/log-in-with-x/guides/implementing-sign-in-with-x. The
 * application must be allowed to "request email addresses from users" to get one.
 */
export class TwitterOAuth extends BaseOAuth1<TwitterUser> {
  override readonly name: string = "twitter";
  override readonly title: string = "X";
  override readonly requestTokenUrl: string = "https://api.x.com/oauth/request_token";
  override readonly requestTokenMethod = "POST";
  override readonly authorizationUrl: string = "https://api.x.com/oauth/authenticate";
  override readonly accessTokenUrl: string = "https://api.x.com/oauth/access_token";
  override readonly extraData = ["id", { screenName: "screen_name" }];
  readonly profileUrl: string = "https://api.x.com/1.1/account/verify_credentials.json";

  override async userData(tokens: Tokens, http: Http, now: Date): Promise<TwitterUser> {
    const request = { url: `${this.profileUrl}?include_email=true&skip_status=true` };
    const user = fieldsOf(this.asJson(await this.oauthRequest(tokens, http, request, now)));
    return {
      // A missing id is refused by `toIdentity`, which says so.
      id: user.id_str as string,
      screenName: textOf(user.screen_name),
      name: textOf(user.name),
      email: textOf(user.email),
    };
  }

  override getUserDetails({ screenName, name, email }: TwitterUser): UserDetails {
    // "If the email address is not verified, null will be returned", says the profile's page.
    return { username: screenName, email, emailVerified: email !== undefined, ...namesOf(name) };
  }
}
