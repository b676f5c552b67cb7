import type { Http } from "../http.ts";
import type { Identity, Network, Tokens, UserDetails } from "../identity.ts";
import { BaseOAuth2, type OAuth2Settings } from "../protocols/oauth2.ts";
import { fieldsOf, textOf } from "../protocols/profile.ts";

/**
 * The bits of `perms` and `manage_peering_sessions`, by grainy's constants, which
 * PeeringDB's code uses. The drawing in PeeringDB's documentation has them the other way
 * round: https://github.com/20c/grainy/blob/main/src/grainy/const.py
 */
export const PeeringDBPerms = { READ: 1, UPDATE: 2, CREATE: 4, DELETE: 8 } as const;

/** Whether a bit mask allows to change anything. Every member may read, so truth is not enough. */
export function mayWrite(perms: number): boolean {
  const { UPDATE, CREATE, DELETE } = PeeringDBPerms;
  return (perms & (UPDATE | CREATE | DELETE)) !== 0;
}

/** A network that a person is affiliated with, through its organisation. */
export interface PeeringDBNetwork extends Network {
  /** PeeringDB's id of the network, which is not its ASN. */
  readonly id: number | undefined;
  readonly perms: number;
  readonly managePeeringSessions: number;
}

/** A person, as https://auth.peeringdb.com/profile/v1 has them. */
export interface PeeringDBProfile {
  /** Never changes, and is the only key to link by. */
  readonly id: number;
  readonly name: string;
  readonly givenName: string;
  readonly familyName: string;
  /** Null once the account is closed. */
  readonly email: string | null;
  /** Somebody vetted the person once; it does not end when they leave. */
  readonly verifiedUser: boolean;
  /** The address is confirmed; may go back to false. */
  readonly verifiedEmail: boolean;
  /** Undefined where PeeringDB gave no list that can be read; an empty one means none. */
  readonly networks: readonly PeeringDBNetwork[] | undefined;
  /** A set: PeeringDB's code and its documentation order it differently. */
  readonly amr: ReadonlySet<string> | undefined;
}

/** Settings of {@link PeeringDBOAuth2}. */
export interface PeeringDBSettings extends OAuth2Settings {
  /** Another PeeringDB than production: a sandbox, or a beta. Moves every endpoint. */
  readonly url?: string | undefined;
}

/**
 * PeeringDB: people in the internet's interconnection business, whom somebody has
 * verified, and the networks they are affiliated with.
 * https://docs.peeringdb.com/oauth/
 */
export class PeeringDBOAuth2 extends BaseOAuth2<PeeringDBProfile, PeeringDBSettings> {
  override readonly name: string = "peeringdb";
  override readonly title: string = "PeeringDB";
  readonly url: string = "https://auth.peeringdb.com";
  // With their slashes: a POST to an address without one ends in Django's redirect.
  override readonly authorizationUrl: string = "{url}/oauth2/authorize/";
  override readonly accessTokenUrl: string = "{url}/oauth2/token/";
  override readonly revokeTokenUrl: string = "{url}/oauth2/revoke_token/";
  readonly profileUrl: string = "{url}/profile/v1";
  override readonly defaultScope: readonly string[] = ["profile", "email", "networks", "amr"];
  override readonly extraData = ["networks", "amr"];

  /**
   * Asks `/profile/v1` and not the userinfo endpoint, which knows neither `amr` nor
   * `manage_peering_sessions`. A token that is no longer good gets 403 with an empty body.
   */
  override async userData(tokens: Tokens, http: Http): Promise<PeeringDBProfile> {
    const headers = { authorization: `Bearer ${tokens.accessToken}` };
    return toProfile(await http.json({ url: this.fillIn(this.profileUrl, "profileUrl"), headers }));
  }

  override getUserDetails(profile: PeeringDBProfile): UserDetails {
    return {
      username: profile.givenName,
      email: profile.email ?? undefined,
      emailVerified: profile.verifiedEmail,
      fullName: profile.name.trim(),
      firstName: profile.givenName,
      lastName: profile.familyName,
    };
  }

  /** PeeringDB lets unverified people through and leaves the decision to us. */
  override toIdentity(profile: PeeringDBProfile, tokens: Tokens): Identity<PeeringDBProfile> {
    const identity = super.toIdentity(profile, tokens);
    if (!profile.verifiedUser || !profile.verifiedEmail) {
      const what = profile.verifiedUser ? "verified_email" : "verified_user";
      throw this.error("account_unverified", "identity", `${this.name}: ${what} is not true`);
    }
    const { networks, amr } = profile;
    return {
      ...identity,
      networks,
      amr: amr && [...amr],
      // As the provider names them, so that what is kept reads like PeeringDB's own profile.
      extraData: { ...identity.extraData, networks: networks?.map(toWire), amr: amr && [...amr] },
    };
  }

  /**
   * Whoever withdraws the app at PeeringDB kills the access token only: the refresh token
   * goes on working and brings tokens with an empty scope, which open nothing.
   */
  override async refreshToken(refreshToken: string, http: Http, now: Date): Promise<Tokens> {
    const tokens = await super.refreshToken(refreshToken, http, now);
    if (tokens.scope !== "") return tokens;
    throw this.error("token_revoked", "refresh", `${this.name}: the new tokens have no scope`);
  }
}

function toProfile(answer: unknown): PeeringDBProfile {
  const fields = fieldsOf(answer);
  const { networks, amr } = fields;
  return {
    // A missing id is refused by `toIdentity`, which says so.
    id: fields.id as number,
    name: textOf(fields.name) ?? "",
    givenName: textOf(fields.given_name) ?? "",
    familyName: textOf(fields.family_name) ?? "",
    email: textOf(fields.email) ?? null,
    verifiedUser: fields.verified_user === true,
    verifiedEmail: fields.verified_email === true,
    networks: Array.isArray(networks) ? readNetworks(networks) : undefined,
    amr: Array.isArray(amr)
      ? new Set(amr.filter((method) => typeof method === "string"))
      : undefined,
  };
}

// Entries without a usable ASN say nothing; a list of nothing else is no list.
function readNetworks(entries: readonly unknown[]): readonly PeeringDBNetwork[] | undefined {
  const networks = entries.map(toNetwork).filter((network) => network !== undefined);
  return networks.length === 0 && entries.length > 0 ? undefined : networks;
}

function toNetwork(entry: unknown): PeeringDBNetwork | undefined {
  const fields = fieldsOf(entry);
  const asn = wholeNumber(fields.asn);
  // 0 and 4294967295 are reserved (RFC 7607, RFC 7300).
  if (asn === undefined || asn < 1 || asn > 4294967294) return undefined;
  return {
    id: wholeNumber(fields.id),
    asn,
    name: textOf(fields.name) ?? `AS${asn}`,
    perms: wholeNumber(fields.perms) ?? 0,
    managePeeringSessions: wholeNumber(fields.manage_peering_sessions) ?? 0,
  };
}

function toWire({ id, asn, name, perms, managePeeringSessions }: PeeringDBNetwork) {
  return { id, asn, name, perms, manage_peering_sessions: managePeeringSessions };
}

function wholeNumber(value: unknown): number | undefined {
  const number =
    typeof value === "string" && /^\d{1,10}$/.test(value.trim()) ? Number(value) : value;
  return typeof number === "number" && Number.isSafeInteger(number) ? number : undefined;
}
