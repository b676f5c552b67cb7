import {
  type Arrival,
  type BackendSettings,
  BaseAuth,
  type DataField,
  type DepartureContext,
  type Redirect,
} from "../backend.ts";
import type { AuthError } from "../errors.ts";
import type { Identity, JsonObject, UserDetails } from "../identity.ts";
import { BaseOAuth2, type OAuth2Settings } from "../protocols/oauth2.ts";
import { fieldsOf, namesOf, textOf } from "../protocols/profile.ts";
import { NotPublic } from "../wire/public-http.ts";

/** Settings of {@link MastodonOAuth2}. */
export interface MastodonSettings extends BackendSettings {
  /** Who we are when the person consents (`SOCIAL_AUTH_MASTODON_CLIENT_NAME`); our host unless given. */
  readonly clientName?: string | undefined;
}

// The least that tells who somebody is, at servers older than 4.3 too.
const scope = "read:accounts";

/**
 * Mastodon, at the server that the person says: https://docs.joinmastodon.org/client/authorized/
 *
 * Nobody registers us by hand. Each login registers a client of its own at its server, and has
 * it in the sealed flow between the doors. The uid has the server in front, since every server
 * numbers its accounts by itself.
 */
export class MastodonOAuth2 extends BaseAuth<MastodonSettings> {
  override readonly name: string = "mastodon";
  override readonly title: string = "Mastodon";
  override readonly hostFromOutside = true;
  override readonly dataFields: readonly DataField[] = [
    { name: "host", label: "Your Mastodon server", placeholder: "mastodon.social" },
  ];

  override async authUrl(context: DepartureContext): Promise<Redirect> {
    const host = this.checkedHost(context.data.host ?? "");
    const registered = await this.register(host, context).catch((error: unknown) => {
      throw error instanceof NotPublic ? this.notPublic() : error;
    });
    const client = { host, ...registered };
    const { location, keep } = await this.serverOf(client).authUrl(context);
    return { location, keep: { ...keep, ...client } };
  }

  override authComplete(arrival: Arrival): Promise<Identity> {
    return this.serverOf(arrival.keep).authComplete(arrival);
  }

  // https://docs.joinmastodon.org/methods/apps/#create
  private async register(host: string, context: DepartureContext): Promise<JsonObject> {
    const { http, redirectUri } = context;
    const name = textOf(this.setting("clientName")) ?? new URL(redirectUri).host;
    const form = { client_name: name, redirect_uris: redirectUri, scopes: scope };
    const answer = await http.json({
      url: `https://${host}/api/v1/apps`,
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: String(new URLSearchParams(form)),
    });
    const { client_id: clientId, client_secret: clientSecret } = fieldsOf(answer);
    if (textOf(clientId) && textOf(clientSecret)) return { clientId, clientSecret };
    throw this.error("answer_invalid", "begin", `${this.name}: the server did not register us`);
  }

  private serverOf({ host, clientId, clientSecret }: JsonObject): MastodonServer {
    const client = { clientId: textOf(clientId), clientSecret: textOf(clientSecret) };
    const { extraData } = this.settings;
    const server = new MastodonServer({ host: textOf(host), ...client, extraData });
    server.bind({});
    return server;
  }

  // A name of the public internet, at the usual port; what it resolves to is checked when it is
  // asked.
  private checkedHost(said: string): string {
    // People know themselves as @ada@mastodon.social.
    const text = said.replace(/^https:\/\/|\/$/g, "").replace(/^.*@/, "");
    const url = URL.canParse(`https://${text}`) ? new URL(`https://${text}`) : undefined;
    const name = url?.hostname ?? "";
    const isName = /^([a-z0-9][a-z0-9-]{0,62}\.)+[a-z][a-z0-9-]{1,62}$/.test(name);
    if (isName && url?.href === `https://${name}/`) return name;
    throw this.notPublic();
  }

  private notPublic(): AuthError {
    return this.error("data_invalid", "begin", `${this.name}: not the name of a public server`);
  }
}

/** One server, and our client there. */
class MastodonServer extends BaseOAuth2<
  JsonObject,
  OAuth2Settings & { readonly host?: string | undefined }
> {
  override readonly name: string = "mastodon";
  override readonly authorizationUrl: string = "https://{host}/oauth/authorize";
  override readonly accessTokenUrl: string = "https://{host}/oauth/token";
  override readonly userDataUrl: string = "https://{host}/api/v1/accounts/verify_credentials";
  override readonly defaultScope: readonly string[] = [scope];
  override readonly extraData = ["username", "url"];

  override getUserId({ id }: JsonObject): unknown {
    return textOf(id) && `${this.settings.host}:${id}`;
  }

  override getUserDetails(account: JsonObject): UserDetails {
    const username = textOf(account.username);
    return { username, emailVerified: false, ...namesOf(account.display_name) };
  }
}
