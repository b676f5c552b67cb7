import type { DataField } from "../backend.ts";
import type { Http } from "../http.ts";
import type { UserDetails } from "../identity.ts";
import { OpenIdAuth, type OpenIdProfile, type OpenIdSettings } from "../protocols/openid.ts";
import { fieldsOf, textOf } from "../protocols/profile.ts";

/** Settings of {@link SteamOpenId}. */
export interface SteamSettings extends OpenIdSettings {
  /** A Web API key (`SOCIAL_AUTH_STEAM_API_KEY`). Without one nothing but the SteamID is known. */
  readonly apiKey?: string | undefined;
}

/**
 * Steam: https://partner.steamgames.com/doc/features/auth (its part on web sites). The uid is the 64-bit
 * SteamID. An OpenID of Steam's comes without a name or an address; with a Web API key the
 * public profile is read: https://partner.steamgames.com/doc/webapi/ISteamUser#GetPlayerSummaries
 */
export class SteamOpenId extends OpenIdAuth<SteamSettings> {
  override readonly name: string = "steam";
  override readonly title: string = "Steam";
  override readonly url: string = "https://steamcommunity.com/openid";
  override readonly dataFields: readonly DataField[] = [];
  readonly apiUrl: string = "https://api.steampowered.com";

  override getUserId({ identityUrl }: OpenIdProfile): string {
    const [, steamId] = steamIdPattern.exec(identityUrl) ?? [];
    if (steamId !== undefined) return steamId;
    throw this.error("uid_missing", "identity", `${this.name}: the OpenID is not one of Steam's`);
  }

  override getUserDetails({ values }: OpenIdProfile): UserDetails {
    return { username: textOf(fieldsOf(values.player).personaname), emailVerified: false };
  }

  override async userData(profile: OpenIdProfile, http: Http): Promise<OpenIdProfile> {
    const steamids = this.getUserId(profile);
    const key = textOf(this.setting("apiKey"));
    if (key === undefined) return profile;
    const query = new URLSearchParams({ key, steamids });
    const url = `${this.apiUrl}/ISteamUser/GetPlayerSummaries/v2/?${query}`;
    const { players } = fieldsOf(fieldsOf(await http.json({ url })).response);
    // Who has set up no profile is in no list.
    const found = Array.isArray(players) ? players.map(fieldsOf) : [];
    const player = found.find(({ steamid }) => steamid === steamids);
    return { ...profile, values: { ...profile.values, player } };
  }
}

const steamIdPattern = /^https:\/\/steamcommunity\.com\/openid\/id\/(\d{17,25})$/;
