import { AuthError, type ErrorCode, type Stage } from "./errors.ts";
import type { Html } from "./html.ts";
import type { Http } from "./http.ts";
import type { Identity, JsonObject, Tokens } from "./identity.ts";
import {
  type backendSettings,
  type Environment,
  type ExtraDataEntry,
  type Given,
  type GivenToSite,
  isSettingName,
  placesOfSite,
  readSetting,
  type Setting,
  settingNames,
  sharedSettings,
  textOf,
  variableOf,
} from "./settings.ts";

export type { Environment, ExtraDataEntry, KeptField } from "./settings.ts";

/** Where to send the browser, or the page to show it. */
export type Departure = Redirect | OwnPage;

/** The browser leaves for the provider. */
export interface Redirect extends Kept {
  readonly location: string;
}

/** The browser is shown a page first. */
export interface OwnPage extends Kept {
  readonly page: DeparturePage;
}

/** What the backend needs again when the browser comes back. */
interface Kept {
  /** Sealed into the flow's cookie, never shown to the browser. Keep it small. */
  readonly keep?: JsonObject | undefined;
}

/** A page of the backend's own, such as a form that leads to its callback. */
export interface DeparturePage {
  readonly title: string;
  readonly body: Html;
  /** The one script that may run in it, to the letter; the page runs it at its end. */
  readonly script?: string | undefined;
  /** Other sites' origins whose scripts and frames may run in it, and open windows: a provider's widget. */
  readonly origins?: readonly string[] | undefined;
}

/** A document that tells a provider about us, for anybody to read. */
export interface Metadata {
  readonly contentType: string;
  readonly text: string;
}

/** What a backend is handed when a login begins. */
export interface DepartureContext {
  readonly http: Http;
  /** Our address for the answer; carries the redirect state already, where the backend uses it. */
  readonly redirectUri: string;
  /** The login's state. Login checks it on the way back; a backend only sends it along. */
  readonly state: string;
  /** What the person, or the link, said: of {@link BaseAuth.dataFields}, those that were. */
  readonly data: Readonly<Record<string, string>>;
  readonly now: Date;
}

/** Something that may be said when a login begins: an address, a host, a hint. */
export interface DataField {
  readonly name: string;
  /** What a page asks for it. Without a label nobody is asked, and only a link can say it. */
  readonly label?: string | undefined;
  /** An example, shown in the empty field. */
  readonly placeholder?: string | undefined;
}

/** What a backend is handed when the browser is back, its state checked and used up. */
export interface Arrival {
  readonly http: Http;
  readonly redirectUri: string;
  /** Those of {@link BaseAuth.trustedHeaders} that the request has, by lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  /** The parameters that the provider sent. */
  readonly callback: URLSearchParams;
  /** What {@link Departure.keep} held. */
  readonly keep: JsonObject;
  /**
   * True for the first caller with this key, over any number of processes: for nonces and
   * assertions that count once. The key is the backend's own.
   */
  readonly once: (key: string, expiresAt: Date) => Promise<boolean>;
  readonly now: Date;
}

/** What a backend is handed with a token that did not come through a browser. */
export interface TokenContext {
  readonly http: Http;
  /** What the application had put into the token; undefined where it had nothing. */
  readonly nonce?: string | undefined;
  readonly now: Date;
}

/** Settings that every backend takes, from its constructor or from the environment. */
export interface BackendSettings
  extends Given<typeof sharedSettings>,
    Pick<Given<typeof backendSettings>, "extraData" | "getAllExtraData"> {}

/**
 * A provider. Extend a protocol's class where there is one; extend this where there is
 * none: {@link authUrl} says where to go, {@link authComplete} who came back. A backend
 * sees values only, never a cookie, a session or the database, and the state is checked
 * before it is asked.
 *
 * Attributes are fields and keep python-social-auth's names in camelCase. Annotate those
 * that a subclass may change: `readonly name: string = "example"`. No constructor reads
 * them, since a subclass's fields are set after its base's constructor has run.
 */
export abstract class BaseAuth<Settings extends BackendSettings = BackendSettings> {
  /** The key: in routes, in the database, in settings. Lower-case letters, digits and hyphens. */
  abstract readonly name: string;
  /** What people read on the button; the name unless given. */
  readonly title: string = "";
  /** The state travels as a parameter of its own. */
  readonly stateParameter: boolean = true;
  /** That parameter's name in the protocol. */
  readonly stateParameterName: string = "state";
  /** The state travels in our own address as `redirect_state`, where the protocol has no place for it. */
  readonly redirectState: boolean = false;
  /** The provider sends its answer as a form's POST. It may send it as a query, too. */
  readonly postCallback: boolean = false;
  /** What is asked, or taken from the link, when a login begins. */
  readonly dataFields: readonly DataField[] = [];
  /** The provider's host is what the person said: only public addresses are asked. */
  readonly hostFromOutside: boolean = false;
  /** The field of the profile that identifies the account for good. */
  readonly idKey: string = "id";
  /** Fields of the profile or the token answer to keep with the association. */
  readonly extraData: readonly ExtraDataEntry[] = [];
  /** Keep every field, not only those of {@link extraData}. */
  readonly getAllExtraData: boolean = false;
  /** The provider's addresses are not proven: no address from it counts as verified. */
  readonly requiresEmailValidation: boolean = false;
  /** The address is the account, so it is proven at every login. */
  readonly passwordless: boolean = false;
  /** Steps of the pipeline without which the backend must not be used. */
  readonly neededSteps: readonly string[] = [];

  readonly settings: Settings;
  #environment: Environment = {};
  /** What the application says for all of its backends. */
  #site: GivenToSite = {};
  /** Settings that were looked up; a login asks for several of them again and again. */
  readonly #known = new Map<string, unknown>();

  constructor(settings?: Settings) {
    // Every member of a settings type is optional, so an empty object is one.
    this.settings = settings ?? ({} as Settings);
  }

  /** Where to send the browser. May call the provider first. */
  abstract authUrl(context: DepartureContext): Promise<Departure>;

  /** Who came back. Throws an `AuthError` where the provider or the person refused. */
  abstract authComplete(arrival: Arrival): Promise<Identity>;

  /**
   * Renews an access token. The answer may bring a new refresh token, which replaces the old.
   * `kept` is the association's extra data: what was kept when the person signed in.
   */
  refreshToken?(refreshToken: string, http: Http, now: Date, kept: JsonObject): Promise<Tokens>;

  /**
   * Who a token is about that an application on a device was given. Makes sure first that it
   * was given to this client: whoever runs another could else sign in as each of its people.
   * A backend that cannot tell leaves this out. What {@link authComplete} checks of a person
   * is checked here, too.
   *
   * @throws `token_not_accepted`
   */
  identityFromToken?(token: string, context: TokenContext): Promise<Identity>;

  /** Tells the provider that a token is no longer wanted. False where it has no place for that. */
  revokeToken?(token: string, http: Http, now: Date): Promise<boolean>;

  /** What a provider is to know about us, answered at `/metadata/:backend`; none unless given. */
  metadata?(redirectUri: string): Metadata;

  /**
   * Where a browser signs out of the provider, and comes back from to `returnTo`; undefined
   * where the provider has no such place.
   */
  endSessionUrl?(
    context: Pick<DepartureContext, "http" | "now">,
    wish: { readonly returnTo: string },
  ): Promise<string | undefined>;

  /** Called by `createAuth` before {@link bind}: what the application says for all of its backends. */
  joinSite(given: GivenToSite): void {
    this.#site = given;
    this.#known.clear();
  }

  /**
   * Called once by `createAuth`, which hands over the environment; checks that every
   * setting is there.
   *
   * @throws `settings_invalid`, naming the setting and the variable.
   */
  bind(environment: Environment): void {
    this.#environment = environment;
    this.#known.clear();
    if (!/^[a-z0-9][a-z0-9-]*$/.test(this.name)) {
      throw this.misconfigured(
        `its name "${this.name}" may have lower-case letters, digits and hyphens only`,
      );
    }
    if (!this.stateParameter && !this.redirectState) {
      throw this.misconfigured("the state must travel: as stateParameter or as redirectState");
    }
    for (const name of settingNames) this.setting(name);
  }

  /** Headers of the callback that the backend reads: those that a proxy in front of us sets. */
  trustedHeaders(): readonly string[] {
    return [];
  }

  /** Whether a request may go to this address. Only https, unless the backend's own endpoints say otherwise. */
  mayRequest(url: URL): boolean {
    return url.protocol === "https:";
  }

  /** The name of the environment variable that holds a setting: `SOCIAL_AUTH_<BACKEND>_<NAME>`. */
  variable(setting: string): string {
    return variableOf(setting, this.name);
  }

  /**
   * A setting as given to the constructor, else its environment variable's, else, where the
   * catalogue says that backends share it, the site's. Those that the catalogue does not have,
   * a subclass's own, come as they were given, unchecked.
   */
  setting<Name extends string>(name: Name): Setting<Name> {
    if (!this.#known.has(name)) this.#known.set(name, this.#find(name));
    // `readSetting` has checked it; one that the catalogue does not have is unknown.
    return this.#known.get(name) as Setting<Name>;
  }

  #find(name: string): unknown {
    const given = (this.settings as Readonly<Record<string, unknown>>)[name];
    const variable = this.variable(name);
    const text = textOf(this.#environment, variable);
    if (!isSettingName(name)) return given ?? text;
    const own = [
      { given, called: `backend ${this.name}: ${name}` },
      { given: text, called: variable },
    ];
    const shared = Object.hasOwn(sharedSettings, name);
    const places = shared ? placesOfSite(name, this.#site, this.#environment) : [];
    return readSetting(name, [...own, ...places]);
  }

  /** The same for a list; in the environment it is separated by spaces or commas. */
  protected listSetting(name: string): readonly string[] {
    const value = this.setting(name);
    if (Array.isArray(value)) return value.map(String);
    return typeof value === "string" ? value.split(/[\s,]+/).filter(Boolean) : [];
  }

  /** An `AuthError` of this backend. */
  protected error(
    code: ErrorCode,
    stage: Stage,
    message: string,
    more: { cause?: unknown; retryAfter?: number | undefined } = {},
  ): AuthError {
    return new AuthError(code, { stage, backend: this.name, message, ...more });
  }

  /** A `settings_invalid` of this backend. */
  protected misconfigured(what: string): AuthError {
    return this.error("settings_invalid", "settings", `backend ${this.name}: ${what}`);
  }
}
