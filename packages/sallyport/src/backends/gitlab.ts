import type { JsonObject, UserDetails } from "../identity.ts";
import { BaseOAuth2, type OAuth2Settings } from "../protocols/oauth2.ts";
import { namesOf, textOf } from "../protocols/profile.ts";

/** Settings of {@link GitLabOAuth2}. */
export interface GitLabSettings extends OAuth2Settings {
  /** Another GitLab than gitlab.com (`SOCIAL_AUTH_GITLAB_API_URL`). Moves every endpoint. */
  readonly apiUrl?: string | undefined;
}

/** GitLab: https://docs.gitlab.com/api/oauth2 */
export class GitLabOAuth2 extends BaseOAuth2<JsonObject, GitLabSettings> {
  override readonly name: string = "gitlab";
  override readonly title: string = "GitLab";
  readonly apiUrl: string = "https://gitlab.com";
  override readonly authorizationUrl: string = "{apiUrl}/oauth/authorize";
  override readonly accessTokenUrl: string = "{apiUrl}/oauth/token";
  override readonly revokeTokenUrl: string = "{apiUrl}/oauth/revoke";
  override readonly userDataUrl: string = "{apiUrl}/api/v4/user";
  override readonly defaultScope: readonly string[] = ["read_user"];
  override readonly extraData = ["id", "username"];

  // A changed address stays apart until it is confirmed. gitlab.com lets nobody in before;
  // the operator of another GitLab can switch that off, and then confirms everybody unseen.
  override getUserDetails(user: JsonObject): UserDetails {
    const confirms = this.setting("apiUrl") === undefined;
    return {
      username: textOf(user.username),
      email: textOf(user.email),
      emailVerified: confirms && textOf(user.confirmed_at) !== undefined,
      ...namesOf(user.name),
    };
  }
}
