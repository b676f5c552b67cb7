import type { Http } from "../http.ts";
import type { JsonObject, Tokens, UserDetails } from "../identity.ts";
import { BaseOAuth2PKCE } from "../protocols/oauth2-pkce.ts";
import { fieldsOf, namesOf, textOf } from "../protocols/profile.ts";

/** X, once Twitter: https://docs.x.com/fundamentals/authentication/oauth-2-0/user-access-token */
export class TwitterOAuth2 extends BaseOAuth2PKCE {
  override readonly name: string = "twitter-oauth2";
  override readonly title: string = "X";
  override readonly authorizationUrl: string = "https://x.com/i/oauth2/authorize";
  override readonly accessTokenUrl: string = "https://api.x.com/2/oauth2/token";
  override readonly userDataUrl: string = "https://api.x.com/2/users/me";
  override readonly tokenEndpointAuthMethod = "client_secret_basic";
  // X says who somebody is only to those who may read posts, too.
  override readonly defaultScope: readonly string[] = ["users.read", "tweet.read"];
  override readonly extraData = ["username"];

  override async userData(tokens: Tokens, http: Http, now: Date): Promise<JsonObject> {
    return fieldsOf((await super.userData(tokens, http, now)).data);
  }

  override getUserDetails(user: JsonObject): UserDetails {
    return { username: textOf(user.username), emailVerified: false, ...namesOf(user.name) };
  }
}
