import type { Environment, TokenContext } from "../backend.ts";
import { AuthError, type ErrorCode } from "../errors.ts";
import type { Http, HttpRequest } from "../http.ts";
import type { Identity, Tokens, UserDetails } from "../identity.ts";
import { BaseOAuth2, type OAuth2Settings } from "../protocols/oauth2.ts";
import { fieldsOf, namesOf, textOf } from "../protocols/profile.ts";
import { answerFailure, parseJson } from "../wire/bounded-http.ts";

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
  /** Another GitHub than github.com. Moves every endpoint. */
  readonly url?: string | undefined;
  /** Its API, where that is not `{url}/api/v3`. */
  readonly apiUrl?: string | undefined;
}

/** GitHub: https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps */
export class GitHubOAuth2 extends BaseOAuth2<GitHubUser, GitHubSettings> {
  override readonly name: string = "github";
  override readonly title: string = "GitHub";
  override readonly authorizationUrl: string = "{url}/login/oauth/authorize";
  override readonly accessTokenUrl: string = "{url}/login/oauth/access_token";
  override readonly scopeSeparator = ",";
  override readonly defaultScope: readonly string[] = ["user:email"];
  override readonly extraData = ["id", "login", "expires_in"];
  readonly url: string = "https://github.com";
  readonly apiUrl: string = "https://api.github.com";

  override async userData(tokens: Tokens, http: Http): Promise<GitHubUser> {
    const user = fieldsOf(await http.json(this.apiRequest("/user", tokens)));
    const { login, name, email } = user;
    const address = await this.address(tokens, http, textOf(email));
    return {
      // A missing id is refused by `toIdentity`, which says so.
      id: user.id as number,
      login: textOf(login) ?? "",
      name: textOf(name) ?? null,
      email: address?.email ?? textOf(email) ?? null,
      emailVerified: address?.verified ?? false,
    };
  }

  // Proving an address is something of github.com's, not of a GitHub of one's own:
  // https://docs.github.com/en/account-and-profile/how-tos/email-preferences/verifying-your-email-address
  override getUserDetails(user: GitHubUser): UserDetails {
    return {
      username: user.login,
      email: user.email ?? undefined,
      emailVerified: user.emailVerified && !this.isElsewhere(),
      ...namesOf(user.name),
    };
  }

  /** Who a token is about, once GitHub says that it is this app's. */
  override async identityFromToken(
    token: string,
    { http }: TokenContext,
  ): Promise<Identity<GitHubUser>> {
    const tokens = await this.checkedToken(token, http.at("token"));
    return this.toIdentity(await this.userData(tokens, http.at("profile")), tokens);
  }

  // https://docs.github.com/en/rest/apps/oauth-applications#check-a-token
  private async checkedToken(token: string, http: Http): Promise<Tokens> {
    const [id, secret] = [this.clientId(), this.clientSecret()];
    if (secret === undefined) throw this.misconfigured('needs "clientSecret" to check a token');
    const answer = await http.request({
      url: this.apiAddress(`/applications/${encodeURIComponent(id)}/token`),
      method: "POST",
      headers: {
        authorization: `Basic ${btoa(`${id}:${secret}`)}`,
        accept: "application/vnd.github+json",
        "content-type": "application/json",
      },
      body: JSON.stringify({ access_token: token }),
    });
    if (answer.status !== 200) {
      throw answerFailure(answer, tokenFailures[answer.status] ?? "answer_invalid", {
        backend: this.name,
        stage: "token",
        said: "the token check answered with",
      });
    }
    const { app, scopes, expires_at: end } = fieldsOf(parseJson(answer));
    if (fieldsOf(app).client_id !== id) {
      throw this.error("token_not_accepted", "token", `${this.name}: the token is another app's`);
    }
    return {
      accessToken: token,
      tokenType: "bearer",
      scope: Array.isArray(scopes) ? scopes.join(" ") : undefined,
      expiresAt: typeof end === "string" ? new Date(end) : undefined,
      answer: {},
    };
  }

  // GitHub refuses with status 200 and words of its own:
  // https://docs.github.com/en/apps/oauth-apps/maintaining-oauth-apps/troubleshooting-oauth-app-access-token-request-errors
  protected override tokenErrorCode(error: string): ErrorCode | undefined {
    if (error === "bad_verification_code") return "code_refused";
    if (error === "incorrect_client_credentials") return "client_refused";
    return undefined;
  }

  protected apiRequest(path: string, { accessToken }: Tokens): HttpRequest {
    const accept = "application/vnd.github+json";
    const headers = { authorization: `Bearer ${accessToken}`, accept };
    return { url: this.apiAddress(path), headers };
  }

  private apiAddress(path: string): string {
    const elsewhere = this.setting("apiUrl") ?? (this.isElsewhere() ? "{url}/api/v3" : this.apiUrl);
    return this.fillIn(`${String(elsewhere).replace(/\/+$/, "")}${path}`, "apiUrl");
  }

  /**
   * The primary address. The token of a GitHub App names no scopes, but may be allowed to see
   * the list; who has no public address and no such token has none here.
   */
  private async address(tokens: Tokens, http: Http, known?: string): Promise<Address | undefined> {
    const request = this.apiRequest("/user/emails", tokens);
    const scopes = tokens.scope?.split(/[\s,]+/).filter(Boolean) ?? [];
    if (scopes.some((scope) => /^user(:email)?$/.test(scope))) {
      return primaryAddress(await http.json(request));
    }
    if (known !== undefined || scopes.length > 0) return undefined;
    return primaryAddress(await http.json(request).catch(nothingIfHidden));
  }

  private isElsewhere(): boolean {
    return !!this.setting("url") || !!this.setting("apiUrl");
  }
}

/** GitHub, for members only: of what, a subclass says. */
abstract class GitHubMemberOAuth2 extends GitHubOAuth2 {
  // Without `read:org` GitHub shows public memberships only.
  override readonly defaultScope: readonly string[] = ["user:email", "read:org"];

  /** Where GitHub answers 204 for a member, and something else for others. */
  protected abstract memberPath(login: string): string;

  override bind(environment: Environment): void {
    super.bind(environment);
    this.memberPath("");
  }

  override async userData(tokens: Tokens, http: Http): Promise<GitHubUser> {
    const user = await super.userData(tokens, http);
    const path = this.memberPath(encodeURIComponent(user.login));
    const { status } = await http.request(this.apiRequest(path, tokens));
    if (status === 204) return user;
    const message = `${this.name}: the membership check answered with status ${status}`;
    throw this.error(membershipFailures[status] ?? "provider_failed", "profile", message);
  }

  /** A setting without which nobody could be a member, as a part of a path. */
  protected pathSetting(name: string): string {
    const value = this.setting(name);
    if (typeof value === "string" && value !== "") return encodeURIComponent(value);
    throw this.misconfigured(`needs "${name}", or ${this.variable(name)}`);
  }
}

// 404 is for a token that is not good, or not this app's.
const tokenFailures: Readonly<Record<number, ErrorCode>> = {
  401: "client_refused",
  404: "token_not_accepted",
  422: "token_not_accepted",
};

/** Settings of {@link GitHubOrganizationOAuth2}. */
export interface GitHubOrganizationSettings extends GitHubSettings {
  /** The organisation's login (`SOCIAL_AUTH_GITHUB_ORG_NAME`). */
  readonly organization?: string | undefined;
}

/**
 * GitHub, for members of one organisation only:
 * https://docs.github.com/en/rest/orgs/members#check-organization-membership-for-a-user
 */
export class GitHubOrganizationOAuth2 extends GitHubMemberOAuth2 {
  override readonly name: string = "github-org";

  // For its parameter's type: this class knows one setting more.
  constructor(settings?: GitHubOrganizationSettings) {
    super(settings);
  }

  override variable(setting: string): string {
    return super.variable(setting === "organization" ? "name" : setting);
  }

  protected override memberPath(login: string): string {
    return `/orgs/${this.pathSetting("organization")}/members/${login}`;
  }
}

/** Settings of {@link GitHubTeamOAuth2}. */
export interface GitHubTeamSettings extends GitHubSettings {
  /** The team's number (`SOCIAL_AUTH_GITHUB_TEAM_ID`), which stays when the team is renamed. */
  readonly team?: string | undefined;
}

/**
 * GitHub, for members of one team, and of the teams below it, only:
 * https://docs.github.com/en/rest/teams/members#get-team-member-legacy
 */
export class GitHubTeamOAuth2 extends GitHubMemberOAuth2 {
  override readonly name: string = "github-team";

  // For its parameter's type: this class knows one setting more.
  constructor(settings?: GitHubTeamSettings) {
    super(settings);
  }

  override variable(setting: string): string {
    return super.variable(setting === "team" ? "id" : setting);
  }

  protected override memberPath(login: string): string {
    return `/teams/${this.pathSetting("team")}/members/${login}`;
  }
}

// A GitHub of one's own: the same, at a `url` that somebody has to say.

/** GitHub Enterprise. `url` is required (`SOCIAL_AUTH_GITHUB_ENTERPRISE_URL`). */
export class GitHubEnterpriseOAuth2 extends GitHubOAuth2 {
  override readonly name: string = "github-enterprise";
  override readonly title: string = "GitHub Enterprise";
  override readonly url: string = "";
}

/** GitHub Enterprise, for members of one organisation only. */
export class GitHubEnterpriseOrganizationOAuth2 extends GitHubOrganizationOAuth2 {
  override readonly name: string = "github-enterprise-org";
  override readonly title: string = "GitHub Enterprise";
  override readonly url: string = "";
}

/** GitHub Enterprise, for members of one team only. */
export class GitHubEnterpriseTeamOAuth2 extends GitHubTeamOAuth2 {
  override readonly name: string = "github-enterprise-team";
  override readonly title: string = "GitHub Enterprise";
  override readonly url: string = "";
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

/** A list that the token may not see is no list. */
function nothingIfHidden(error: unknown): undefined {
  const hidden = error instanceof AuthError && /^(token_refused|answer_invalid)$/.test(error.code);
  if (!hidden) throw error;
}
