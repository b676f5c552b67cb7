import { client } from "./person.mjs";

export const suffix = "OpenIdConnect";

export function classOf({ name, title, className }) {
  return `import type { JsonObject, UserDetails } from "../identity.ts";
import { OpenIdConnectAuth } from "../protocols/openid-connect.ts";

/** ${title}: https://example.com/the-page-that-says-so */
export class ${className} extends OpenIdConnectAuth {
  override readonly name: string = "${name}";
  override readonly title: string = "${title}";
  override readonly oidcEndpoint: string = "https://example.com";

  override getUserDetails(profile: JsonObject): UserDetails {
    // Take this method away where a page of the provider's promises what email_verified says.
    return { ...super.getUserDetails(profile), emailVerified: false };
  }
}
`;
}

export function fixture() {
  return {
    settings: client,
    departure: {
      host: "example.com",
      path: "/authorize",
      parameters: {
        client_id: "the-client",
        redirect_uri: "{redirect_uri}",
        response_type: "code",
        scope: "openid profile email",
        state: "{state}",
        nonce: "{nonce}",
        code_challenge: "{code_challenge}",
        code_challenge_method: "S256",
      },
    },
    callback: { code: "the-code" },
    idToken: { claims: { iss: "https://example.com", sub: "248289761001" } },
    calls: [
      {
        stage: "begin",
        method: "GET",
        url: "https://example.com/.well-known/openid-configuration",
        answer: {
          body: {
            issuer: "https://example.com",
            authorization_endpoint: "https://example.com/authorize",
            token_endpoint: "https://example.com/token",
            userinfo_endpoint: "https://example.com/userinfo",
            jwks_uri: "https://example.com/jwks",
          },
        },
      },
      {
        stage: "token",
        method: "POST",
        url: "https://example.com/token",
        headers: { authorization: "Basic the-client:the-client-secret" },
        form: {
          redirect_uri: "{redirect_uri}",
          grant_type: "authorization_code",
          code: "the-code",
          code_verifier: "{code_verifier}",
        },
        answer: {
          body: {
            access_token: "the-access-token",
            token_type: "Bearer",
            id_token: "{id_token}",
          },
        },
      },
      {
        stage: "identity",
        method: "GET",
        url: "https://example.com/jwks",
        answer: { headers: { "content-type": "application/json" }, body: "{jwks}" },
      },
      {
        stage: "profile",
        method: "GET",
        url: "https://example.com/userinfo",
        headers: { authorization: "Bearer the-access-token" },
        answer: {
          body: {
            sub: "248289761001",
            preferred_username: "ada",
            name: "Ada Lovelace",
            given_name: "Ada",
            family_name: "Lovelace",
            email: "ada@example.com",
            email_verified: true,
          },
        },
      },
    ],
    identity: {
      uid: "248289761001",
      details: {
        username: "ada",
        email: "ada@example.com",
        emailVerified: false,
        fullName: "Ada Lovelace",
        firstName: "Ada",
        lastName: "Lovelace",
      },
      extraData: ["id"],
    },
  };
}
