import type { JsonObject, Tokens, UserDetails } from "../identity.ts";
import { BaseOAuth2 } from "../protocols/oauth2.ts";
import { namesOf } from "../protocols/profile.ts";

/**
 * ORCID: https://github.com/ORCID/ORCID-Source/blob/main/orcid-api-web/tutorial/get_id.md
 *
 * The token answer says who it is. Addresses are private unless their owner shows them, and
 * none is asked for.
 */
export class ORCIDOAuth2 extends BaseOAuth2 {
  override readonly name: string = "orcid";
  override readonly title: string = "ORCID";
  override readonly authorizationUrl: string = "https://orcid.org/oauth/authorize";
  override readonly accessTokenUrl: string = "https://orcid.org/oauth/token";
  override readonly defaultScope: readonly string[] = ["/authenticate"];
  override readonly idKey = "orcid";

  override async userData({ answer }: Tokens): Promise<JsonObject> {
    const { orcid, name } = answer;
    return { orcid, name };
  }

  override getUserDetails({ name }: JsonObject): UserDetails {
    return { emailVerified: false, ...namesOf(name) };
  }
}
