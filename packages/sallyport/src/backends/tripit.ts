import type { Http } from "../http.ts";
import type { Tokens, UserDetails } from "../identity.ts";
import { BaseOAuth1, childOf, type XmlElement } from "../protocols/oauth1.ts";
import { namesOf, textOf } from "../protocols/profile.ts";

/** A person as the `Profile` of TripIt's XML has them. */
export interface TripItUser {
  /** The profile's `ref`, which stays when the screen name changes. */
  readonly id: string | undefined;
  readonly screenName: string | undefined;
  readonly name: string | undefined;
  /** The primary address. */
  readonly email: string | undefined;
}

/**
 * TripIt: https://tripit.github.io/api/doc/v1/index.html#authentication_section. As that page
 * has it TripIt speaks OAuth 1.0, takes the callback's address at its authorization page
 * and sends no verifier: see {@link BaseOAuth1.oauthVersion} on what that means before you
 * let its accounts open anything of worth. Where it does confirm the callback, the verifier
 * is demanded here, too.
 */
export class TripItOAuth extends BaseOAuth1<TripItUser> {
  override readonly name: string = "tripit";
  override readonly title: string = "TripIt";
  override readonly requestTokenUrl: string = "https://api.tripit.com/oauth/request_token";
  override readonly requestTokenMethod = "POST";
  override readonly authorizationUrl: string = "https://www.tripit.com/oauth/authorize";
  override readonly accessTokenUrl: string = "https://api.tripit.com/oauth/access_token";
  override readonly redirectUriParameterName = "oauth_callback";
  override readonly oauthVersion = "1.0";
  override readonly extraData = [{ screenName: "screen_name" }];
  readonly profileUrl: string = "https://api.tripit.com/v1/get/profile";

  override async userData(tokens: Tokens, http: Http, now: Date): Promise<TripItUser> {
    const request = { url: this.profileUrl };
    const answer = this.asXml(await this.oauthRequest(tokens, http, request, now));
    const profile = childOf(answer, "Profile");
    const addresses = childOf(profile, "ProfileEmailAddresses")?.children ?? [];
    const primary = addresses.find((address) => textIn(address, "is_primary") === "true");
    return {
      // A missing id is refused by `toIdentity`, which says so.
      id: profile?.attributes.get("ref"),
      screenName: textIn(profile, "screen_name"),
      name: textIn(profile, "public_display_name"),
      email: textIn(primary, "address"),
    };
  }

  override getUserDetails({ screenName, name, email }: TripItUser): UserDetails {
    // The answer has an `is_confirmed`, but no page of TripIt's says what it promises.
    return { username: screenName, email, emailVerified: false, ...namesOf(name) };
  }
}

function textIn(element: XmlElement | undefined, name: string): string | undefined {
  return textOf(childOf(element, name)?.text.trim());
}
