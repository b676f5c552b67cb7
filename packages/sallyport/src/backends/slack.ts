import type { ErrorCode } from "../errors.ts";
import type { Http } from "../http.ts";
import type { JsonObject, Tokens, UserDetails } from "../identity.ts";
import { BaseOAuth2 } from "../protocols/oauth2.ts";
import { namesOf, textOf } from "../protocols/profile.ts";

/**
 * Sign in with Slack: https://docs.slack.dev/authentication/sign-in-with-slack
 *
 * python-social-auth asks the retired `users.identity`. The id is the same one there and
 * here, and globally unique: https://api.slack.com/methods/users.identity
 */
export class SlackOAuth2 extends BaseOAuth2 {
  override readonly name: string = "slack";
  override readonly title: string = "Slack";
  override readonly authorizationUrl: string = "https://slack.com/openid/connect/authorize";
  override readonly accessTokenUrl: string = "https://slack.com/api/openid.connect.token";
  override readonly userDataUrl: string = "https://slack.com/api/openid.connect.userInfo";
  override readonly defaultScope: readonly string[] = ["openid", "profile", "email"];
  override readonly idKey = "sub";
  override readonly extraData = [
    { "https://slack.com/team_id": "team_id", "https://slack.com/team_name": "team_name" },
  ];

  // Slack refuses with status 200.
  override async userData(tokens: Tokens, http: Http, now: Date): Promise<JsonObject> {
    const user = await super.userData(tokens, http, now);
    if (user.ok !== false) return user;
    throw this.error("token_refused", "profile", `${this.name}: the answer is not ok`);
  }

  override getUserDetails(user: JsonObject): UserDetails {
    return {
      username: textOf(user.name),
      email: textOf(user.email),
      emailVerified: user.email_verified === true,
      ...namesOf(user.name, user.given_name, user.family_name),
    };
  }

  // https://docs.slack.dev/reference/methods/openid.connect.token
  protected override tokenErrorCode(error: string): ErrorCode | undefined {
    if (error === "invalid_code") return "code_refused";
    return /^(bad_client_secret|invalid_client_id)$/.test(error) ? "client_refused" : undefined;
  }
}
