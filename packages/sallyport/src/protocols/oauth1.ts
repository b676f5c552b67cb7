import type { Arrival, DepartureContext, Environment, Redirect } from "../backend.ts";
import type { Http, HttpAnswer, HttpRequest } from "../http.ts";
import type { Identity, JsonObject, Tokens } from "../identity.ts";
import { sameText } from "../seal.ts";
import type { backendSettings, Given } from "../settings.ts";
import { describe, parseJson } from "../wire/bounded-http.ts";
import { type SignatureMethod, signedRequest } from "../wire/oauth1-signature.ts";
import {
  exchangeRequestToken,
  fetchRequestToken,
  type OAuth1Client,
  parseForm,
  type RequestToken,
  signingOf,
} from "../wire/oauth1-token-request.ts";
import { parseXml, type XmlElement } from "../wire/xml.ts";
import { OAuthAuth, type OAuthSettings } from "./oauth.ts";

export type { SignatureMethod } from "../wire/oauth1-signature.ts";
export { childOf, type XmlElement } from "../wire/xml.ts";

/** Settings of an OAuth 1 backend. */
export interface OAuth1Settings
  extends OAuthSettings,
    Pick<Given<typeof backendSettings>, "requestTokenExtraArguments"> {
  /** The client secret (`…_SECRET`). For RSA-SHA1 the client's private key: PKCS #8, as PEM. */
  readonly clientSecret?: string | undefined;
  /** Another endpoint than the class has. */
  readonly requestTokenUrl?: string | undefined;
}

/**
 * OAuth 1.0a (RFC 5849): a request token, the person's consent, an access token, and calls
 * that are signed. Extend it with three endpoints, {@link userData} and
 * {@link getUserDetails}:
 *
 * ```ts
 * export class ExampleOAuth1 extends BaseOAuth1<ExampleUser> {
 *   override readonly name: string = "example";
 *   override readonly requestTokenUrl: string = "https://example.com/oauth/request_token";
 *   override readonly authorizationUrl: string = "https://example.com/oauth/authorize";
 *   override readonly accessTokenUrl: string = "https://example.com/oauth/access_token";
 *
 *   override async userData(tokens: Tokens, http: Http, now: Date): Promise<ExampleUser> {
 *     const request = { url: "https://example.com/user" };
 *     return toExampleUser(this.asJson(await this.oauthRequest(tokens, http, request, now)));
 *   }
 *
 *   override getUserDetails(user: ExampleUser): UserDetails {
 *     return { username: user.login, emailVerified: false };
 *   }
 * }
 * ```
 */
export abstract class BaseOAuth1<
  Profile extends object = JsonObject,
  Settings extends OAuth1Settings = OAuth1Settings,
> extends OAuthAuth<Profile, Settings> {
  override readonly stateParameter: boolean = false;
  override readonly redirectState: boolean = true;
  /** Where a login begins with a request token. May name settings in braces. */
  readonly requestTokenUrl: string = "";
  /** How request tokens are asked for. The standard knows POST only; GET is python-social-auth's. */
  readonly requestTokenMethod: "GET" | "POST" = "GET";
  /** The parameter of both redirects that has the request token. */
  readonly oauthTokenParameterName: string = "oauth_token";
  /** The parameter that tells the authorization endpoint, too, where to come back to. */
  readonly redirectUriParameterName: string = "redirect_uri";
  /** How requests are signed. PLAINTEXT hands the secrets out, so use it over https only. */
  readonly signatureMethod: SignatureMethod = "HMAC-SHA1";
  /**
   * `1.0` only for a provider that has never mended the protocol: it may then leave out the
   * verifier, and whoever sends somebody else to its page gets in with their account.
   * https://oauth.net/advisories/2009-1/
   */
  readonly oauthVersion: "1.0a" | "1.0" = "1.0a";

  override bind(environment: Environment): void {
    super.bind(environment);
    const secret = this.requiredSecret();
    if (this.signatureMethod === "RSA-SHA1" && !secret.includes("-----BEGIN PRIVATE KEY-----")) {
      throw this.misconfigured(
        `${this.variable("clientSecret")} is no private key: PKCS #8, as PEM`,
      );
    }
  }

  override mayRequest(url: URL): boolean {
    return super.mayRequest(url) || new URL(this.endpoint("requestTokenUrl")).origin === url.origin;
  }

  override async authUrl({ http, redirectUri, now }: DepartureContext): Promise<Redirect> {
    const requested = await fetchRequestToken(this.client(), redirectUri, http, now);
    const { token, tokenSecret, confirmed } = requested;
    if (!confirmed && this.oauthVersion === "1.0a") {
      const message = `${this.name}: the request token came without oauth_callback_confirmed=true`;
      throw this.error("answer_invalid", "begin", message);
    }
    const location = this.withExtraArguments(this.endpoint("authorizationUrl"));
    location.searchParams.set(this.oauthTokenParameterName, token);
    location.searchParams.set(this.redirectUriParameterName, redirectUri);
    return { location: location.href, keep: { token, tokenSecret, confirmed } };
  }

  override async authComplete({ http, callback, keep, now }: Arrival): Promise<Identity<Profile>> {
    this.processError(callback);
    const requestToken: RequestToken = {
      token: String(keep.token),
      tokenSecret: String(keep.tokenSecret),
      confirmed: keep.confirmed !== false,
    };
    const token = this.only(callback, this.oauthTokenParameterName);
    if (token === undefined || !sameText(token, requestToken.token)) {
      throw this.error(
        "callback_invalid",
        "callback",
        `${this.name}: the callback's ${this.oauthTokenParameterName} is not this login's`,
      );
    }
    const verifier = this.only(callback, "oauth_verifier");
    if (verifier === undefined && requestToken.confirmed) {
      const message = `${this.name}: expected one oauth_verifier in the callback`;
      throw this.error("callback_invalid", "callback", message);
    }
    const grant = { requestToken, verifier };
    const tokens = await exchangeRequestToken(this.client(), grant, http.at("token"), now);
    const profile = await this.userData(tokens, http.at("profile"), now);
    return this.toIdentity(profile, tokens);
  }

  /**
   * A call in a person's name, signed (RFC 5849, section 3.1): its 2xx answer, for
   * {@link asJson}, {@link asForm} or {@link asXml}.
   *
   * @throws what {@link Http.ok} throws.
   */
  async oauthRequest(
    { accessToken: token, tokenSecret }: Tokens,
    http: Http,
    request: HttpRequest,
    now = new Date(),
  ): Promise<HttpAnswer> {
    const client = this.client();
    const credentials = { ...client.credentials, token, tokenSecret };
    return http.ok(await signedRequest(request, signingOf({ ...client, credentials }, now)));
  }

  /** The JSON of a profile's answer, unchecked. */
  protected asJson(answer: HttpAnswer): unknown {
    return parseJson(answer) ?? this.unreadable("JSON", answer);
  }

  /** The fields of a profile's answer that came as a form. */
  protected asForm(answer: HttpAnswer): Readonly<Record<string, string>> {
    return parseForm(answer) ?? this.unreadable("a form", answer);
  }

  /** The root element of a profile's answer that came as XML. */
  protected asXml(answer: HttpAnswer): XmlElement {
    try {
      return parseXml(answer.text);
    } catch (cause) {
      return this.unreadable("XML", answer, cause);
    }
  }

  protected override bindEndpoints(): void {
    super.bindEndpoints();
    this.endpoint("requestTokenUrl");
  }

  private client(): OAuth1Client {
    const requestToken = new URL(this.endpoint("requestTokenUrl"));
    const scope = this.scope();
    if (scope) requestToken.searchParams.set(this.scopeParameterName, scope);
    const extra = Object.entries(this.setting("requestTokenExtraArguments"));
    for (const [name, value] of extra) requestToken.searchParams.set(name, value);
    return {
      backend: this.name,
      credentials: { clientId: this.clientId(), clientSecret: this.requiredSecret() },
      signatureMethod: this.signatureMethod,
      requestToken: { url: requestToken.href, method: this.requestTokenMethod },
      accessToken: { url: this.endpoint("accessTokenUrl"), method: this.accessTokenMethod },
    };
  }

  private requiredSecret(): string {
    const secret = this.clientSecret();
    if (secret !== undefined) return secret;
    throw this.misconfigured(`needs "clientSecret", or ${this.variable("clientSecret")}`);
  }

  /** The value of a parameter that is there once, and says something. */
  private only(callback: URLSearchParams, name: string): string | undefined {
    const values = callback.getAll(name);
    return values.length === 1 && values[0] !== "" ? values[0] : undefined;
  }

  private unreadable(expected: string, answer: HttpAnswer, cause?: unknown): never {
    const message = `${this.name}: expected ${expected} and got ${describe(answer)}`;
    throw this.error("answer_invalid", "profile", message, { cause });
  }
}
