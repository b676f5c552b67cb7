import type { JsonObject } from "../identity.ts";
import type { OAuth2Settings } from "./oauth2.ts";

/** Settings of an OpenID Connect backend; each goes before the attribute of its name. */
export interface OpenIdConnectSettings extends OAuth2Settings {
  /** The issuer, as the provider writes it: what stands before `/.well-known/openid-configuration`. */
  readonly oidcEndpoint?: string | undefined;
  /** The issuer, where it is not what {@link oidcEndpoint} says. */
  readonly idTokenIssuer?: string | undefined;
  /** Other endpoints than discovery finds. */
  readonly userinfoUrl?: string | undefined;
  readonly jwksUri?: string | undefined;
  readonly endSessionEndpoint?: string | undefined;
  readonly pushedAuthorizationUrl?: string | undefined;
  readonly usePushedRequests?: boolean | undefined;
  readonly useUserinfo?: boolean | undefined;
  readonly validateAtHash?: boolean | undefined;
  /** Seconds. */
  readonly jwtLeeway?: number | undefined;
  /** Seconds. */
  readonly idTokenMaxAge?: number | undefined;
  readonly jwtAlgorithms?: readonly string[] | undefined;
  readonly trustedAudiences?: readonly string[] | undefined;
  readonly appClientIds?: readonly string[] | undefined;
  readonly usernameKey?: string | undefined;
  readonly emailKey?: string | undefined;
  readonly firstNameKey?: string | undefined;
  readonly lastNameKey?: string | undefined;
  readonly fullNameKey?: string | undefined;
  /** What to ask for at every login. No link says otherwise. */
  readonly prompt?: string | undefined;
  readonly loginHint?: string | undefined;
  /** Seconds since the person proved who they are; a login whose proof is older is refused. */
  readonly maxAge?: number | undefined;
  /** A login by a context class that is none of these is refused. Separated by spaces. */
  readonly acrValues?: string | undefined;
  readonly claims?: JsonObject | string | undefined;
  readonly uiLocales?: string | undefined;
  readonly display?: string | undefined;
}
