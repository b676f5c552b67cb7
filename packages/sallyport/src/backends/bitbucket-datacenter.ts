import type { Http } from "../http.ts";
import type { JsonObject, Tokens, UserDetails } from "../identity.ts";
import { BaseOAuth2PKCE, type OAuth2PkceSettings } from "../protocols/oauth2-pkce.ts";
import { fieldsOf, namesOf, textOf } from "../protocols/profile.ts";

/** Settings of {@link BitbucketDataCenterOAuth2}. */
export interface BitbucketDataCenterSettings extends OAuth2PkceSettings {
  /** Where this Bitbucket is (`SOCIAL_AUTH_BITBUCKET_DATACENTER_OAUTH2_URL`). Required. */
  readonly url?: string | undefined;
}

/**
 * Bitbucket Data Center:
 * https://confluence.atlassian.com/display/BITBUCKETSERVER091/Bitbucket+OAuth+2.0+provider+API
 */
export class BitbucketDataCenterOAuth2 extends BaseOAuth2PKCE<
  JsonObject,
  BitbucketDataCenterSettings
> {
  override readonly name: string = "bitbucket-datacenter-oauth2";
  override readonly title: string = "Bitbucket";
  override readonly authorizationUrl: string = "{url}/rest/oauth2/latest/authorize";
  override readonly accessTokenUrl: string = "{url}/rest/oauth2/latest/token";
  override readonly userDataUrl: string = "{url}/rest/api/latest/users/";
  override readonly defaultScope: readonly string[] = ["PUBLIC_REPOS"];
  override readonly extraData = ["name", "slug"];

  // No address answers who a token is from, but every answer has a header with their name:
  // https://community.developer.atlassian.com/t/obtain-authorised-users-username-from-api/24422
  override async userData(tokens: Tokens, http: Http): Promise<JsonObject> {
    const url = this.fillIn("{url}/rest/api/latest/application-properties", "url");
    const headers = { accept: "application/json", authorization: `Bearer ${tokens.accessToken}` };
    const { headers: said } = await http.ok({ url, headers });
    const name = new URLSearchParams(`name=${said["x-ausername"] ?? ""}`).get("name");
    if (!name) throw this.error("token_refused", "profile", `${this.name}: nobody's token`);
    const address = this.userDataUrl + encodeURIComponent(name);
    const user = fieldsOf(await this.askApi(address, tokens, http));
    if (user.name === name) return user;
    // Two names may have one slug, by which people are found.
    throw this.error("answer_invalid", "profile", `${this.name}: the profile is somebody else's`);
  }

  // Whoever runs this Bitbucket decides whose address is what.
  override getUserDetails(user: JsonObject): UserDetails {
    return {
      username: textOf(user.name),
      email: textOf(user.emailAddress),
      emailVerified: false,
      ...namesOf(user.displayName),
    };
  }
}
