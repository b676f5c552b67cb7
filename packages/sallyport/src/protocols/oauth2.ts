import { sha256, toBase64Url } from "#platform";
import type { Arrival, DepartureContext, Redirect } from "../backend.ts";
import type { Http } from "../http.ts";
import type { Identity, JsonObject, Tokens } from "../identity.ts";
import { randomToken } from "../seal.ts";
import { pushRequest } from "../wire/pushed-request.ts";
import { type RevokeMethod, requestRevocation } from "../wire/revocation-request.ts";
import { exchangeCode, exchangeRefreshToken, type TokenClient } from "../wire/token-request.ts";
import { OAuth2Client, type OAuth2Settings } from "./oauth2-client.ts";
import { fieldsOf } from "./profile.ts";

export type { OAuth2Settings } from "./oauth2-client.ts";

/**
 * The authorization code flow (RFC 6749, section 4.1) with PKCE (RFC 7636). Extend it with
 * three endpoints and {@link getUserDetails}:
 *
 * ```ts
 * export class ExampleOAuth2 extends BaseOAuth2 {
 *   override readonly name: string = "example";
 *   override readonly authorizationUrl: string = "https://example.com/authorize";
 *   override readonly accessTokenUrl: string = "https://example.com/token";
 *   override readonly userDataUrl: string = "https://example.com/user";
 *
 *   override getUserDetails(user: JsonObject): UserDetails {
 *     const [username, email] = [textOf(user.login), textOf(user.email)];
 *     return { username, email, emailVerified: user.email_verified === true };
 *   }
 * }
 * ```
 */
export abstract class BaseOAuth2<
  Profile extends object = JsonObject,
  Settings extends OAuth2Settings = OAuth2Settings,
> extends OAuth2Client<Profile, Settings> {
  /** Where tokens are renewed; {@link accessTokenUrl} unless given. */
  readonly refreshTokenUrl: string = "";
  /** Where tokens are taken back (RFC 7009); nowhere unless given. */
  readonly revokeTokenUrl: string = "";
  /** How tokens are taken back; the standard knows POST only. */
  readonly revokeTokenMethod: RevokeMethod = "POST";
  /** Where authorization requests are pushed to (RFC 9126); they are not unless given. */
  readonly pushedAuthorizationUrl: string = "";
  /** Where {@link userData} asks for the profile. May name settings in braces. */
  readonly userDataUrl: string = "";
  /** What is asked for at the authorization endpoint; empty leaves the parameter out. */
  readonly responseType: string = "code";
  /** Send a PKCE challenge. Switch it off only for a provider that fails over it. */
  readonly defaultUsePkce: boolean = true;
  /** `plain` only for a provider that knows no other: whoever sees the request can answer it. */
  readonly pkceDefaultCodeChallengeMethod: "S256" | "plain" = "S256";

  override async authUrl(context: DepartureContext): Promise<Redirect> {
    const endpoint = this.endpoint("authorizationUrl");
    const departure = await this.authorizationRequest(endpoint, context);
    if (!this.setting("pushedAuthorizationUrl") && !this.pushedAuthorizationUrl) return departure;
    const client = await this.tokenClient(this.endpoint("pushedAuthorizationUrl"), context.now);
    return this.pushed(endpoint, departure, client, context.http);
  }

  /** The authorization request (RFC 6749, section 4.1.1), and what must be known again later. */
  protected async authorizationRequest(
    endpoint: string,
    context: DepartureContext,
  ): Promise<Redirect> {
    const location = this.withExtraArguments(endpoint);
    const query = location.searchParams;
    query.set("client_id", this.clientId());
    query.set("redirect_uri", context.redirectUri);
    if (this.responseType) query.set("response_type", this.responseType);
    if (this.stateParameter) query.set(this.stateParameterName, context.state);
    const scope = this.scope();
    if (scope) query.set(this.scopeParameterName, scope);
    if (this.postCallback) query.set("response_mode", "form_post");

    if (!(this.setting("usePkce") ?? this.defaultUsePkce)) return { location: location.href };
    const verifier = randomToken(96).slice(0, this.verifierLength());
    const method = this.codeChallengeMethod();
    query.set("code_challenge", method === "S256" ? await challengeOf(verifier) : verifier);
    query.set("code_challenge_method", method);
    return { location: location.href, keep: { verifier } };
  }

  /**
   * The same departure, with the request handed to the provider itself (RFC 9126) by the
   * client at its endpoint for that: the browser brings only what stands for it.
   */
  protected async pushed(
    endpoint: string,
    { location, keep }: Redirect,
    client: TokenClient,
    http: Http,
  ): Promise<Redirect> {
    const { searchParams } = new URL(location);
    const requestUri = await pushRequest(client, client.tokenUrl, searchParams, http);
    const short = new URL(endpoint);
    short.searchParams.set("client_id", client.clientId);
    short.searchParams.set("request_uri", requestUri);
    return { location: short.href, keep };
  }

  override async authComplete(arrival: Arrival): Promise<Identity<Profile>> {
    const { callback, redirectUri, keep, now } = arrival;
    this.checkIssuer(callback, { issuer: this.issuerUrl(), namesIssuer: this.namesIssuer });
    this.processError(callback);
    const verifier = typeof keep.verifier === "string" ? keep.verifier : undefined;
    const grant = { callback, redirectUri, verifier };
    const client = await this.tokenClient(this.endpoint("accessTokenUrl"), now);
    const tokens = await exchangeCode(client, grant, arrival.http.at("token"), now);
    const profile = await this.userData(tokens, arrival.http.at("profile"), now);
    return this.toIdentity(profile, tokens);
  }

  /**
   * Fetches the profile, from {@link userDataUrl} and as it is. Override it for a provider that
   * needs more than one answer, or to check the profile once and give it a type.
   */
  override async userData(tokens: Tokens, http: Http, _now: Date): Promise<Profile> {
    // Only a class that leaves `Profile` at its default leaves this as it is.
    return fieldsOf(await this.askApi(this.userDataUrl, tokens, http)) as Profile;
  }

  override async refreshToken(refreshToken: string, http: Http, now: Date): Promise<Tokens> {
    const own = this.setting("refreshTokenUrl") || this.refreshTokenUrl;
    const tokenUrl = this.endpoint(own ? "refreshTokenUrl" : "accessTokenUrl");
    const client = await this.tokenClient(tokenUrl, now);
    return exchangeRefreshToken(client, refreshToken, http, now);
  }

  /** Tells the provider that a token is no longer wanted. False where it has no place for that. */
  override async revokeToken(token: string, http: Http, now: Date): Promise<boolean> {
    if (!this.setting("revokeTokenUrl") && this.revokeTokenUrl === "") return false;
    const url = this.endpoint("revokeTokenUrl");
    const client = await this.tokenClient(url, now);
    await requestRevocation(client, { url, method: this.revokeTokenMethod, token }, http);
    return true;
  }

  /** Asks the provider's API with the access token, in the header (RFC 6750, section 2.1). */
  protected askApi(template: string, { accessToken }: Tokens, http: Http): Promise<unknown> {
    const headers = { accept: "application/json", authorization: `Bearer ${accessToken}` };
    return http.json({ url: this.fillIn(template, "userDataUrl"), headers });
  }

  /** The challenge that is sent; by default the attribute's. */
  protected codeChallengeMethod(): "S256" | "plain" {
    return this.pkceDefaultCodeChallengeMethod;
  }

  /** Characters in a code verifier: the shortest, 43, carry 256 random bits. */
  protected verifierLength(): number {
    return 43;
  }
}

/** `S256` of a code verifier (RFC 7636, section 4.2). */
export async function challengeOf(verifier: string): Promise<string> {
  return toBase64Url(await sha256(verifier));
}
