import type { Arrival, DepartureContext, Redirect, TokenContext } from "../backend.ts";
import { AuthError } from "../errors.ts";
import type { Http } from "../http.ts";
import type { Identity, Json, JsonObject, Tokens, UserDetails } from "../identity.ts";
import { randomToken } from "../seal.ts";
import { authenticationParameters } from "../wire/authentication-request.ts";
import type { ProviderMetadata } from "../wire/discovery.ts";
import { changedClaim, contextName, contextOf } from "../wire/id-token-context.ts";
import { exchangeCode, exchangeRefreshToken } from "../wire/token-request.ts";
import { OpenIdConnectClient } from "./openid-connect-client.ts";
import type { OpenIdConnectSettings } from "./openid-connect-settings.ts";
import { fieldsOf, textOf } from "./profile.ts";

export type { OpenIdConnectSettings } from "./openid-connect-settings.ts";

/**
 * OpenID Connect's authorization code flow (OpenID Connect Core, section 3.1), with
 * discovery, PKCE and a nonce. A provider that says everything in its discovery document
 * needs two lines:
 *
 * ```ts
 * export class ExampleOpenIdConnect extends OpenIdConnectAuth {
 *   override readonly name: string = "example";
 *   override readonly oidcEndpoint: string = "https://login.example.com";
 * }
 * ```
 *
 * The profile is what the id_token and UserInfo say together.
 */
export abstract class OpenIdConnectAuth<
  Settings extends OpenIdConnectSettings = OpenIdConnectSettings,
> extends OpenIdConnectClient<Settings> {
  override readonly name: string = "oidc";

  override async authUrl(context: DepartureContext): Promise<Redirect> {
    const provider = await this.provider(context.http, "begin", context.now);
    const request = await this.authorizationRequest(provider.authorizationUrl, context);
    const location = new URL(request.location);
    const query = location.searchParams;
    const nonce = randomToken();
    query.set("nonce", nonce);
    this.ask(query, context.data);
    const keep = {
      ...request.keep,
      nonce,
      maxAge: query.get("max_age") ?? undefined,
      acrValues: query.get("acr_values") ?? undefined,
    };
    const departure = { location: location.href, keep };
    const pushUrl = this.pushUrl(provider);
    if (pushUrl === undefined) return departure;
    const client = await this.clientAt(provider, pushUrl, context.now);
    return this.pushed(provider.authorizationUrl, departure, client, context.http);
  }

  override async authComplete(arrival: Arrival): Promise<Identity<JsonObject>> {
    const { callback, redirectUri, keep, http, now } = arrival;
    const provider = await this.provider(http, "callback", now);
    this.checkIssuer(callback, provider);
    this.processError(callback);

    const verifier = typeof keep.verifier === "string" ? keep.verifier : undefined;
    const at = { url: provider.accessTokenUrl, now };
    const [tokens, idToken] = await this.tokensFrom(provider, at, (client) =>
      exchangeCode(client, { callback, redirectUri, verifier }, http.at("token"), now),
    );
    const claims = await this.verified(provider, idToken, http, {
      stage: "identity",
      now,
      // A flow without one was not begun by `authUrl`, and no token fits it.
      nonce: typeof keep.nonce === "string" ? keep.nonce : randomToken(),
      maxAuthAge: keep.maxAge === undefined ? undefined : Number(keep.maxAge),
      acrValues: keep.acrValues === undefined ? undefined : String(keep.acrValues).split(" "),
      accessToken: tokens.accessToken,
      code: callback.get("code") ?? undefined,
    });
    const asks = this.flag("useUserinfo") && provider.userinfoUrl !== undefined;
    const userinfo = asks ? await this.userData(tokens, http.at("profile"), now) : undefined;
    if (userinfo && userinfo.sub !== claims.sub) {
      const message = `${this.name}: UserInfo and the id_token are not about the same person`;
      throw this.error("id_token_invalid", "profile", message);
    }
    const answer = { ...tokens.answer, id_token: String(idToken) };
    return this.toIdentity(merged(claims, userinfo), { ...tokens, answer });
  }

  /**
   * Who an id_token is about that an application on a device was given: for this client or
   * one of {@link appClientIds}, with all that a login demands of one. UserInfo is not asked,
   * since no access token comes along.
   */
  override async identityFromToken(
    token: string,
    { http, nonce, now }: TokenContext,
  ): Promise<Identity<JsonObject>> {
    const provider = await this.provider(http, "identity", now);
    const maxAge = this.wish("max_age");
    const demands = {
      stage: "identity",
      now,
      nonce,
      maxAuthAge: maxAge === undefined ? undefined : Number(maxAge),
      acrValues: this.wish("acr_values")?.split(" "),
      otherClients: this.list("appClientIds"),
    } as const;
    const claims = await this.verified(provider, token, http, demands).catch((error: unknown) => {
      // Here it was not the provider who sent it.
      if (!(error instanceof AuthError && error.code === "id_token_invalid")) throw error;
      throw this.error("token_not_accepted", "identity", error.message);
    });
    const answer = { id_token: token };
    const { tokens: _none, ...identity } = this.toIdentity(merged(claims), {
      accessToken: "",
      tokenType: "",
      answer,
    });
    return identity;
  }

  /** What UserInfo says (OpenID Connect Core, section 5.3). */
  override async userData({ accessToken }: Tokens, http: Http, now: Date): Promise<JsonObject> {
    const { userinfoUrl: url = "" } = await this.provider(http, "profile", now);
    const headers = { accept: "application/json", authorization: `Bearer ${accessToken}` };
    return fieldsOf(await http.json({ url, headers }));
  }

  override getUserId(profile: JsonObject): unknown {
    return profile[this.key("idKey")];
  }

  /**
   * The standard claims, by the names that the key attributes give them. An address counts as
   * verified where `email_verified` is true, or the text `true`, as some providers send it,
   * and the address is the claim `email`, of which alone it speaks (section 5.1).
   */
  override getUserDetails(profile: JsonObject): UserDetails {
    const claim = (key: DetailKey) => textOf(profile[this.key(key)]);
    const email = claim("emailKey");
    const verified = profile.email_verified === true || profile.email_verified === "true";
    return {
      username: claim("usernameKey"),
      email,
      emailVerified: verified && email !== undefined && email === profile.email,
      fullName: claim("fullNameKey"),
      firstName: claim("firstNameKey"),
      lastName: claim("lastNameKey"),
    };
  }

  /** Keeps the id_token, sealed, and what of it a refresh must not change. */
  override toIdentity(profile: JsonObject, tokens: Tokens): Identity<JsonObject> {
    const identity = super.toIdentity(profile, tokens);
    const { amr } = profile;
    const extraData = {
      ...identity.extraData,
      id_token: tokens.answer.id_token,
      [contextName]: contextOf(profile),
    };
    return { ...identity, amr: Array.isArray(amr) ? amr.filter(isText) : undefined, extraData };
  }

  /**
   * Renews the tokens. An id_token that comes along is checked, and must be about the login
   * that it goes on with (OpenID Connect Core, section 12.2).
   */
  override async refreshToken(
    refreshToken: string,
    http: Http,
    now: Date,
    kept: JsonObject = {},
  ): Promise<Tokens> {
    const provider = await this.provider(http, "refresh", now);
    const own = this.setting("refreshTokenUrl") || this.refreshTokenUrl;
    const url = own ? this.endpoint("refreshTokenUrl") : provider.accessTokenUrl;
    const [tokens, idToken] = await this.tokensFrom(provider, { url, now }, (client) =>
      exchangeRefreshToken(client, refreshToken, http, now),
    );
    if (idToken === undefined) return tokens;
    const { accessToken } = tokens;
    const claims = await this.verified(provider, idToken, http, {
      stage: "refresh",
      now,
      accessToken,
    });
    const changed = changedClaim(kept[contextName], claims);
    if (changed === undefined) return tokens;
    const message = `${this.name}: the refreshed id_token has another ${changed}`;
    throw this.error("id_token_invalid", "refresh", message);
  }

  /**
   * Where to send a browser to sign out of the provider, too (OpenID Connect RP-Initiated
   * Logout, section 2); undefined where the provider has no such place. `returnTo` must be
   * registered at the provider.
   */
  override async endSessionUrl(
    context: Pick<DepartureContext, "http" | "now">,
    wish: { idToken?: string; returnTo?: string; state?: string; logoutHint?: string } = {},
  ): Promise<string | undefined> {
    const { endSessionEndpoint } = await this.provider(context.http, "request", context.now);
    if (endSessionEndpoint === undefined) return undefined;
    const url = new URL(endSessionEndpoint);
    const query = {
      client_id: this.clientId(),
      id_token_hint: wish.idToken,
      post_logout_redirect_uri: wish.returnTo,
      state: wish.state,
      logout_hint: wish.logoutHint,
    };
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined) url.searchParams.set(name, value);
    }
    return url.href;
  }

  /** Adds what the settings ask of the authentication; what they leave open a link may say. */
  private ask(query: URLSearchParams, data: Readonly<Record<string, string>>): void {
    for (const [name, accepts] of Object.entries(authenticationParameters)) {
      const own = this.wish(name);
      if (own !== undefined) query.set(name, own);
      const said = data[name];
      if (said === undefined || query.has(name)) continue;
      if (accepts(said)) query.set(name, said);
      else throw this.error("data_invalid", "begin", `${this.name}: ${name} cannot be that`);
    }
  }

  /** Where the request is pushed to; undefined where neither the provider nor we want it so. */
  private pushUrl(provider: ProviderMetadata): string | undefined {
    if (!provider.requiresPushedRequests && !this.flag("usePushedRequests")) return undefined;
    if (provider.pushedAuthorizationUrl !== undefined) return provider.pushedAuthorizationUrl;
    const message = `${this.name}: ${provider.issuer} has no endpoint for pushed requests`;
    throw this.error("discovery_failed", "begin", message);
  }

  private key(name: DetailKey | "idKey"): string {
    return String(this.setting(name) ?? this[name]);
  }
}

type DetailKey = "usernameKey" | "emailKey" | "firstNameKey" | "lastNameKey" | "fullNameKey";

// Claims about the login and not the person: what UserInfo says of them counts for nothing.
const ofTheLogin = [
  ...["iss", "sub", "aud", "azp", "exp", "iat", "nbf", "nonce"],
  ...["auth_time", "acr", "amr", "at_hash", "c_hash"],
];

function merged(claims: JsonObject, userinfo: JsonObject = {}): JsonObject {
  // An address, and whether it is verified, are taken from one place.
  const { email, email_verified } = "email" in userinfo ? userinfo : claims;
  const login = ofTheLogin.map((name) => [name, claims[name]] as const);
  return { ...claims, ...userinfo, email, email_verified, ...Object.fromEntries(login) };
}

function isText(value: Json): value is string {
  return typeof value === "string";
}
