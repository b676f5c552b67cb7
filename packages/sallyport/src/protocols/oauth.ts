import { type BackendSettings, BaseAuth, type Environment } from "../backend.ts";
import type { Http } from "../http.ts";
import type { Identity, JsonObject, Tokens, UserDetails } from "../identity.ts";
import type { backendSettings, Given } from "../settings.ts";
import { checkedUid, selectedExtraData } from "./identity-fields.ts";

/** Settings of every OAuth backend. */
export interface OAuthSettings
  extends BackendSettings,
    Pick<
      Given<typeof backendSettings>,
      | "clientId"
      | "clientSecret"
      | "scope"
      | "ignoreDefaultScope"
      | "authExtraArguments"
      | "authorizationUrl"
      | "accessTokenUrl"
      | "idKey"
    > {}

/** What OAuth 1 and OAuth 2 have in common: a client, two endpoints, scopes, and a profile that a token opens. */
export abstract class OAuthAuth<
  Profile extends object = JsonObject,
  Settings extends OAuthSettings = OAuthSettings,
> extends BaseAuth<Settings> {
  /** Where the person consents. May name settings in braces: `https://{host}/authorize`. */
  readonly authorizationUrl: string = "";
  /** Where consent becomes tokens. May name settings in braces. */
  readonly accessTokenUrl: string = "";
  /** How tokens are asked for; the standards know POST only. */
  readonly accessTokenMethod: "GET" | "POST" = "POST";
  /** The parameter that scopes are asked for with. */
  readonly scopeParameterName: string = "scope";
  /** Scopes to ask for, after the application's own. */
  readonly defaultScope: readonly string[] = [];
  /** What stands between two scopes. */
  readonly scopeSeparator: string = " ";
  /** Endpoints whose template was filled in and checked. */
  readonly #endpoints = new Map<string, string>();

  /** Fetches the profile and checks it: what comes in is unknown, what goes out has a type. */
  abstract userData(tokens: Tokens, http: Http, now: Date): Promise<Profile>;

  /** What the profile says about the person. */
  abstract getUserDetails(profile: Profile): UserDetails;

  /** The account's identifier, unchecked: {@link toIdentity} refuses what cannot be one. */
  getUserId(profile: Profile): unknown {
    return (profile as Readonly<Record<string, unknown>>)[this.setting("idKey") || this.idKey];
  }

  override bind(environment: Environment): void {
    super.bind(environment);
    this.#endpoints.clear();
    this.clientId();
    this.bindEndpoints();
  }

  override mayRequest(url: URL): boolean {
    return super.mayRequest(url) || new URL(this.endpoint("accessTokenUrl")).origin === url.origin;
  }

  /**
   * Throws where the provider sent the browser back with an error (RFC 6749, section
   * 4.1.2.1). OAuth 1 has no standard for it: `denied` and `oauth_problem` are in use.
   */
  processError(callback: URLSearchParams): void {
    const said = callback.get("error") ?? callback.get("oauth_problem");
    const error = said ?? (callback.has("denied") ? "denied" : undefined);
    if (error === undefined) return;
    if (/denied|cancell?ed|user_refused/.test(error)) {
      throw this.error("access_denied", "callback", `${this.name}: the person refused`);
    }
    const word = JSON.stringify(error.slice(0, 60));
    throw this.error("provider_refused", "callback", `${this.name}: the provider answered ${word}`);
  }

  /** Who a profile and the tokens it came with make. A missing or unusable id is refused. */
  toIdentity(profile: Profile, tokens: Tokens): Identity<Profile> {
    const uid = checkedUid(this, this.getUserId(profile));
    const details = this.getUserDetails(profile);
    return {
      provider: this.name,
      uid,
      details,
      response: profile,
      tokens,
      extraData: selectedExtraData(this, { ...tokens.answer, ...profile }, details),
    };
  }

  /** Checks the endpoints that a login needs. */
  protected bindEndpoints(): void {
    this.endpoint("authorizationUrl");
    this.endpoint("accessTokenUrl");
  }

  /** An authorization endpoint with the application's extra arguments; the protocol's own come on top. */
  protected withExtraArguments(endpoint: string): URL {
    const address = new URL(endpoint);
    const extra = Object.entries(this.setting("authExtraArguments"));
    for (const [name, value] of extra) address.searchParams.set(name, value);
    return address;
  }

  /** The scopes to ask for, as one parameter's value; empty where none are. */
  protected scope(): string {
    const own = this.setting("scope");
    const usual = this.setting("ignoreDefaultScope") ? [] : this.defaultScope;
    const scopes = new Set([...own, ...usual]);
    return [...scopes].join(this.scopeSeparator);
  }

  /** The client identifier. */
  protected clientId(): string {
    const id = this.setting("clientId");
    if (id) return id;
    throw this.misconfigured(`needs "clientId", or ${this.variable("clientId")}`);
  }

  /** The client secret; undefined for a public client. */
  protected clientSecret(): string | undefined {
    return this.setting("clientSecret") || undefined;
  }

  /** An endpoint: the setting of that name, else the attribute, with settings put in for braces. */
  protected endpoint(name: `${string}Url`): string {
    const known = this.#endpoints.get(name);
    if (known !== undefined) return known;
    const url = this.fillIn(String(this.settingOrAttribute(name)), name);
    this.#endpoints.set(name, url);
    return url;
  }

  /** A template with each `{name}` replaced by the setting, else the attribute, of that name. */
  protected fillIn(template: string, what: string): string {
    const url = template.replace(/\{(\w+)\}/g, (_, name: string) => {
      const value = this.settingOrAttribute(name);
      if (typeof value === "string" && value !== "") return value.replace(/\/+$/, "");
      throw this.misconfigured(`needs "${name}", or ${this.variable(name)}`);
    });
    if (URL.canParse(url)) return url;
    throw this.misconfigured(`${what} is not a URL: "${url}"`);
  }

  private settingOrAttribute(name: string): unknown {
    return this.setting(name) ?? (this as unknown as Readonly<Record<string, unknown>>)[name];
  }
}
