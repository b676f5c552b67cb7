import type { Environment } from "../backend.ts";
import type { JsonObject } from "../identity.ts";
import type { backendSettings, Given } from "../settings.ts";
import { BaseOAuth2, type OAuth2Settings } from "./oauth2.ts";

/** Settings of a backend whose PKCE can be adjusted. */
export interface OAuth2PkceSettings
  extends OAuth2Settings,
    Pick<Given<typeof backendSettings>, "pkceCodeChallengeMethod" | "pkceCodeVerifierLength"> {}

/**
 * OAuth 2 for a provider that demands PKCE. {@link BaseOAuth2} sends it too; here the
 * method and the verifier's length are settings.
 */
export abstract class BaseOAuth2PKCE<
  Profile extends object = JsonObject,
  Settings extends OAuth2PkceSettings = OAuth2PkceSettings,
> extends BaseOAuth2<Profile, Settings> {
  /** Characters in the code verifier, 43 to 128. */
  readonly pkceDefaultCodeVerifierLength: number = 43;

  override bind(environment: Environment): void {
    super.bind(environment);
    this.codeChallengeMethod();
  }

  protected override codeChallengeMethod(): "S256" | "plain" {
    const method = this.setting("pkceCodeChallengeMethod") ?? this.pkceDefaultCodeChallengeMethod;
    switch (String(method).toLowerCase()) {
      case "s256":
        return "S256";
      case "plain":
        return "plain";
      default:
        throw this.misconfigured(`pkceCodeChallengeMethod is S256 or plain, not "${method}"`);
    }
  }

  protected override verifierLength(): number {
    return this.setting("pkceCodeVerifierLength") ?? this.pkceDefaultCodeVerifierLength;
  }
}
