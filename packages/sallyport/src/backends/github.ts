import type { Environment } from "../backend.ts";
import type { ErrorCode } from "../errors.ts";
import type { Http } from "../http.ts";
import type { Tokens, UserDetails } from "../identity.ts";
import { BaseOAuth2, type OAuth2Settings } from "../protocols/oauth2.ts";
import { fieldsOf, namesOf, textOf } from "../protocols/profile.ts";

/** A person as https://docs.github.com/en/rest/users/users#get-the-authenticated-user has them. */
export interface GitHubUser {
  /** Never changes; the login may, and may then be somebody else's. */
  readonly id: number;
  readonly login: string;
  readonly name: string | null;
  /** The primary address where the scope `user:email` was granted, else the public one. */
  readonly email: string | null;
  /** GitHub lists the address as verified, which it says of no public one. */
  readonly emailVerified: boolean;
}

/** Settings of {@link GitHubOAuth2}. */
export interface GitHubSettings extends OAuth2Settings {
  /** The API of another GitHub than github.com, to go with its `authorizationUrl` and `accessTokenUrl`. */
  readonly apiUrl?: string | undefined;
}

/** GitHub: https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps */
export class GitHubOAuth2 extends BaseOAuth2<GitHubUser, GitHubSettings> {
  override readonly name: string = "github";
  override readonly title: string = "GitHub";
  override readonly authorizationUrl: string = "https://github.com/login/oauth/authorize";
  override readonly accessTokenUrl: string = "https://github.com/login/oauth/access_token";
  override readonly scopeSeparator = ",";
  override readonly defaultScope: readonly string[] = ["user:email"];
  override readonly extraData = ["id", "login", "expires"];
  readonly apiUrl: string = "https://api.github.com";

  override async userData(tokens: Tokens, http: Http): Promise<GitHubUser> {
    const ask = (path: string) =>
      http.json({ url: this.apiAddress(path), headers: this.apiHeaders(tokens) });
    const user = fieldsOf(await ask("/user"));
    const address = tokens.scope?.split(/[\s,]+/).includes("user:email")
      ? primaryAddress(await ask("/user/emails"))
      : undefined;
    const { login, name, email } = user;
    return {
      // A missing id is refused by `toIdentity`, which says so.
      id: user.id as number,
      login: textOf(login) ?? "",
      name: textOf(name) ?? null,
      email: address?.email ?? textOf(email) ?? null,
      emailVerified: address?.verified ?? false,
    };
  }

  override getUserDetails(user: GitHubUser): UserDetails {
    return {
      username: user.login,
      email: user.email ?? undefined,
      emailVerified: user.emailVerified,
      ...namesOf(user.name),
    };
  }

  // GitHub refuses with status 200 and words of its own:
  // https://docs.github.com/en/apps/oauth-apps/maintaining-oauth-apps/troubleshooting-oauth-app-access-token-request-errors
  protected override tokenErrorCode(error: string): ErrorCode | undefined {
    if (error === "bad_verification_code") return "code_refused";
    if (error === "incorrect_client_credentials") return "client_refused";
    return undefined;
  }

  protected apiAddress(path: string): string {
    return this.fillIn(`{apiUrl}${path}`, "apiUrl");
  }

  protected apiHeaders({ accessToken }: Tokens): Readonly<Record<string, string>> {
    return { authorization: `Bearer ${accessToken}`, accept: "application/vnd.github+json" };
  }
}

/** Settings of {@link GitHubOrganizationOAuth2}. */
export interface GitHubOrganizationSettings extends GitHubSettings {
  /** The organisation's login (`SOCIAL_AUTH_GITHUB_ORG_NAME`). */
  readonly organization?: string | undefined;
}

/** GitHub, for members of one organisation only. */
export class GitHubOrganizationOAuth2 extends GitHubOAuth2 {
  override readonly name: string = "github-org";
  // Without it GitHub shows public memberships only.
  override readonly defaultScope: readonly string[] = ["user:email", "read:org"];

  // For its parameter's type: this class knows one setting more.
  constructor(settings?: GitHubOrganizationSettings) {
    super(settings);
  }

  override bind(environment: Environment): void {
    super.bind(environment);
    this.organization();
  }

  override variable(setting: string): string {
    return super.variable(setting === "organization" ? "name" : setting);
  }

  // https://docs.github.com/en/rest/orgs/members#check-organization-membership-for-a-user
  override async userData(tokens: Tokens, http: Http): Promise<GitHubUser> {
    const user = await super.userData(tokens, http);
    const path = `/orgs/${this.organization()}/members/${encodeURIComponent(user.login)}`;
    const answer = await http.request({
      url: this.apiAddress(path),
      headers: this.apiHeaders(tokens),
    });
    if (answer.status === 204) return user;
    const message = `${this.name}: the membership check answered with status ${answer.status}`;
    throw this.error(membershipFailures[answer.status] ?? "provider_failed", "profile", message);
  }

  private organization(): string {
    const organization = this.setting("organization");
    if (typeof organization === "string" && organization !== "") {
      return encodeURIComponent(organization);
    }
    throw this.misconfigured(`needs "organization", or ${this.variable("organization")}`);
  }
}

// 302 sends on to the public members, where the person may not see the others.
const membershipFailures: Readonly<Record<number, ErrorCode>> = {
  302: "account_not_allowed",
  401: "token_refused",
  403: "token_refused",
  404: "account_not_allowed",
  429: "provider_busy",
};

interface Address {
  readonly email: string;
  readonly verified: boolean;
}

// https://docs.github.com/en/rest/users/emails#list-email-addresses-for-the-authenticated-user
function primaryAddress(answer: unknown): Address | undefined {
  const addresses = Array.isArray(answer) ? answer.map(fieldsOf) : [];
  const primary = addresses.find((address) => address.primary === true);
  const email = textOf(primary?.email);
  return email === undefined ? undefined : { email, verified: primary?.verified === true };
}
