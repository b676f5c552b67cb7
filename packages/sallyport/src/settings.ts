import { AuthError } from "./errors.ts";
import {
  choice,
  flag,
  type Kind,
  list,
  map,
  mapOf,
  number,
  ownUrl,
  text,
} from "./setting-kinds.ts";

// The catalogue of settings, by python-social-auth's names in camelCase. Doc comments and
// defaults become docs/reference/settings.md, so they are written for that page.

/** One setting of the catalogue. */
export interface SettingEntry<Value> {
  readonly kind: Kind<Value>;
  /** What holds where nobody says anything; undefined where somebody else decides. */
  readonly usual: Value | undefined;
  /** The step that reads it. Without that step in the pipeline it would do nothing, so it is refused. */
  readonly step: string | undefined;
}

/**
 * A field to keep with the association: by its name, as `{ name: "stored under" }`, or as
 * `{ name: { as: "stored under", discard: true } }`.
 */
export type ExtraDataEntry = string | Readonly<Record<string, string | KeptField>>;

/** How a field is kept with the association. */
export interface KeptField {
  /** The name to keep it under; its own unless given. */
  readonly as?: string | undefined;
  /** Leave it out where it is null, empty, zero or false, and so keep what an earlier login brought. */
  readonly discard?: boolean | undefined;
}

/** Fields of a user that a provider can fill. */
export type DetailField = (typeof detailFields)[number];

/** Fields of a user that a provider can fill. */
export const detailFields = ["email", "firstName", "lastName", "fullName"] as const;

/** Settings of one backend, and of no site: what one provider is told is no other's business. */
export const backendSettings = {
  /** The client identifier that the provider gave. */
  clientId: entry(text),
  /** The client secret; without one the backend is a public client. */
  clientSecret: entry(text),
  /** Scopes to ask for, before the backend's own. */
  scope: entry(list(), []),
  /** Ask for `scope` only. */
  ignoreDefaultScope: entry(flag, false),
  /** More parameters for the authorization request. They never replace the protocol's own. */
  authExtraArguments: entry(map, {}),
  /** OAuth 1: more parameters for the request of a request token. */
  requestTokenExtraArguments: entry(map, {}),
  /** Another authorization endpoint than the class has. */
  authorizationUrl: entry(text),
  /** Another token endpoint than the class has. */
  accessTokenUrl: entry(text),
  /** Where tokens are renewed, where that is not the token endpoint. */
  refreshTokenUrl: entry(text),
  /** Where tokens are taken back. */
  revokeTokenUrl: entry(text),
  /** How the client proves itself at the token endpoint, where the provider leaves the choice. */
  tokenEndpointAuthMethod: entry(
    choice("client_secret_post", "client_secret_basic", "private_key_jwt", "none"),
  ),
  /** What `private_key_jwt` signs with: the text of a PKCS#8 private key in PEM (line ends may be written `\\n`), or of a JWK. */
  clientKey: entry(text),
  /** The name under which the provider knows the key (`kid`); the JWK's own unless given. */
  clientKeyId: entry(text),
  /** The algorithm, where the key can be used for several: `PS256` with an RSA key, for one. */
  clientKeyAlgorithm: entry(text),
  /** Who answers (RFC 9207): a callback that names another issuer is refused. */
  issuer: entry(text),
  /** Where authorization requests are pushed to (RFC 9126). */
  pushedAuthorizationUrl: entry(text),
  /** OAuth 2: send a PKCE challenge. Switch it off only for a provider that fails over it. */
  usePkce: entry(flag),
  /** PKCE: `S256`, or `plain` for a provider that knows no other. */
  pkceCodeChallengeMethod: entry(text),
  /** PKCE: characters in the code verifier (RFC 7636, section 4.1). */
  pkceCodeVerifierLength: entry(number(43, 128)),
  /** The field of the profile that identifies the account for good. Another one makes everybody a new person. */
  idKey: entry(text),
  /** More fields to keep with the association, after the backend's own; from the constructor also under other names. */
  extraData: entry(list<ExtraDataEntry>(), []),
  /** Keep every field that the provider sends. Tokens stay sealed. */
  getAllExtraData: entry(flag, false),
};

/** Settings of a backend, else of the site. */
export const sharedSettings = {
  /** Addresses that may sign in. With this list or the next, everybody else may not, and nobody without a verified address. */
  whitelistedEmails: entry(list(), [], "auth-allowed"),
  /** Domains whose addresses may sign in: what follows the `@`, exactly; a subdomain is another domain. */
  whitelistedDomains: entry(list(), [], "auth-allowed"),
  /** A new user's name is their address, where there is one. */
  usernameIsFullEmail: entry(flag, false, "get-username"),
  /** Characters, at random, behind a user name that is taken. */
  uuidLength: entry(number(4, 32), 8, "get-username"),
  /** User names in lower case, with hyphens between words; in place of `cleanUsernames`. */
  slugifyUsernames: entry(flag, false, "get-username"),
  /** Keep letters, digits and `.@+_-` of a user name; accents go, and everything else. */
  cleanUsernames: entry(flag, true, "get-username"),
  /** What a new user is filled with, besides the user name. */
  userFields: entry(list(...detailFields), detailFields, "create-user"),
  /** Addresses in lower case. */
  forceEmailLowercase: entry(flag, false, "social-details"),
  /** More fields that a login leaves as they are. */
  protectedUserFields: entry(list(...detailFields), [], "user-details"),
  /** Fields that a login fills while they are empty, and then leaves as they are. */
  immutableUserFields: entry(list(...detailFields), [], "user-details"),
  /** Let logins change `email`, too, which is protected otherwise. */
  noDefaultProtectedUserFields: entry(flag, false, "user-details"),
  /** Which name of the user's a detail fills in place of its own field. */
  userFieldMapping: entry(
    mapOf(["username", ...detailFields], ["firstName", "lastName", "fullName"]),
    {},
    "user-details",
  ),
  /** Demand a proof by mail of every new person whose provider does not vouch for the address. */
  forceEmailValidation: entry(flag, false, "mail-validation"),
  /** Demand it at every login, where it is demanded at all. */
  passwordless: entry(flag, false, "mail-validation"),
  /** Take tokens back at the provider when an account is disconnected. */
  revokeTokensOnDisconnect: entry(flag, false, "revoke-tokens"),
  /** Where a login leads that names no `next`, or an unsafe one. */
  loginRedirectUrl: entry(ownUrl, "/"),
  /** Where failed logins lead instead of our own page, with `error` (the code) and `backend`. */
  loginErrorUrl: entry(ownUrl),
  /** The same for disabled users; `loginErrorUrl` unless given. */
  inactiveUserUrl: entry(ownUrl),
  /** Where a first login leads, with where it would have led as `next`. */
  newUserRedirectUrl: entry(ownUrl, undefined, "redirect-new-users"),
  /** Where connecting another account leads, with where it would have led as `next`. */
  newAssociationRedirectUrl: entry(ownUrl, undefined, "redirect-new-associations"),
  /** Where disconnecting an account leads that names no `next`; `loginRedirectUrl` unless given. */
  disconnectRedirectUrl: entry(ownUrl),
  /** Parameters of `/login/:backend` that steps find again as `fields`. */
  fieldsStoredInSession: entry(list(), []),
  /** Seconds for one request to a provider; `timeouts.call` of `createAuth` unless given. */
  requestsTimeout: entry(number(1, 300)),
  /** What providers are told as `User-Agent`. */
  userAgent: entry(text, "sallyport"),
};

/** Settings of the site only. */
export const siteSettings = {
  /** Where signing out leads. */
  logoutRedirectUrl: entry(ownUrl, "/"),
  /** Hosts besides our own that redirects may name, exactly, with the port if it has one, over https. */
  allowedRedirectHosts: entry(list(), []),
  /** Seconds for which a sign-in is recent enough to connect or disconnect an account. */
  recentSignIn: entry(number(0, 31_536_000), 600),
};

/** All of them. */
export const catalogue = { ...backendSettings, ...sharedSettings, ...siteSettings };

/** A setting of the {@link catalogue}. */
export type SettingName = keyof typeof catalogue;

/** A setting that backends share. */
export type SharedName = keyof typeof sharedSettings;

/** A setting of the site only. */
export type SiteName = keyof typeof siteSettings;

/** The names of them all. */
// `Object.keys` of an object literal that nobody adds to.
export const settingNames = Object.keys(catalogue) as readonly SettingName[];

/** Of the shared ones and the site's, those that redirects follow. */
export const ownUrlNames = [
  "loginRedirectUrl",
  "loginErrorUrl",
  "inactiveUserUrl",
  "newUserRedirectUrl",
  "newAssociationRedirectUrl",
  "disconnectRedirectUrl",
  "logoutRedirectUrl",
] as const satisfies readonly SettingName[];

/** The type of a setting; unknown where it is not of the {@link catalogue}. */
export type Setting<Name extends string> = Name extends SettingName
  ? (typeof catalogue)[Name]["usual"]
  : unknown;

/** Settings of a part of the {@link catalogue}, as an application gives them. */
export type Given<Part> = {
  readonly [Name in keyof Part]?: Part[Name] extends { readonly kind: Kind<infer Value> }
    ? Value | undefined
    : never;
};

/** What an application says for all of its backends. */
export type GivenToSite = Given<typeof sharedSettings & typeof siteSettings>;

/** Environment variables, as `process.env` has them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** A place where a setting may have been given. */
export interface Place {
  readonly given: unknown;
  /** What the place is called, for whoever set it wrong. */
  readonly called: string;
}

/** Whether the catalogue has such a setting. */
export function isSettingName(name: string): name is SettingName {
  return Object.hasOwn(catalogue, name);
}

/**
 * A setting as the first place has it that has it at all, else its default.
 *
 * @throws `settings_invalid`, naming the place and what was expected there.
 */
export function readSetting<Name extends SettingName>(
  name: Name,
  places: readonly Place[],
): Setting<Name> {
  const { kind, usual } = catalogue[name];
  const found = places.find(({ given }) => given !== undefined && given !== null);
  // The catalogue's type says what its kind reads.
  if (!found) return usual as Setting<Name>;
  const value = kind.read(found.given);
  if (value !== undefined) return value as Setting<Name>;
  // What was given is not quoted: it may be a secret in the wrong place.
  const message = `${found.called} must be ${kind.expected}`;
  throw new AuthError("settings_invalid", { stage: "settings", message });
}

/** Reads a site's own settings, as they were when it started. */
export type SiteSetting = <Name extends SharedName | SiteName>(name: Name) => Setting<Name>;

/**
 * The settings of a site, where no backend is asked. All of them are read at once.
 *
 * @throws `settings_invalid`
 */
export function readSiteSettings(given: GivenToSite, environment: Environment): SiteSetting {
  const names = Object.keys({ ...sharedSettings, ...siteSettings }).filter(isSettingName);
  const known = new Map<SettingName, unknown>(
    names.map((name) => [name, readSetting(name, placesOfSite(name, given, environment))]),
  );
  // `readSetting` has given each its type.
  return (name) => known.get(name) as Setting<typeof name>;
}

/** Where a site has its own settings, and those of its backends that say nothing themselves. */
export function placesOfSite(
  name: SettingName,
  given: GivenToSite,
  environment: Environment,
): readonly Place[] {
  const variable = variableOf(name);
  return [
    // A name that is none of the site's is not among them.
    { given: (given as Readonly<Record<string, unknown>>)[name], called: `createAuth: ${name}` },
    { given: textOf(environment, variable), called: variable },
  ];
}

/** An environment variable's text. An empty one counts as none, so that it opens nothing by accident. */
export function textOf(environment: Environment, variable: string): string | undefined {
  return environment[variable] || undefined;
}

/** The variable that holds a setting: `SOCIAL_AUTH_<BACKEND>_<NAME>`, or the site's. */
export function variableOf(setting: string, backend?: string): string {
  const name = variableNames[setting] ?? setting.replace(/[A-Z]/g, (letter) => `_${letter}`);
  const parts = ["SOCIAL_AUTH", ...(backend === undefined ? [] : [backend]), name];
  return parts.join("_").toUpperCase().replaceAll("-", "_");
}

// python-social-auth's names where they are not the camelCase ones in capitals.
const variableNames: Readonly<Record<string, string>> = {
  clientId: "KEY",
  clientSecret: "SECRET",
  fullNameKey: "FULLNAME_KEY",
};

interface WithUsual<Value> extends SettingEntry<Value> {
  readonly usual: Value;
}

function entry<Value>(kind: Kind<Value>, usual: NoInfer<Value>, step?: string): WithUsual<Value>;
function entry<Value>(kind: Kind<Value>, usual?: undefined, step?: string): SettingEntry<Value>;
function entry<Value>(
  kind: Kind<Value>,
  usual?: Value | undefined,
  step?: string,
): SettingEntry<Value> {
  return { kind, usual, step };
}
