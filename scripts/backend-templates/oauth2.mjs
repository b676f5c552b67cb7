import { client, getUserDetails, identity, user } from "./person.mjs";

export const suffix = "OAuth2";

export function classOf(names) {
  return oauth2Class(names, "BaseOAuth2", "oauth2");
}

/** The class, on top of one of the two that speak OAuth 2. */
export function oauth2Class({ name, title, className }, base, module) {
  return `import type { JsonObject, UserDetails } from "../identity.ts";
import { ${base} } from "../protocols/${module}.ts";
import { namesOf, textOf } from "../protocols/profile.ts";

/** ${title}: https://example.com/the-page-that-says-so */
export class ${className} extends ${base} {
  override readonly name: string = "${name}";
  override readonly title: string = "${title}";
  override readonly authorizationUrl: string = "https://example.com/oauth/authorize";
  override readonly accessTokenUrl: string = "https://example.com/oauth/token";
  override readonly userDataUrl: string = "https://example.com/api/user";
  override readonly defaultScope: readonly string[] = ["profile"];

${getUserDetails}
}
`;
}

export function fixture() {
  const sent = { client_id: "the-client", redirect_uri: "{redirect_uri}" };
  return {
    settings: client,
    departure: {
      host: "example.com",
      path: "/oauth/authorize",
      parameters: {
        ...sent,
        response_type: "code",
        scope: "profile",
        state: "{state}",
        code_challenge: "{code_challenge}",
        code_challenge_method: "S256",
      },
    },
    callback: { code: "the-code" },
    calls: [
      {
        stage: "token",
        method: "POST",
        url: "https://example.com/oauth/token",
        form: {
          ...sent,
          grant_type: "authorization_code",
          code: "the-code",
          code_verifier: "{code_verifier}",
          client_secret: "the-client-secret",
        },
        answer: { body: { access_token: "the-access-token", token_type: "Bearer" } },
      },
      {
        stage: "profile",
        method: "GET",
        url: "https://example.com/api/user",
        headers: { authorization: "Bearer the-access-token" },
        answer: { body: user },
        id: ["id"],
      },
    ],
    identity,
  };
}
