import { hmac, toHex } from "#platform";
import type { TokenContext } from "../backend.ts";
import type { Http } from "../http.ts";
import type { Identity, JsonObject, Tokens, UserDetails } from "../identity.ts";
import { BaseOAuth2, type OAuth2Settings } from "../protocols/oauth2.ts";
import { fieldsOf, namesOf, textOf } from "../protocols/profile.ts";
import { answerFailure, parseJson } from "../wire/bounded-http.ts";

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
  readonly debugTokenUrl: string = "https://graph.facebook.com/v{apiVersion}/debug_token";
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

  /** Who a token is about, once Facebook says that it is this app's and a person's. */
  override async identityFromToken(
    token: string,
    { http }: TokenContext,
  ): Promise<Identity<JsonObject>> {
    const tokens = await this.checkedToken(token, http.at("token"));
    return this.toIdentity(await this.userData(tokens, http.at("profile")), tokens);
  }

  // https://developers.facebook.com/docs/facebook-login/guides/access-tokens/debugging
  private async checkedToken(token: string, http: Http): Promise<Tokens> {
    const [id, secret] = [this.clientId(), this.clientSecret()];
    if (secret === undefined) throw this.misconfigured('needs "clientSecret" to check a token');
    const url = new URL(this.fillIn(this.debugTokenUrl, "debugTokenUrl"));
    url.searchParams.set("input_token", token);
    url.searchParams.set("access_token", `${id}|${secret}`);
    const answer = await http.request({ url: url.href });
    const { app_id, type, is_valid, scopes, expires_at } = fieldsOf(
      fieldsOf(parseJson(answer)).data,
    );
    // Of another app's token it says so with status 400.
    if (answer.status !== 200 || is_valid !== true || String(app_id) !== id || type !== "USER") {
      throw answerFailure(answer, "token_not_accepted", {
        backend: this.name,
        stage: "token",
        said: "the token is not this app's for a person, says",
      });
    }
    return {
      accessToken: token,
      tokenType: "bearer",
      scope: Array.isArray(scopes) ? scopes.join(",") : undefined,
      // 0 for those that do not end.
      expiresAt: Number(expires_at) > 0 ? new Date(Number(expires_at) * 1000) : undefined,
      answer: {},
    };
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
