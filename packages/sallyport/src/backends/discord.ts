import type { JsonObject, UserDetails } from "../identity.ts";
import { BaseOAuth2 } from "../protocols/oauth2.ts";
import { textOf } from "../protocols/profile.ts";

/** Discord: https://docs.discord.com/developers/topics/oauth2 */
export class DiscordOAuth2 extends BaseOAuth2 {
  override readonly name: string = "discord";
  override readonly title: string = "Discord";
  override readonly authorizationUrl: string = "https://discord.com/oauth2/authorize";
  override readonly accessTokenUrl: string = "https://discord.com/api/oauth2/token";
  override readonly revokeTokenUrl: string = "https://discord.com/api/oauth2/token/revoke";
  override readonly userDataUrl: string = "https://discord.com/api/users/@me";
  override readonly defaultScope: readonly string[] = ["identify", "email"];
  override readonly extraData = ["username", "global_name"];

  override getUserDetails(user: JsonObject): UserDetails {
    return {
      username: textOf(user.username),
      email: textOf(user.email),
      emailVerified: user.verified === true,
    };
  }
}
