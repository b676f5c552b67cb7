import { hmac, toHex } from "#platform";
import type { Http } from "../http.ts";
import type { JsonObject, Tokens, UserDetails } from "../identity.ts";
import { BaseOAuth2, type OAuth2Settings } from "../protocols/oauth2.ts";
import { fieldsOf, namesOf, textOf } from "../protocols/profile.ts";

/** Settings of {@link FacebookOAuth2}. */
export interface FacebookSettings extends OAuth2Settings {
  /** The Graph API's version, as `26.0`: each lives for two years or so. */
  readonly apiVersion?: string | undefined;
}

/**
 * Facebook: https://developers.facebook.com/docs/facebook-login/guides/advanced/manual-flow
 *
 * That page has a token inspected (`debug_token`) before it is used. This is for tokens that
 * came through a browser: ours is handed out for our own code, secret and verifier.
 */
export class FacebookOAuth2 extends BaseOAuth2<JsonObject, FacebookSettings> {
  override readonly name: string = "facebook";
  override readonly title: string = "Facebook";
  // Of July 2026: https://developers.facebook.com/docs/graph-api/changelog
  readonly apiVersion: string = "26.0";
  override readonly authorizationUrl: string =
    "https://www.facebook.com/v{apiVersion}/dialog/oauth";
  override readonly accessTokenUrl: string =
    "https://graph.facebook.com/v{apiVersion}/oauth/access_token";
  override readonly userDataUrl: string =
    "https://graph.facebook.com/v{apiVersion}/me?fields=id,name,first_name,last_name,email";
  // The only method that the documentation knows.
  override readonly accessTokenMethod = "GET";
  override readonly scopeSeparator = ",";
  override readonly defaultScope: readonly string[] = ["email"];

  // The proof that the token is used by its owner, which an app may demand:
  // https://developers.facebook.com/docs/graph-api/guides/secure-requests
  override async userData(tokens: Tokens, http: Http): Promise<JsonObject> {
    const secret = this.clientSecret();
    const proof = secret === undefined ? "" : await proofOf(tokens.accessToken, secret);
    return fieldsOf(await this.askApi(`${this.userDataUrl}${proof}`, tokens, http));
  }

  /** The id is the app's own for this person. No page promises that the address is theirs. */
  override getUserDetails(user: JsonObject): UserDetails {
    return {
      username: textOf(user.username) ?? textOf(user.name),
      email: textOf(user.email),
      emailVerified: false,
      ...namesOf(user.name, user.first_name, user.last_name),
    };
  }
}

async function proofOf(accessToken: string, secret: string): Promise<string> {
  return `&appsecret_proof=${toHex(await hmac("SHA-256", secret, accessToken))}`;
}
