import { sha256, toBase64Url } from "#platform";
import {
  type Arrival,
  type BackendSettings,
  BaseAuth,
  type Departure,
  type DepartureContext,
  type Environment,
  type ExtraDataEntry,
} from "../backend.ts";
import type { ErrorCode } from "../errors.ts";
import type { Http } from "../http.ts";
import {
  type Identity,
  type Json,
  type JsonObject,
  secretFields,
  type Tokens,
  type UserDetails,
} from "../identity.ts";
import { randomToken } from "../seal.ts";
import {
  type ClientAuthMethod,
  exchangeCode,
  exchangeRefreshToken,
  type TokenClient,
} from "../wire/token-request.ts";

/** Settings of an OAuth 2 backend. Texts and lists of texts may come from the environment: {@link BaseAuth.variable}. */
export interface OAuth2Settings extends BackendSettings {
  /** The client identifier that the provider gave (`…_KEY`). */
  readonly clientId?: string | undefined;
  /** The client secret (`…_SECRET`); none for a public client. */
  readonly clientSecret?: string | undefined;
  /** Scopes to ask for, before the backend's own. */
  readonly scope?: readonly string[] | undefined;
  /** Ask for {@link OAuth2Settings.scope} only. */
  readonly ignoreDefaultScope?: boolean | undefined;
  /** More parameters for the authorization request. They never replace the protocol's own. */
  readonly authExtraArguments?: Readonly<Record<string, string>> | undefined;
  /** Other endpoints than the class has. */
  readonly authorizationUrl?: string | undefined;
  readonly accessTokenUrl?: string | undefined;
  readonly refreshTokenUrl?: string | undefined;
}

/**
 * The authorization code flow (RFC 6749, section 4.1) with PKCE (RFC 7636). Extend it with
 * two endpoints, {@link userData} and {@link getUserDetails}:
 *
 * ```ts
 * export class ExampleOAuth2 extends BaseOAuth2<ExampleUser> {
 *   override readonly name: string = "example";
 *   override readonly authorizationUrl = "https://example.com/authorize";
 *   override readonly accessTokenUrl = "https://example.com/token";
 *
 *   override async userData(tokens: Tokens, http: Http): Promise<ExampleUser> {
 *     const headers = { authorization: `Bearer ${tokens.accessToken}` };
 *     return toExampleUser(await http.json({ url: "https://example.com/user", headers }));
 *   }
 *
 *   override getUserDetails(user: ExampleUser): UserDetails {
 *     return { username: user.login, email: user.email, emailVerified: user.email_verified };
 *   }
 * }
 * ```
 */
export abstract class BaseOAuth2<
  Profile extends object = JsonObject,
  Settings extends OAuth2Settings = OAuth2Settings,
> extends BaseAuth<Settings> {
  /** May name settings in braces: `https://{host}/authorize`. */
  readonly authorizationUrl: string = "";
  readonly accessTokenUrl: string = "";
  /** Where tokens are renewed; {@link accessTokenUrl} unless given. */
  readonly refreshTokenUrl: string = "";
  readonly accessTokenMethod: "GET" | "POST" = "POST";
  readonly tokenEndpointAuthMethod: ClientAuthMethod = "client_secret_post";
  readonly responseType: string = "code";
  readonly scopeParameterName: string = "scope";
  readonly defaultScope: readonly string[] = [];
  readonly scopeSeparator: string = " ";
  /** Send a PKCE challenge. Switch it off only for a provider that fails over it. */
  readonly defaultUsePkce: boolean = true;
  /** `plain` only for a provider that knows no other: whoever sees the request can answer it. */
  readonly pkceDefaultCodeChallengeMethod: "S256" | "plain" = "S256";
  /** Endpoints whose template was filled in and checked. */
  readonly #endpoints = new Map<string, string>();

  /** Fetches the profile and checks it: what comes in is unknown, what goes out has a type. */
  abstract userData(tokens: Tokens, http: Http): Promise<Profile>;

  /** What the profile says about the person. */
  abstract getUserDetails(profile: Profile): UserDetails;

  /** The account's identifier, unchecked: {@link toIdentity} refuses what cannot be one. */
  getUserId(profile: Profile): unknown {
    return (profile as Readonly<Record<string, unknown>>)[this.idKey];
  }

  override bind(environment: Environment): void {
    super.bind(environment);
    this.#endpoints.clear();
    this.clientId();
    this.endpoint("authorizationUrl");
    this.endpoint("accessTokenUrl");
  }

  override mayRequest(url: URL): boolean {
    return super.mayRequest(url) || new URL(this.endpoint("accessTokenUrl")).origin === url.origin;
  }

  override async authUrl(context: DepartureContext): Promise<Departure> {
    const location = new URL(this.endpoint("authorizationUrl"));
    const query = location.searchParams;
    const extra = this.settings.authExtraArguments ?? {};
    for (const [name, value] of Object.entries(extra)) query.set(name, value);

    query.set("client_id", this.clientId());
    query.set("redirect_uri", context.redirectUri);
    if (this.responseType) query.set("response_type", this.responseType);
    if (this.stateParameter) query.set("state", context.state);
    const scope = this.scope();
    if (scope.length > 0) query.set(this.scopeParameterName, scope.join(this.scopeSeparator));

    if (!this.defaultUsePkce) return { location: location.href };
    const verifier = randomToken(96).slice(0, this.verifierLength());
    const method = this.codeChallengeMethod();
    query.set("code_challenge", method === "S256" ? await challengeOf(verifier) : verifier);
    query.set("code_challenge_method", method);
    return { location: location.href, keep: { verifier } };
  }

  override async authComplete(arrival: Arrival): Promise<Identity<Profile>> {
    this.processError(arrival.callback);
    const { callback, redirectUri, keep, now } = arrival;
    const verifier = typeof keep.verifier === "string" ? keep.verifier : undefined;
    const grant = { callback, redirectUri, verifier };
    const tokens = await exchangeCode(this.tokenClient(), grant, arrival.http.at("token"), now);
    const profile = await this.userData(tokens, arrival.http.at("profile"));
    return this.toIdentity(profile, tokens);
  }

  override refreshToken(refreshToken: string, http: Http, now: Date): Promise<Tokens> {
    const tokenUrl = this.endpoint(this.refreshTokenUrl ? "refreshTokenUrl" : "accessTokenUrl");
    return exchangeRefreshToken({ ...this.tokenClient(), tokenUrl }, refreshToken, http, now);
  }

  /** Throws where the provider sent the browser back with an error (RFC 6749, section 4.1.2.1). */
  processError(callback: URLSearchParams): void {
    const error = callback.get("error") ?? (callback.has("denied") ? "denied" : undefined);
    if (error === undefined) return;
    if (/denied|cancell?ed/.test(error)) {
      throw this.error("access_denied", "callback", `${this.name}: the person refused`);
    }
    const word = JSON.stringify(error.slice(0, 60));
    throw this.error("provider_refused", "callback", `${this.name}: the provider answered ${word}`);
  }

  /** Who a profile and the tokens it came with make. A missing or unusable id is refused. */
  toIdentity(profile: Profile, tokens: Tokens): Identity<Profile> {
    return {
      provider: this.name,
      uid: this.checkedUid(this.getUserId(profile)),
      details: this.getUserDetails(profile),
      response: profile,
      tokens,
      extraData: this.selectExtraData({ ...tokens.answer, ...profile }),
    };
  }

  /** The code for an error word of the token endpoint that the standard does not have. */
  protected tokenErrorCode(_error: string): ErrorCode | undefined {
    return undefined;
  }

  protected codeChallengeMethod(): "S256" | "plain" {
    return this.pkceDefaultCodeChallengeMethod;
  }

  /** Characters in a code verifier: the shortest, 43, carry 256 random bits. */
  protected verifierLength(): number {
    return 43;
  }

  /** An endpoint: the setting of that name, else the attribute, with settings put in for braces. */
  protected endpoint(name: "authorizationUrl" | "accessTokenUrl" | "refreshTokenUrl"): string {
    const known = this.#endpoints.get(name);
    if (known !== undefined) return known;
    const url = this.fillIn(String(this.setting(name) ?? this[name]), name);
    this.#endpoints.set(name, url);
    return url;
  }

  /** A template with each `{name}` replaced by the setting, else the attribute, of that name. */
  protected fillIn(template: string, what: string): string {
    const url = template.replace(/\{(\w+)\}/g, (_, name: string) => {
      const own = (this as unknown as Readonly<Record<string, unknown>>)[name];
      const value = this.setting(name) ?? own;
      if (typeof value === "string" && value !== "") return value.replace(/\/+$/, "");
      throw this.misconfigured(`needs "${name}", or ${this.variable(name)}`);
    });
    if (URL.canParse(url)) return url;
    throw this.misconfigured(`${what} is not a URL: "${url}"`);
  }

  private clientId(): string {
    const id = this.setting("clientId");
    if (typeof id === "string" && id !== "") return id;
    throw this.misconfigured(`needs "clientId", or ${this.variable("clientId")}`);
  }

  private scope(): readonly string[] {
    const own = this.listSetting("scope");
    const ownOnly = /^true$/i.test(String(this.setting("ignoreDefaultScope")));
    return [...new Set(ownOnly ? own : [...own, ...this.defaultScope])];
  }

  private tokenClient(): TokenClient {
    const secret = this.setting("clientSecret");
    return {
      backend: this.name,
      clientId: this.clientId(),
      clientSecret: typeof secret === "string" && secret !== "" ? secret : undefined,
      authMethod: this.tokenEndpointAuthMethod,
      tokenUrl: this.endpoint("accessTokenUrl"),
      method: this.accessTokenMethod,
      errorCode: (error) => this.tokenErrorCode(error),
    };
  }

  // python-social-auth turns a missing id into the text "None", which all such people then
  // share. A number that JSON could not carry exactly would be shared just so.
  private checkedUid(id: unknown): string {
    const uid = typeof id === "number" && Number.isSafeInteger(id) ? String(id) : id;
    if (typeof uid === "string" && uid.trim() !== "" && uid.length <= 255) return uid;
    const got = typeof id === "string" ? `text of ${id.length} characters` : typeof id;
    throw this.error(
      "uid_missing",
      "identity",
      `${this.name}: expected an id in "${this.idKey}" and got ${id === null ? "null" : got}`,
    );
  }

  private selectExtraData(fields: Readonly<Record<string, unknown>>): JsonObject {
    const entries: readonly ExtraDataEntry[] = [
      ...(this.getAllExtraData ? Object.keys(fields) : []),
      ...this.extraData,
      ...(this.settings.extraData ?? []),
    ];
    const names = entries.flatMap((entry) =>
      typeof entry === "string" ? [[entry, entry] as const] : Object.entries(entry),
    );
    // Both the profile and the token answer came as JSON.
    // Tokens are kept by themselves, sealed, and under no other name.
    const open = names.filter(([name]) => !secretNames.has(name));
    return Object.fromEntries(open.map(([name, alias]) => [alias, fields[name] as Json]));
  }
}

const secretNames: ReadonlySet<string> = new Set(secretFields);

/** `S256` of a code verifier (RFC 7636, section 4.2). */
export async function challengeOf(verifier: string): Promise<string> {
  return toBase64Url(await sha256(verifier));
}
