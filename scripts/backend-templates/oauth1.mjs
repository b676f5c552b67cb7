import { client, getUserDetails, identity, user } from "./person.mjs";

export const suffix = "OAuth1";

export function classOf({ name, title, className }) {
  return `import type { Http } from "../http.ts";
import type { JsonObject, Tokens, UserDetails } from "../identity.ts";
import { BaseOAuth1 } from "../protocols/oauth1.ts";
import { fieldsOf, namesOf, textOf } from "../protocols/profile.ts";

/** ${title}: https://example.com/the-page-that-says-so */
export class ${className} extends BaseOAuth1 {
  override readonly name: string = "${name}";
  override readonly title: string = "${title}";
  override readonly requestTokenUrl: string = "https://example.com/oauth/request_token";
  override readonly requestTokenMethod = "POST";
  override readonly authorizationUrl: string = "https://example.com/oauth/authorize";
  override readonly accessTokenUrl: string = "https://example.com/oauth/access_token";

  override async userData(tokens: Tokens, http: Http, now: Date): Promise<JsonObject> {
    const request = { url: "https://example.com/api/user" };
    return fieldsOf(this.asJson(await this.oauthRequest(tokens, http, request, now)));
  }

${getUserDetails}
}
`;
}

export function fixture() {
  const signed = { oauth_consumer_key: "the-client", oauth_signature_method: "HMAC-SHA1" };
  const headers = { "content-type": "application/x-www-form-urlencoded" };
  const requestToken = "oauth_token=the-request-token&oauth_token_secret=the-request-secret";
  const accessToken = "oauth_token=the-access-token&oauth_token_secret=the-access-secret";
  return {
    settings: client,
    departure: {
      host: "example.com",
      path: "/oauth/authorize",
      parameters: { oauth_token: "the-request-token", redirect_uri: "{redirect_uri}" },
    },
    callback: { oauth_token: "the-request-token", oauth_verifier: "the-verifier" },
    calls: [
      {
        stage: "begin",
        method: "POST",
        url: "https://example.com/oauth/request_token",
        oauth: { ...signed, oauth_callback: "{redirect_uri}" },
        answer: { headers, body: `${requestToken}&oauth_callback_confirmed=true` },
      },
      {
        stage: "token",
        method: "POST",
        url: "https://example.com/oauth/access_token",
        oauth: { ...signed, oauth_token: "the-request-token", oauth_verifier: "the-verifier" },
        answer: { headers, body: accessToken },
      },
      {
        stage: "profile",
        method: "GET",
        url: "https://example.com/api/user",
        oauth: { ...signed, oauth_token: "the-access-token" },
        answer: { body: user },
        id: ["id"],
      },
    ],
    identity,
  };
}
