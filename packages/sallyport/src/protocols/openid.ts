import {
  type Arrival,
  type BackendSettings,
  BaseAuth,
  type DataField,
  type DepartureContext,
  type Environment,
  type Redirect,
} from "../backend.ts";
import type { AuthError, ErrorCode, Stage } from "../errors.ts";
import type { Http } from "../http.ts";
import type { Identity, JsonObject, UserDetails } from "../identity.ts";
import {
  type Assertion,
  BadAssertion,
  isVouchedBy,
  nonceWindow,
  readAssertion,
} from "../wire/openid-assertion.ts";
import {
  type AuthenticationPolicy,
  axRequest,
  axValues,
  brokenPolicy,
  knowsAttributeExchange,
  papeRequest,
  sregRequest,
  sregValues,
  usualAx,
  usualSreg,
  type WantedField,
} from "../wire/openid-extensions.ts";
import { type OpenIdMessage, openId2, toMessage, toParameters } from "../wire/openid-message.ts";
import { findServices, isOwnAnswer, type OpenIdAsker } from "../wire/openid-provider.ts";
import type { Dialer, Resolver } from "../wire/public-http.ts";
import { normalizeIdentifier, type OpenIdService, withoutFragment } from "../wire/yadis.ts";
import { checkedUid, selectedExtraData } from "./identity-fields.ts";
import { namesOf, textOf } from "./profile.ts";

/** Settings of an OpenID 2.0 backend. */
export interface OpenIdSettings extends BackendSettings {
  /** The identifier of the one OP, so that nobody is asked for theirs. */
  readonly url?: string | undefined;
  /** What the OP shows as the site that asks: our origin unless given, and a prefix of our addresses. */
  readonly openidTrustRoot?: string | undefined;
  /** The longest time, in seconds, since the person proved who they are. The answer is checked. */
  readonly openidPapeMaxAuthAge?: number | undefined;
  /** PAPE policies, of which the answer must name every one. */
  readonly openidPapePreferredAuthPolicies?: readonly string[] | undefined;
  /** More attributes to ask for where the OP knows AX: `[type, our name]`. */
  readonly axSchemaAttrs?: readonly WantedField[] | undefined;
  /** More fields to ask for by SREG: `[name, our name]`. */
  readonly sregAttr?: readonly WantedField[] | undefined;
  /** The ports that discovery and verification may ask; 80 and 443 unless given. */
  readonly ports?: readonly number[] | undefined;
  /** Finds a host's addresses, of which every one must be public; the platform's unless given. */
  readonly resolver?: Resolver | undefined;
  /** Connects to an address that was checked; the platform's unless given. */
  readonly dialer?: Dialer | undefined;
}

/** What an OP vouched for. */
export interface OpenIdProfile {
  /** The claimed identifier in its canonical form, with its fragment. */
  readonly identityUrl: string;
  /** Signed values of SREG and AX by our names (`email`, `fullname`, `nickname`, …), and what {@link OpenIdAuth.userData} adds. */
  readonly values: JsonObject;
}

/**
 * A relying party of OpenID Authentication 2.0
 * (https://openid.net/specs/openid-authentication-2_0.html). As it is, it asks the person
 * for their identifier; extend it with a `url`, or with an `openidUrl`, for one provider.
 *
 * - Stateless on purpose: every answer is verified with the OP itself (section 11.4.2).
 *   Associations (section 8) are left out, so that there is no shared secret to keep, and
 *   no weak session type to agree on, for one request less.
 * - OpenID 1.x, which has no nonce, and XRIs are refused.
 * - All its requests go to public addresses only, over the `resolver` and `dialer`, and not
 *   over the application's `fetch`, which would resolve a checked name a second time.
 * - An OP at plain http is taken, as the specification demands; whoever sits between it and
 *   this server can then sign in as its people.
 */
export class OpenIdAuth<
  Settings extends OpenIdSettings = OpenIdSettings,
> extends BaseAuth<Settings> {
  override readonly name: string = "openid";
  override readonly title: string = "OpenID";
  override readonly stateParameter: boolean = false;
  override readonly redirectState: boolean = true;
  // An OP sends an answer that is too long for an address as a form.
  override readonly postCallback: boolean = true;
  override readonly dataFields: readonly DataField[] = this.settings.url
    ? []
    : [{ name: "openid_identifier", label: "Your OpenID", placeholder: "https://example.com/you" }];
  override readonly idKey: string = "claimed_id";
  /** The identifier of the one OP. A class that has one sets {@link dataFields} to none. */
  readonly url: string = "";
  /** The value that makes the user name. */
  readonly usernameKey: string = "nickname";

  // For its parameter's type: what an application gives is not all that there may be.
  constructor(settings?: NoInfer<Settings>) {
    super(settings);
  }

  override bind(environment: Environment): void {
    super.bind(environment);
    const url = this.fixedUrl();
    if (url !== "" && normalizeIdentifier(url) === undefined) {
      throw this.misconfigured(`url is not an http address: "${url}"`);
    }
    this.policy();
  }

  /** The identifier to begin with: the fixed one, else what the person entered. */
  openidUrl(data: Readonly<Record<string, string>>): string {
    return this.fixedUrl() || (data.openid_identifier ?? "");
  }

  /** The site that asks, as the OP shows it (`openid.realm`): the setting, else our origin. */
  trustRoot(redirectUri: string): string {
    return String(this.setting("openidTrustRoot") ?? new URL("/", redirectUri).href);
  }

  /** What is asked for by SREG: the OP's name, and ours. */
  getSregAttributes(): readonly WantedField[] {
    return [...usualSreg, ...(this.settings.sregAttr ?? [])];
  }

  /** What is asked for by AX, where the OP knows it: the attribute's type, and our name. */
  getAxAttributes(): readonly WantedField[] {
    return [...usualAx, ...(this.settings.axSchemaAttrs ?? [])];
  }

  /** More about a person than the assertion has, from the provider's own interface. */
  async userData(profile: OpenIdProfile, _http: Http): Promise<OpenIdProfile> {
    return profile;
  }

  /** The account's identifier: the claimed identifier with its fragment (section 11.5). */
  getUserId(profile: OpenIdProfile): string {
    return profile.identityUrl;
  }

  /**
   * What the profile says about the person. Anybody can run an OP, so that an address
   * counts as verified only where a backend knows better of its own.
   */
  getUserDetails({ values }: OpenIdProfile): UserDetails {
    const { email, old_email, fullname, old_fullname, first_name, last_name } = values;
    const { nickname, old_nickname } = values;
    return {
      username: textOf(values[this.usernameKey]) ?? textOf(nickname) ?? textOf(old_nickname),
      email: textOf(email) ?? textOf(old_email),
      emailVerified: false,
      ...namesOf(textOf(fullname) ?? old_fullname, first_name, last_name),
    };
  }

  override async authUrl({ data, redirectUri }: DepartureContext): Promise<Redirect> {
    const service = await this.discovered(this.openidUrl(data));
    const request = new Map([
      ["ns", openId2],
      ["mode", "checkid_setup"],
      ["claimed_id", service.claimedId],
      ["identity", service.localId],
      ["return_to", redirectUri],
      ["realm", this.trustRoot(redirectUri)],
      ...sregRequest(this.getSregAttributes()),
      ...(knowsAttributeExchange(service.types) ? axRequest(this.getAxAttributes()) : []),
      ...papeRequest(this.policy()),
    ]);
    const location = new URL(service.endpoint);
    for (const [name, value] of toParameters(request)) location.searchParams.set(name, value);
    const { endpoint, claimedId, localId } = service;
    return { location: location.href, keep: { endpoint, claimedId, localId } };
  }

  override async authComplete(arrival: Arrival): Promise<Identity<OpenIdProfile>> {
    const { callback, keep, now } = arrival;
    const message = toMessage(callback);
    if (!message) throw this.refused("a field stands there twice");
    this.processError(message);
    const assertion = this.assertionIn(message, arrival);
    await this.confirm(message, assertion, keep);
    await this.useUpNonce(assertion, arrival);
    const broken = brokenPolicy(assertion.signed, this.policy(), now);
    if (broken) {
      const text = `${this.name}: the answer does not promise ${broken}`;
      throw this.error("account_not_allowed", "callback", text);
    }
    const values = {
      ...sregValues(assertion.signed, this.getSregAttributes()),
      ...axValues(assertion.signed, this.getAxAttributes()),
    };
    const profile = { identityUrl: assertion.claimedId, values };
    return this.toIdentity(await this.userData(profile, arrival.http.at("profile")));
  }

  /** Throws where the OP sent the browser back without an assertion (sections 5.2.3, 10.2). */
  processError(message: OpenIdMessage): void {
    const mode = message.get("mode");
    if (mode === "cancel") {
      throw this.error("access_denied", "callback", `${this.name}: the person refused`);
    }
    if (mode === "error" || mode === "setup_needed") {
      const text = `${this.name}: the provider answered with the mode ${mode}`;
      throw this.error("provider_refused", "callback", text);
    }
    if (mode !== "id_res") throw this.refused("its mode is not one of an answer");
  }

  /** Who a profile makes. An identifier that cannot be kept is refused. */
  toIdentity(profile: OpenIdProfile): Identity<OpenIdProfile> {
    const uid = checkedUid(this, this.getUserId(profile));
    const details = this.getUserDetails(profile);
    return {
      provider: this.name,
      uid,
      details,
      response: profile,
      extraData: selectedExtraData(this, profile.values, details),
    };
  }

  private async discovered(url: string): Promise<OpenIdService> {
    // What the person entered is theirs to mend; what the class says, the operator's.
    const unusable = this.dataFields.length > 0 ? "data_invalid" : "discovery_failed";
    const identifier = normalizeIdentifier(url);
    if (identifier === undefined) {
      const text = `${this.name}: expected an http address as identifier and got something else`;
      throw this.error(unusable, "begin", text);
    }
    const [service] = await findServices(this.asker("begin", unusable), identifier);
    return service;
  }

  private assertionIn(message: OpenIdMessage, { callback, keep, redirectUri, now }: Arrival) {
    try {
      const endpoint = String(keep.endpoint);
      return readAssertion({ message, callback, returnTo: redirectUri, endpoint, now });
    } catch (error) {
      if (error instanceof BadAssertion) throw this.refused(error.message);
      throw error;
    }
  }

  /**
   * Asks the OP whether the assertion is its own, then whether it may speak for the claimed
   * identifier: our own discovery decides (section 11.2), a second one where the person
   * chose the identifier at the OP. In this order a forged answer makes us ask nobody but
   * the OP that the browser was sent to.
   */
  private async confirm(message: OpenIdMessage, assertion: Assertion, keep: JsonObject) {
    const { endpoint, claimedId } = assertion;
    const asker = this.asker("callback", "callback_invalid");
    if (!(await isOwnAnswer(asker, endpoint, message))) {
      throw this.refused("the provider says that it is not its own");
    }
    const found = { endpoint, claimedId: String(keep.claimedId), localId: String(keep.localId) };
    if (isVouchedBy(assertion, found)) return;
    const identifier = normalizeIdentifier(claimedId);
    if (identifier !== withoutFragment(claimedId)) {
      throw this.refused("claimed_id is not in its canonical form");
    }
    const services = await findServices(asker, identifier);
    if (services.some((service) => isVouchedBy(assertion, service))) return;
    throw this.refused("the claimed identifier names another provider");
  }

  private async useUpNonce({ endpoint, nonce, nonceTime }: Assertion, { once }: Arrival) {
    const tooOld = new Date(nonceTime.getTime() + nonceWindow);
    if (await once(`${endpoint} ${nonce}`, tooOld)) return;
    throw this.refused("response_nonce was used before");
  }

  private refused(what: string): AuthError {
    return this.error("callback_invalid", "callback", `${this.name}: the answer: ${what}`);
  }

  private asker(stage: Stage, unusable: ErrorCode): OpenIdAsker {
    const { resolver: resolve, dialer: dial, ports } = this.settings;
    return { backend: this.name, stage, unusable, network: { resolve, dial, ports } };
  }

  private fixedUrl(): string {
    return this.settings.url ?? this.url;
  }

  private policy(): AuthenticationPolicy {
    const age = this.setting("openidPapeMaxAuthAge");
    const maxAuthAge = age === undefined || age === "" ? undefined : Number(age);
    if (maxAuthAge !== undefined && !(Number.isSafeInteger(maxAuthAge) && maxAuthAge >= 0)) {
      throw this.misconfigured(`openidPapeMaxAuthAge must be seconds, not "${age}"`);
    }
    return { maxAuthAge, policies: this.listSetting("openidPapePreferredAuthPolicies") };
  }
}
