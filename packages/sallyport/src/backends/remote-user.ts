import {
  type Arrival,
  type BackendSettings,
  BaseAuth,
  type DepartureContext,
  type Environment,
  type Redirect,
} from "../backend.ts";
import type { Identity } from "../identity.ts";
import { sameText } from "../seal.ts";

/** Settings of {@link RemoteUser}. Header names are compared without regard to case. */
export interface RemoteUserSettings extends BackendSettings {
  /** The header that names the person, for example `x-remote-user`. */
  readonly userHeader?: string | undefined;
  /** The header with the person's e-mail address, if the proxy sends one. */
  readonly emailHeader?: string | undefined;
  /** The header with {@link RemoteUserSettings.proxySecret}. Default `x-proxy-secret`. */
  readonly secretHeader?: string | undefined;
  /** What only the proxy and we know, at least 32 characters. Whoever sends it is believed. */
  readonly proxySecret?: string | undefined;
}

/**
 * A reverse proxy that has signed the person in already and says who it is in a header, as
 * Apache's and nginx's modules for Kerberos or client certificates do. Anybody can send a
 * header, so the proxy proves itself with a secret of its own:
 *
 * ```nginx
 * proxy_set_header X-Remote-User $remote_user;
 * proxy_set_header X-Proxy-Secret "…";
 * ```
 */
export class RemoteUser extends BaseAuth<RemoteUserSettings> {
  override readonly name: string = "remote-user";
  override readonly title: string = "your organisation";

  override bind(environment: Environment): void {
    super.bind(environment);
    if (this.header("userHeader") === undefined) {
      throw this.misconfigured(`needs "userHeader", or ${this.variable("userHeader")}`);
    }
    if (this.proxySecret().length < 32) {
      throw this.misconfigured(
        `needs "proxySecret" of at least 32 characters, or ${this.variable("proxySecret")}`,
      );
    }
  }

  override trustedHeaders(): readonly string[] {
    const names = [this.header("userHeader"), this.header("emailHeader"), this.secretHeader()];
    return names.filter((name) => name !== undefined);
  }

  /** Nobody has to be asked: the person comes straight back, through the proxy. */
  override async authUrl({ redirectUri, state }: DepartureContext): Promise<Redirect> {
    return { location: `${redirectUri}?state=${state}` };
  }

  override async authComplete({ headers }: Arrival): Promise<Identity> {
    const refuse = (message: string) =>
      this.error("client_refused", "callback", `${this.name}: ${message}`);
    if (!sameText(headers[this.secretHeader()] ?? "", this.proxySecret())) {
      throw refuse(`the request does not carry the proxy's secret in ${this.secretHeader()}`);
    }
    const user = this.read(headers, "userHeader");
    if (!user) throw refuse("the proxy did not say who this is");
    const email = this.read(headers, "emailHeader");
    return {
      provider: this.name,
      uid: user,
      details: { username: user, email, emailVerified: email !== undefined },
      response: { user, email },
      extraData: {},
    };
  }

  private read(headers: Arrival["headers"], setting: keyof RemoteUserSettings): string | undefined {
    const name = this.header(setting);
    return (name && headers[name]?.trim()) || undefined;
  }

  private secretHeader(): string {
    return this.header("secretHeader") ?? "x-proxy-secret";
  }

  private header(setting: keyof RemoteUserSettings): string | undefined {
    const name = this.setting(setting);
    return typeof name === "string" && name !== "" ? name.toLowerCase() : undefined;
  }

  private proxySecret(): string {
    return String(this.setting("proxySecret") ?? "");
  }
}
