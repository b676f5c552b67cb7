import type { Environment } from "../backend.ts";
import type { ErrorCode } from "../errors.ts";
import type { JsonObject } from "../identity.ts";
import type { backendSettings, Given } from "../settings.ts";
import { clientAssertion } from "../wire/client-assertion.ts";
import type { JwtSigner, SigningKey } from "../wire/signed-jwt.ts";
import type { ClientAuthMethod, TokenClient } from "../wire/token-request.ts";
import { OAuthAuth, type OAuthSettings } from "./oauth.ts";

/** Settings of an OAuth 2 backend. */
export interface OAuth2Settings
  extends OAuthSettings,
    Pick<
      Given<typeof backendSettings>,
      | "refreshTokenUrl"
      | "revokeTokenUrl"
      | "pushedAuthorizationUrl"
      | "issuer"
      | "tokenEndpointAuthMethod"
      | "clientKey"
      | "clientKeyId"
      | "clientKeyAlgorithm"
      | "usePkce"
    > {}

/**
 * What a backend knows about itself as a client of an OAuth 2 server: how it proves who it
 * is, and whose answers it takes. Extend {@link BaseOAuth2}, which signs people in.
 */
export abstract class OAuth2Client<
  Profile extends object = JsonObject,
  Settings extends OAuth2Settings = OAuth2Settings,
> extends OAuthAuth<Profile, Settings> {
  /**
   * The provider's issuer (RFC 9207). Where it is given, an answer that names another is
   * refused; without it nobody looks. OpenID Connect knows it as `idTokenIssuer`.
   */
  readonly issuer: string = "";
  /** The provider promises to name its issuer in each answer: one without is refused. */
  readonly namesIssuer: boolean = false;
  /** How a POST for tokens is written; the standard knows `form` only. */
  readonly accessTokenPayload: "form" | "json" = "form";
  /** How we prove to the token endpoint who we are. Undefined leaves it to the provider's metadata. */
  readonly tokenEndpointAuthMethod: ClientAuthMethod | undefined = "client_secret_post";
  /**
   * What signs for `private_key_jwt`: `jwtSigner` of `sallyport/protocols/jwt-signer`. OpenID
   * Connect has it; a backend of plain OAuth 2 that proves itself with a key sets it.
   */
  readonly signer: JwtSigner | undefined = undefined;
  #signingKey: Promise<SigningKey> | undefined;

  override bind(environment: Environment): void {
    this.#signingKey = undefined;
    super.bind(environment);
    const issuer = this.issuerUrl();
    if (this.namesIssuer && issuer === "") throw this.misconfigured('needs "issuer"');
    if (this.clientAuthMethod() === "private_key_jwt") this.checkSigningKey();
  }

  /** The code for an error word of the token endpoint that the standard does not have. */
  protected tokenErrorCode(_error: string): ErrorCode | undefined {
    return undefined;
  }

  /** The issuer; empty where none is known. */
  protected issuerUrl(): string {
    const template = String(this.setting("issuer") ?? this.issuer);
    return template && this.fillIn(template, "issuer");
  }

  /** Refuses an answer of another issuer than the one that was asked (RFC 9207, section 2.4). */
  protected checkIssuer(
    callback: URLSearchParams,
    { issuer, namesIssuer }: { readonly issuer: string; readonly namesIssuer: boolean },
  ): void {
    const named = callback.getAll("iss");
    if (issuer === "" || (named.length === 0 && !namesIssuer)) return;
    if (named.length === 1 && named[0] === issuer) return;
    const what = named.length === 0 ? "names no issuer" : "names another issuer";
    throw this.error("callback_invalid", "callback", `${this.name}: the callback ${what}`);
  }

  /** How the client proves itself: the setting, else the attribute. */
  protected clientAuthMethod(): ClientAuthMethod | undefined {
    return this.setting("tokenEndpointAuthMethod") ?? this.tokenEndpointAuthMethod;
  }

  /** This client at an endpoint that it must prove itself to, for one request. */
  protected async tokenClient(tokenUrl: string, now: Date): Promise<TokenClient> {
    const authMethod = this.clientAuthMethod();
    return {
      backend: this.name,
      clientId: this.clientId(),
      clientSecret: this.clientSecret(),
      clientAssertion: authMethod === "private_key_jwt" ? await this.assertion(now) : undefined,
      authMethod: authMethod ?? "client_secret_post",
      tokenUrl,
      method: this.accessTokenMethod,
      payload: this.accessTokenPayload,
      errorCode: (error) => this.tokenErrorCode(error),
    };
  }

  /** The private key of {@link OAuth2Settings.clientKey}. */
  protected signingKey(): Promise<SigningKey> {
    this.#signingKey ??= this.readSigningKey();
    return this.#signingKey;
  }

  /** Whether there is a key to sign with, as far as that can be seen before it is used. */
  protected checkSigningKey(): void {
    const { isKey, algorithms } = this.jwtSigner();
    const variable = this.variable("clientKey");
    const text = this.text("clientKey");
    if (text === undefined) throw this.misconfigured(`needs "clientKey", or ${variable}`);
    if (!isKey(text)) {
      throw this.misconfigured("clientKey is no private key in PEM (PKCS#8), and no JWK");
    }
    const algorithm = this.text("clientKeyAlgorithm");
    if (algorithm === undefined || algorithms.includes(algorithm)) return;
    const choice = algorithms.join(", ");
    throw this.misconfigured(`clientKeyAlgorithm is one of ${choice}, not "${algorithm}"`);
  }

  /** What signs for this client. */
  protected jwtSigner(): JwtSigner {
    if (this.signer) return this.signer;
    throw this.misconfigured('private_key_jwt needs "signer", which OpenID Connect has');
  }

  private async assertion(now: Date): Promise<string> {
    const audience = this.issuerUrl() || this.endpoint("accessTokenUrl");
    const facts = { clientId: this.clientId(), audience, now };
    return clientAssertion(this.jwtSigner(), await this.signingKey(), facts);
  }

  private async readSigningKey(): Promise<SigningKey> {
    const key = await this.jwtSigner().readKey(this.text("clientKey") ?? "", {
      algorithm: this.text("clientKeyAlgorithm"),
      keyId: this.text("clientKeyId"),
    });
    if (key) return key;
    throw this.misconfigured("clientKey cannot be used to sign, or not with clientKeyAlgorithm");
  }

  private text(name: "clientKey" | "clientKeyId" | "clientKeyAlgorithm"): string | undefined {
    const value = this.setting(name);
    return typeof value === "string" && value !== "" ? value : undefined;
  }
}
