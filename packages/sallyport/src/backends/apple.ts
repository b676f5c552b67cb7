import type { Arrival, Environment } from "../backend.ts";
import type { Identity, JsonObject } from "../identity.ts";
import { OpenIdConnectAuth, type OpenIdConnectSettings } from "../protocols/openid-connect.ts";
import { fieldsOf, namesOf } from "../protocols/profile.ts";
import type { TokenClient } from "../wire/token-request.ts";

const apple = "https://appleid.apple.com";

/** Settings of {@link AppleIdAuth}; the variables have python-social-auth's names. */
export interface AppleSettings extends OpenIdConnectSettings {
  /** The Services ID (`SOCIAL_AUTH_APPLE_ID_CLIENT`). */
  readonly clientId?: string | undefined;
  /** The team's ten characters (`SOCIAL_AUTH_APPLE_ID_TEAM`). */
  readonly teamId?: string | undefined;
  /** The key's ten characters (`SOCIAL_AUTH_APPLE_ID_KEY`). */
  readonly clientKeyId?: string | undefined;
  /** The text of the `.p8` file that Apple hands out (`SOCIAL_AUTH_APPLE_ID_SECRET`). */
  readonly clientKey?: string | undefined;
}

const variables: Readonly<Record<string, string>> = {
  clientId: "CLIENT",
  teamId: "TEAM",
  clientKeyId: "KEY",
  clientKey: "SECRET",
};

/**
 * Sign in with Apple. The uid is `sub`, one for all applications of a team. The address may
 * be one of Apple's relay, which leads to the person as long as they let it.
 * https://developer.apple.com/documentation/signinwithapplerestapi
 *
 * The addresses are those of the documentation, and no discovery is asked: for some weeks of
 * 2025 Apple's document named another issuer than its tokens
 * (https://github.com/nextauthjs/next-auth/issues/13050).
 */
export class AppleIdAuth extends OpenIdConnectAuth<AppleSettings> {
  override readonly name: string = "apple-id";
  override readonly title: string = "Apple";
  override readonly idTokenIssuer: string = apple;
  override readonly authorizationUrl: string = `${apple}/auth/authorize`;
  override readonly accessTokenUrl: string = `${apple}/auth/token`;
  override readonly revokeTokenUrl: string = `${apple}/auth/revoke`;
  override readonly jwksUri: string = `${apple}/auth/keys`;
  override readonly tokenEndpointAuthMethod = "client_secret_post";
  // The only way to be answered where a name or an address is asked for.
  override readonly postCallback = true;
  override readonly defaultScope: readonly string[] = ["openid", "name", "email"];
  // Apple knows no names for accounts.
  override readonly usernameKey: string = "sub";

  override bind(environment: Environment): void {
    super.bind(environment);
    this.checkSigningKey();
    this.required("clientKeyId");
    this.required("teamId");
  }

  override variable(setting: string): string {
    const own = variables[setting];
    return own === undefined ? super.variable(setting) : `SOCIAL_AUTH_APPLE_ID_${own}`;
  }

  /**
   * Apple posts the names once, at the first login, beside the code and unsigned: whoever
   * posts may write what they like, so names is all that they are. The address is the
   * id_token's (CVE-2020-26254).
   */
  override async authComplete(arrival: Arrival): Promise<Identity<JsonObject>> {
    const identity = await super.authComplete(arrival);
    const { firstName, lastName } = fieldsOf(posted(arrival.callback.get("user")).name);
    const names = namesOf(undefined, firstName, lastName);
    return { ...identity, details: { ...identity.details, ...names } };
  }

  /**
   * The secret is a JWT, signed anew for each request.
   * https://developer.apple.com/documentation/accountorganizationaldatasharing/creating-a-client-secret
   */
  protected override async tokenClient(tokenUrl: string, now: Date): Promise<TokenClient> {
    const client = await super.tokenClient(tokenUrl, now);
    const iat = Math.floor(now.getTime() / 1000);
    const claims = { iss: this.required("teamId"), sub: client.clientId, aud: apple };
    const signed = { ...claims, iat, exp: iat + 300 };
    return {
      ...client,
      clientSecret: await this.jwtSigner().sign(await this.signingKey(), signed),
    };
  }

  private required(name: "teamId" | "clientKeyId"): string {
    const value = this.setting(name);
    if (typeof value === "string" && value !== "") return value;
    throw this.misconfigured(`needs "${name}", or ${this.variable(name)}`);
  }
}

// What is no JSON, or no object, brings no names; the login is none the worse for it.
function posted(user: string | null): JsonObject {
  try {
    return fieldsOf(JSON.parse(user ?? "{}"));
  } catch {
    return {};
  }
}
