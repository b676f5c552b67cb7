/** A value that JSON can carry. */
export type Json =
  | string
  | number
  | boolean
  | null
  | readonly Json[]
  | { readonly [key: string]: Json | undefined };

/** A JSON object. */
export type JsonObject = { readonly [key: string]: Json | undefined };

/** Whether a value that came as JSON is an object. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What a backend says about a person, by python-social-auth's names in camelCase. */
export interface UserDetails {
  readonly username?: string | undefined;
  readonly email?: string | undefined;
  /** Whether the provider promises that the address is this person's. Every backend must decide. */
  readonly emailVerified: boolean;
  readonly fullName?: string | undefined;
  readonly firstName?: string | undefined;
  readonly lastName?: string | undefined;
}

/** What a token endpoint answered (RFC 6749, section 5.1; RFC 5849, section 2.3). */
export interface Tokens {
  readonly accessToken: string;
  /** What OAuth 1 signs requests with, beside the client's own secret. */
  readonly tokenSecret?: string | undefined;
  readonly tokenType: string;
  readonly refreshToken?: string | undefined;
  /** Space-separated, as the provider says; undefined where it says nothing. */
  readonly scope?: string | undefined;
  /** When the access token ends, reckoned from the answer's `expires_in` (seconds). */
  readonly expiresAt?: Date | undefined;
  /** The whole answer, for providers that say more in it. */
  readonly answer: JsonObject;
}

/** Fields of a token answer that whoever has them may use: kept sealed, or not at all. */
export const secretFields = [
  "access_token",
  "refresh_token",
  "id_token",
  "oauth_token",
  "oauth_token_secret",
] as const;

/** A network that a provider says a person is affiliated with. */
export interface Network {
  /** Autonomous system number, 1 to 4294967294. */
  readonly asn: number;
  readonly name: string;
  /** What the person may do for it, as the provider's bit mask; undefined where it says nothing. */
  readonly perms?: number | undefined;
  readonly managePeeringSessions?: number | undefined;
}

/** What a login found out at the provider: who this is, and what came with it. */
export interface Identity<Response = unknown> {
  readonly provider: string;
  /** The provider's stable identifier of the account. Compared byte by byte, never empty. */
  readonly uid: string;
  readonly details: UserDetails;
  /** The provider's profile, as the backend checked it. */
  readonly response: Response;
  readonly tokens?: Tokens | undefined;
  /** What to keep with the association, besides the tokens. */
  readonly extraData: JsonObject;
  /** How the person proved who they are (RFC 8176). Undefined where the provider does not say. */
  readonly amr?: readonly string[] | undefined;
  /** Affiliations. An empty list means none; undefined means that the provider did not say. */
  readonly networks?: readonly Network[] | undefined;
}
