import { hmac, sha256, toHex } from "#platform";
import {
  type Arrival,
  type BackendSettings,
  BaseAuth,
  type DepartureContext,
  type Environment,
  type OwnPage,
} from "../backend.ts";
import type { AuthError } from "../errors.ts";
import { html } from "../html.ts";
import type { Identity, JsonObject, UserDetails } from "../identity.ts";
import { checkedUid, selectedExtraData } from "../protocols/identity-fields.ts";
import { namesOf, textOf } from "../protocols/profile.ts";
import { sameText } from "../seal.ts";

/** Settings of {@link TelegramAuth}. */
export interface TelegramSettings extends BackendSettings {
  /** What BotFather gave (`SOCIAL_AUTH_TELEGRAM_BOT_TOKEN`); `/setdomain` there names our host. */
  readonly botToken?: string | undefined;
  /** The bot's user name, without an `@` (`SOCIAL_AUTH_TELEGRAM_BOT_NAME`). */
  readonly botName?: string | undefined;
  /** Seconds since the person proved who they are: 600 unless given, 86400 at most. */
  readonly authDateMaxAge?: number | undefined;
}

/**
 * Telegram's login widget: https://core.telegram.org/widgets/login. There is no code to
 * exchange and no profile to fetch: a page of ours shows the widget, and who the person is
 * comes back with the browser, signed with the bot's token. An answer counts once. Telegram
 * knows of no address.
 */
export class TelegramAuth extends BaseAuth<TelegramSettings> {
  override readonly name: string = "telegram";
  override readonly title: string = "Telegram";
  override readonly stateParameter: boolean = false;
  override readonly redirectState: boolean = true;
  override readonly extraData = [...optionalFields, "id", "auth_date"];
  readonly widgetUrl: string = "https://telegram.org/js/telegram-widget.js?22";
  /** Where the widget's frame comes from. */
  readonly frameOrigin: string = "https://oauth.telegram.org";

  override bind(environment: Environment): void {
    super.bind(environment);
    if (!/^\d+:[\w-]+$/.test(this.botToken())) {
      throw this.misconfigured(`needs "botToken", or ${this.variable("botToken")}: 123456:ABC-…`);
    }
    if (!/^\w+$/.test(this.botName())) {
      throw this.misconfigured(
        `needs "botName", or ${this.variable("botName")}: the bot's, without @`,
      );
    }
    const age = this.maxAge();
    if (!(Number.isInteger(age) && age > 0 && age <= 86400)) {
      throw this.misconfigured(`authDateMaxAge is 1 to 86400 seconds, not ${age}`);
    }
  }

  override async authUrl({ redirectUri }: DepartureContext): Promise<OwnPage> {
    const { widgetUrl, title } = this;
    const body = html`<script async src="${widgetUrl}" data-telegram-login="${this.botName()}"
 data-size="large" data-auth-url="${redirectUri}"></script>
<noscript><p>${title} needs JavaScript here.</p></noscript>`;
    const origins = [new URL(widgetUrl).origin, this.frameOrigin];
    return { page: { title: `Sign in with ${title}`, body, origins } };
  }

  override async authComplete({ callback, once, now }: Arrival): Promise<Identity<JsonObject>> {
    const fields = this.widgetFields(callback);
    const hash = await this.checkedHash(fields);
    const proven = Number(fields.get("auth_date")) * 1000;
    const tooOld = proven + this.maxAge() * 1000;
    if (!(now.getTime() < tooOld)) throw this.refused("auth_date is too long ago");
    if (proven > now.getTime() + clockSkew) throw this.refused("auth_date is yet to come");
    if (!(await once(hash, new Date(tooOld)))) throw this.refused("it was used before");

    const user = Object.fromEntries([...fields].filter(([name]) => name !== "hash"));
    const uid = checkedUid(this, user[this.idKey]);
    const details = this.getUserDetails(user);
    return {
      provider: this.name,
      uid,
      details,
      response: user,
      extraData: selectedExtraData(this, user, details),
    };
  }

  /** What the widget says about the person. Who has chosen no user name goes by the id. */
  getUserDetails({ username, id, first_name, last_name }: JsonObject): UserDetails {
    return {
      username: textOf(username) ?? textOf(id),
      emailVerified: false,
      ...namesOf(undefined, first_name, last_name),
    };
  }

  /** The fields that are signed, and the signature: none of ours, each once. */
  private widgetFields(callback: URLSearchParams): ReadonlyMap<string, string> {
    const fields = [...callback].filter(([name]) => signedFields.has(name) || name === "hash");
    const found = new Map(fields);
    if (found.size < fields.length) throw this.refused("a field stands there twice");
    return found;
  }

  // https://core.telegram.org/widgets/login#checking-authorization
  private async checkedHash(fields: ReadonlyMap<string, string>): Promise<string> {
    const lines = [...fields].filter(([name]) => name !== "hash").map((field) => field.join("="));
    const key = await sha256(this.botToken());
    const hash = toHex(await hmac("SHA-256", key, lines.sort().join("\n")));
    if (sameText(fields.get("hash") ?? "", hash)) return hash;
    throw this.refused("its hash is not one of this bot's");
  }

  private refused(what: string): AuthError {
    return this.error("callback_invalid", "callback", `${this.name}: the answer: ${what}`);
  }

  private botToken(): string {
    return String(this.setting("botToken") ?? "");
  }

  private botName(): string {
    return String(this.setting("botName") ?? "");
  }

  private maxAge(): number {
    return Number(this.setting("authDateMaxAge") ?? 600);
  }
}

const clockSkew = 60_000;

const optionalFields = ["first_name", "last_name", "username", "photo_url"];
const signedFields: ReadonlySet<string> = new Set([...optionalFields, "id", "auth_date"]);
