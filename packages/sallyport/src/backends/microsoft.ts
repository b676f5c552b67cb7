import type { Environment } from "../backend.ts";
import type { JsonObject, UserDetails } from "../identity.ts";
import { OpenIdConnectAuth, type OpenIdConnectSettings } from "../protocols/openid-connect.ts";
import { namesOf, textOf } from "../protocols/profile.ts";
import type { ProviderMetadata } from "../wire/discovery.ts";
import type { Reader } from "../wire/published.ts";

/** Settings of {@link MicrosoftOpenIdConnect}. */
export interface MicrosoftSettings extends OpenIdConnectSettings {
  /**
   * Who may sign in: `common` (everybody, as unless given), `organizations`, `consumers`, or
   * one organization by its tenant's GUID (`SOCIAL_AUTH_MICROSOFT_TENANT_ID`).
   */
  readonly tenantId?: string | undefined;
  /** GUIDs of the tenants whose people get in; every tenant's unless given. */
  readonly allowedTenants?: readonly string[] | undefined;
  /**
   * The host of a national cloud, as `login.microsoftonline.us`:
   * https://learn.microsoft.com/en-us/entra/identity-platform/authentication-national-cloud
   */
  readonly authorityHost?: string | undefined;
}

/** The tenant of all personal accounts. */
const consumers = "9188040d-6c67-4c5b-b112-36a304b66dad";

/**
 * Microsoft Entra ID and personal Microsoft accounts, in place of python-social-auth's
 * `microsoft-graph`, `azuread-oauth2`, `azuread-oauth2-v2`, `azuread-tenant-oauth2` and
 * `azuread-v2-tenant-oauth2`.
 *
 * The uid is `tid.oid`, the account within its tenant, of which neither is ever given to
 * another. `preferred_username` and `upn` are, and `sub` is another one for each application,
 * so that a new registration would lose everybody:
 * https://learn.microsoft.com/en-us/entra/identity-platform/id-token-claims-reference
 */
export class MicrosoftOpenIdConnect extends OpenIdConnectAuth<MicrosoftSettings> {
  override readonly name: string = "microsoft";
  override readonly title: string = "Microsoft";
  readonly authorityHost: string = "login.microsoftonline.com";
  readonly tenantId: string = "common";
  override readonly oidcEndpoint: string = "https://{authorityHost}/{tenantId}/v2.0";
  override readonly idKey: string = "oid";
  // UserInfo says no more than the id_token, and of its address not whether it is verified.
  override readonly useUserinfo: boolean = false;

  override bind(environment: Environment): void {
    super.bind(environment);
    const tenant = this.tenant();
    if (!isGuid(tenant) && !/^(common|organizations|consumers)$/.test(tenant)) {
      throw this.misconfigured("tenantId is a GUID, common, organizations or consumers");
    }
    const wrong = this.listSetting("allowedTenants").find((allowed) => !isGuid(allowed));
    if (wrong !== undefined) throw this.misconfigured(`allowedTenants has no place for "${wrong}"`);
    if (this.flag("useUserinfo")) throw this.misconfigured("useUserinfo must stay off");
  }

  override getUserId({ tid, oid }: JsonObject): unknown {
    return isGuid(tid) && isGuid(oid) ? `${tid}.${oid}` : undefined;
  }

  /**
   * An administrator may write any address into an account of their own tenant, somebody
   * else's as well (nOAuth, CVE-2024-21632). So it counts as verified only where the optional
   * claim `xms_edov` says that the address's domain is the tenant's, or the address proven:
   * https://learn.microsoft.com/en-us/entra/identity-platform/optional-claims-reference
   */
  override getUserDetails(profile: JsonObject): UserDetails {
    const email = textOf(profile.email);
    return {
      username: textOf(profile.preferred_username),
      email,
      // Documented as a Boolean; 1 is the same in other words, and no text is.
      emailVerified: email !== undefined && (profile.xms_edov === true || profile.xms_edov === 1),
      ...namesOf(profile.name, profile.given_name, profile.family_name),
    };
  }

  /** The documents for several tenants name no issuer, but the form of one. */
  protected override issuerAt(endpoint: string): string {
    const tenant = this.tenant();
    if (isGuid(tenant)) return endpoint;
    return this.authority(tenant === "consumers" ? consumers : "{tenantid}");
  }

  /**
   * The tenant that the token names, by its own document and with its own keys: as if it had
   * been the only one.
   * https://learn.microsoft.com/en-us/entra/identity-platform/access-tokens#validate-the-issuer
   */
  protected override async issuerOf(
    { tid }: JsonObject,
    provider: ProviderMetadata,
    reader: Reader,
  ): Promise<Pick<ProviderMetadata, "issuer" | "jwksUri">> {
    const { stage } = reader;
    if (!isGuid(tid)) {
      throw this.error("id_token_invalid", stage, `${this.name}: the id_token's tid is no GUID`);
    }
    const allowed = this.listSetting("allowedTenants");
    if (allowed.length > 0 && !allowed.includes(tid)) {
      throw this.error("account_not_allowed", stage, `${this.name}: tenant ${tid} is not allowed`);
    }
    if (!provider.issuer.includes("{tenantid}")) {
      if (provider.issuer.split("/").includes(tid)) return provider;
      throw this.error("id_token_invalid", stage, `${this.name}: the id_token's tid is another`);
    }
    if (this.tenant() === "organizations" && tid === consumers) {
      const message = `${this.name}: a personal account, where only organizations' sign in`;
      throw this.error("account_not_allowed", stage, message);
    }
    const issuer = this.authority(tid);
    return this.discovered(reader, { endpoint: issuer, issuer });
  }

  private tenant(): string {
    return String(this.setting("tenantId") ?? this.tenantId);
  }

  private authority(tenant: string): string {
    return `https://${this.setting("authorityHost") ?? this.authorityHost}/${tenant}/v2.0`;
  }
}

// In lower case, as Microsoft writes them: what differs in case only is another uid.
function isGuid(value: unknown): value is string {
  return typeof value === "string" && /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/.test(value);
}
