import type { DataField } from "../backend.ts";
import type { Stage } from "../errors.ts";
import type { Http } from "../http.ts";
import type { JsonObject, Tokens } from "../identity.ts";
import { authenticationParameters } from "../wire/authentication-request.ts";
import {
  Discovery,
  type DiscoveryTarget,
  type KnownMetadata,
  type ProviderMetadata,
} from "../wire/discovery.ts";
import {
  type IdTokenClaims,
  type IdTokenDemands,
  uncheckedClaims,
  verifyIdToken,
} from "../wire/id-token.ts";
import { KeySets } from "../wire/jwks.ts";
import type { Reader } from "../wire/published.ts";
import { type JwtSigner, jwtSigner } from "../wire/signed-jwt.ts";
import type { ClientAuthMethod, TokenClient } from "../wire/token-request.ts";
import { BaseOAuth2 } from "./oauth2.ts";
import type { OpenIdConnectSettings } from "./openid-connect-settings.ts";

/**
 * What a backend knows about an OpenID provider: where it is, how to talk to it, and which
 * keys it signs with. Extend {@link OpenIdConnectAuth}, which signs people in with it.
 */
export abstract class OpenIdConnectClient<
  Settings extends OpenIdConnectSettings = OpenIdConnectSettings,
> extends BaseOAuth2<JsonObject, Settings> {
  /** The issuer, where its discovery document is. May name settings in braces: `https://{host}`. */
  readonly oidcEndpoint: string = "";
  /** The issuer, where it is not {@link oidcEndpoint}. Compared character by character. */
  readonly idTokenIssuer: string = "";
  /** Where profiles are; discovery finds it, as the three below. */
  readonly userinfoUrl: string = "";
  /** Where the provider's keys are. */
  readonly jwksUri: string = "";
  /** Where a person signs out of the provider. */
  readonly endSessionEndpoint: string = "";
  /** Where authorization requests are pushed to; they are not for that alone. */
  override readonly pushedAuthorizationUrl: string = "";
  /** Basic where discovery lists it, or lists nothing; else post. */
  override readonly tokenEndpointAuthMethod: ClientAuthMethod | undefined = undefined;
  /** Push authorization requests (RFC 9126), also where the provider does not demand it. */
  readonly usePushedRequests: boolean = false;
  /** Ask UserInfo. Switch it off where the id_token has all that is needed. */
  readonly useUserinfo: boolean = true;
  override readonly defaultScope: readonly string[] = ["openid", "profile", "email"];
  override readonly signer: JwtSigner | undefined = jwtSigner;
  override readonly idKey: string = "sub";
  /** The claim that is the username. */
  readonly usernameKey: string = "preferred_username";
  /** The claim that is the e-mail address. `email_verified` speaks of the claim `email` only. */
  readonly emailKey: string = "email";
  /** The claim that is the first name. */
  readonly firstNameKey: string = "given_name";
  /** The claim that is the last name. */
  readonly lastNameKey: string = "family_name";
  /** The claim that is the full name. */
  readonly fullNameKey: string = "name";
  /** Algorithms that an id_token may be signed with. Never `none`, never one with a shared secret. */
  readonly jwtAlgorithms: readonly string[] = ["RS256", "PS256", "ES256", "EdDSA"];
  /** Seconds that the provider's clock may be off. */
  readonly jwtLeeway: number = 60;
  /** Seconds since an id_token was issued. */
  readonly idTokenMaxAge: number = 600;
  /** Compare an id_token's `at_hash`, where it has one, with the access token. */
  readonly validateAtHash: boolean = true;
  /** Audiences that an id_token may have besides this client. */
  readonly trustedAudiences: readonly string[] = [];
  /** Client ids of our own applications on devices, whose id_tokens sign in here, too. */
  readonly appClientIds: readonly string[] = [];
  override readonly extraData: BaseOAuth2["extraData"] = [{ sub: "id" }];
  override readonly dataFields: readonly DataField[] = Object.keys(authenticationParameters).map(
    (name) => ({ name }),
  );
  readonly #discovery = new Discovery();
  readonly #keySets = new KeySets();
  #known: Known | undefined;

  override mayRequest(url: URL): boolean {
    const { target, metadata } = this.known();
    const own = target?.endpoint ?? metadata.accessTokenUrl;
    return url.protocol === "https:" || (own !== undefined && new URL(own).origin === url.origin);
  }

  protected override bindEndpoints(): void {
    this.#known = undefined;
    this.known();
    this.algorithms();
    this.seconds("jwtLeeway");
    this.seconds("idTokenMaxAge");
    if (this.responseType !== "code") throw this.misconfigured('its responseType must be "code"');
    for (const [name, accepts] of Object.entries(authenticationParameters)) {
      const value = this.wish(name);
      if (value !== undefined && !accepts(value)) {
        throw this.misconfigured(`${settingOf(name)} is not what ${name} can be`);
      }
    }
  }

  /** The provider as it describes itself, with what the settings say instead. */
  protected async provider(http: Http, stage: Stage, now: Date): Promise<ProviderMetadata> {
    const { target, metadata } = this.known();
    if (target) return this.discovered({ backend: this.name, stage, http, now }, target, metadata);
    const silent = { requiresPushedRequests: false, namesIssuer: false, tokenAuthMethods: [] };
    // `readKnown` does not go on without a target where one of the addresses is missing.
    return { ...silent, ...(metadata as ProviderMetadata) };
  }

  /** A provider as it describes itself, read once in ten minutes. */
  protected discovered(
    reader: Reader,
    target: DiscoveryTarget,
    known: KnownMetadata = {},
  ): Promise<ProviderMetadata> {
    return this.#discovery.find(reader, target, known);
  }

  /**
   * Who must have issued an id_token: the provider that was asked. Override it for one that
   * speaks for others, each with an issuer and keys of its own. The claims are unchecked, and
   * will be checked with what comes out.
   */
  protected async issuerOf(
    _claims: JsonObject,
    provider: ProviderMetadata,
    _reader: Reader,
  ): Promise<Pick<ProviderMetadata, "issuer" | "jwksUri">> {
    return provider;
  }

  /** The claims of an id_token of the provider's, as the attributes and `more` demand it. */
  protected async verified(
    provider: ProviderMetadata,
    idToken: unknown,
    http: Http,
    { accessToken, ...more }: MoreDemands,
  ): Promise<IdTokenClaims> {
    const reader = { backend: this.name, stage: more.stage, http, now: more.now };
    const { issuer, jwksUri } = await this.issuerOf(uncheckedClaims(idToken), provider, reader);
    const demands: IdTokenDemands = {
      backend: this.name,
      issuer,
      clientId: this.clientId(),
      trustedAudiences: this.list("trustedAudiences"),
      algorithms: this.algorithms(),
      leeway: this.seconds("jwtLeeway"),
      maxAge: this.seconds("idTokenMaxAge"),
      accessToken: this.flag("validateAtHash") ? accessToken : undefined,
      ...more,
    };
    return this.#keySets.use(reader, jwksUri, (keys) => verifyIdToken(idToken, keys, demands));
  }

  /** This client at one of the provider's endpoints. */
  protected async clientAt(
    provider: ProviderMetadata,
    url: string,
    now: Date,
  ): Promise<TokenClient> {
    const methods = provider.tokenAuthMethods;
    const basic = methods.length === 0 || methods.includes("client_secret_basic");
    const found = basic ? "client_secret_basic" : "client_secret_post";
    return { ...(await this.tokenClient(url, now)), authMethod: this.clientAuthMethod() ?? found };
  }

  /** Tokens, and the id_token that came with them, unchecked. */
  protected async tokensFrom(
    provider: ProviderMetadata,
    { url, now }: { url: string; now: Date },
    exchange: (client: TokenClient) => Promise<Tokens>,
  ): Promise<readonly [Tokens, unknown]> {
    let idToken: unknown;
    const onIdToken = (came: unknown) => {
      idToken = came;
    };
    const tokens = await exchange({ ...(await this.clientAt(provider, url, now)), onIdToken });
    return [tokens, idToken];
  }

  /** The issuer, whatever the endpoint. */
  protected override issuerUrl(): string {
    return this.known().metadata.issuer ?? "";
  }

  /** Without `openid` it would be OAuth 2, and no id_token would come. */
  protected override scope(): string {
    const scopes = super.scope().split(this.scopeSeparator);
    return [...new Set(["openid", ...scopes.filter(Boolean)])].join(this.scopeSeparator);
  }

  /** What the settings ask of an authentication, by its name on the wire. */
  protected wish(name: string): string | undefined {
    const value = this.setting(settingOf(name));
    if (value === undefined || value === "") return undefined;
    return typeof value === "string" ? value : JSON.stringify(value);
  }

  /** A setting that is on or off, else the attribute. */
  protected flag(name: "usePushedRequests" | "useUserinfo" | "validateAtHash"): boolean {
    return /^true$/i.test(String(this.setting(name) ?? this[name]));
  }

  /** The issuer that the discovery document at an endpoint must name: the endpoint itself. */
  protected issuerAt(endpoint: string): string {
    return endpoint;
  }

  private known(): Known {
    this.#known ??= this.readKnown();
    return this.#known;
  }

  private readKnown(): Known {
    const endpoint = this.ownUrl("oidcEndpoint");
    const issuer = this.ownUrl("idTokenIssuer") ?? (endpoint && this.issuerAt(endpoint));
    const metadata = {
      issuer,
      authorizationUrl: this.ownUrl("authorizationUrl"),
      accessTokenUrl: this.ownUrl("accessTokenUrl"),
      jwksUri: this.ownUrl("jwksUri"),
      userinfoUrl: this.ownUrl("userinfoUrl"),
      endSessionEndpoint: this.ownUrl("endSessionEndpoint"),
      pushedAuthorizationUrl: this.ownUrl("pushedAuthorizationUrl"),
    };
    if (endpoint !== undefined && issuer !== undefined) {
      return { target: { endpoint, issuer }, metadata };
    }
    const { authorizationUrl, accessTokenUrl, jwksUri } = metadata;
    if (issuer && authorizationUrl && accessTokenUrl && jwksUri) return { metadata };
    throw this.misconfigured(`needs "oidcEndpoint", or ${this.variable("oidcEndpoint")}`);
  }

  private ownUrl(name: OwnUrl): string | undefined {
    const template = this.setting(name) ?? this[name];
    return template ? this.fillIn(String(template), name) : undefined;
  }

  private algorithms(): readonly string[] {
    const names = this.list("jwtAlgorithms");
    const wrong = names.find((name) => !/^((RS|PS|ES)(256|384|512)|EdDSA|Ed25519)$/.test(name));
    if (wrong === undefined && names.length > 0) return names;
    throw this.misconfigured(`jwtAlgorithms has no place for "${wrong ?? ""}"`);
  }

  /** A setting that is a list, else the attribute. */
  protected list(name: "jwtAlgorithms" | "trustedAudiences" | "appClientIds"): readonly string[] {
    const own = this.listSetting(name);
    return own.length > 0 ? own : this[name];
  }

  private seconds(name: "jwtLeeway" | "idTokenMaxAge"): number {
    const value = Number(this.setting(name) ?? this[name]);
    if (Number.isFinite(value) && value >= 0) return value;
    throw this.misconfigured(`${name} is a number of seconds`);
  }
}

/** What the settings and attributes say: without a target there is no discovery. */
interface Known {
  readonly target?: DiscoveryTarget;
  readonly metadata: KnownMetadata;
}

type MoreDemands = Pick<IdTokenDemands, "stage" | "now"> &
  Partial<
    Pick<
      IdTokenDemands,
      "nonce" | "maxAuthAge" | "acrValues" | "accessToken" | "code" | "otherClients"
    >
  >;

type OwnUrl =
  | "oidcEndpoint"
  | "idTokenIssuer"
  | "authorizationUrl"
  | "accessTokenUrl"
  | "jwksUri"
  | "userinfoUrl"
  | "endSessionEndpoint"
  | "pushedAuthorizationUrl";

// `max_age` is the setting `maxAge`.
function settingOf(name: string): string {
  return name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
