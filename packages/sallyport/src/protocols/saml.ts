import {
  type Arrival,
  BaseAuth,
  type DataField,
  type Departure,
  type DepartureContext,
  type Environment,
  type ExtraDataEntry,
  type Metadata,
} from "../backend.ts";
import type { AuthError } from "../errors.ts";
import type { Identity, UserDetails } from "../identity.ts";
import { randomToken } from "../seal.ts";
import { readSamlAssertion, type SamlAssertion } from "../wire/saml-assertion.ts";
import { authnRequestUrl, type SamlParties, signedAssertion } from "../wire/saml-messages.ts";
import { serviceProviderMetadata } from "../wire/saml-metadata.ts";
import { BadSamlResponse, readSamlResponse } from "../wire/saml-response.ts";
import { checkedUid, selectedExtraData } from "./identity-fields.ts";
import { namesOf, textOf } from "./profile.ts";
import { attributeOf, missingAttribute, type SamlProfile, toProfile } from "./saml-attributes.ts";
import { certsOf, complaintAbout, type SamlIdp, type SamlSettings } from "./saml-settings.ts";

export type { SamlContact, SamlOrganization } from "../wire/saml-metadata.ts";
export type { SamlAttribute, SamlProfile } from "./saml-attributes.ts";
export type { SamlIdp, SamlServiceProvider, SamlSettings } from "./saml-settings.ts";

/**
 * A service provider of SAML 2.0, for any number of identity providers: requests by
 * HTTP-Redirect, answers by HTTP-POST (https://docs.oasis-open.org/security/saml/v2.0/,
 * profiles, section 4.1). Needs the package `@node-saml/node-saml`, and Node.
 *
 * - An assertion counts only with a signature of its own, as the answer to the request of this
 *   very login, and once. What is signed otherwise, encrypted or unsolicited is refused.
 * - `RelayState` is our state and nothing else: it leads nowhere.
 * - Single logout is left out: a session here ends by itself, or by signing out here.
 */
export class SamlAuth extends BaseAuth<SamlSettings> {
  override readonly name: string = "saml";
  override readonly title: string = "SAML";
  override readonly stateParameterName: string = "RelayState";
  override readonly postCallback: boolean = true;
  override readonly dataFields: readonly DataField[] =
    this.idpNames().length === 1 ? [] : [{ name: "idp", label: "Your organisation" }];
  override readonly idKey: string = "attrUserPermanentId";
  override readonly extraData: readonly ExtraDataEntry[] = ["name_id", "session_index"];

  override bind(environment: Environment): void {
    super.bind(environment);
    if (this.entityId() === "") {
      throw this.misconfigured(`spEntityId, or ${this.variable("spEntityId")}, must be set`);
    }
    if ((this.privateKey() === undefined) !== (this.publicCert() === undefined)) {
      throw this.misconfigured("spPrivateKey and spPublicCert must be set both, or neither");
    }
    for (const [name, idp] of Object.entries(this.settings.enabledIdps ?? {})) {
      this.refuseUnusable(name, idp);
    }
  }

  /**
   * The identity provider of a name; undefined where there is none. Asked when a login begins
   * and again when it comes back. Override it to keep them elsewhere than in the settings.
   */
  async getIdp(name: string): Promise<SamlIdp | undefined> {
    const { enabledIdps = {} } = this.settings;
    return Object.hasOwn(enabledIdps, name) ? enabledIdps[name] : undefined;
  }

  /** The account's identifier at its identity provider. */
  getUserId(profile: SamlProfile, idp: SamlIdp): string | undefined {
    return attributeOf(profile, idp, "attrUserPermanentId");
  }

  /** What the attributes say about the person. */
  getUserDetails(profile: SamlProfile, idp: SamlIdp): UserDetails {
    return {
      username: attributeOf(profile, idp, "attrUsername"),
      email: attributeOf(profile, idp, "attrEmail"),
      // No attribute of SAML's promises it; the operator may know.
      emailVerified: idp.emailVerified === true,
      ...namesOf(
        attributeOf(profile, idp, "attrFullName"),
        attributeOf(profile, idp, "attrFirstName"),
        attributeOf(profile, idp, "attrLastName"),
      ),
    };
  }

  override async authUrl({ data, redirectUri, state }: DepartureContext): Promise<Departure> {
    const [only = ""] = this.idpNames();
    const name = this.dataFields.length === 0 ? only : (data.idp ?? "");
    const idp = await this.usableIdp(name);
    if (!idp) {
      throw this.error("data_invalid", "begin", `${this.name}: no identity provider of this name`);
    }
    // An ID of XML's does not begin with a digit.
    const requestId = `_${randomToken()}`;
    const parties = this.parties(idp, redirectUri);
    const location = await authnRequestUrl(parties, { requestId, relayState: state });
    return { location, keep: { idp: name, requestId } };
  }

  override async authComplete(arrival: Arrival): Promise<Identity<SamlProfile>> {
    const name = String(arrival.keep.idp);
    const idp = await this.usableIdp(name);
    if (!idp) throw this.refused("its identity provider is there no longer");
    const assertion = await this.assertionIn(arrival, idp);
    if (!(await arrival.once(`${idp.entityId} ${assertion.id}`, assertion.expiresAt))) {
      throw this.refused("its assertion was used before");
    }
    return this.toIdentity(toProfile(name, assertion), idp);
  }

  /** Who a profile makes. */
  toIdentity(profile: SamlProfile, idp: SamlIdp): Identity<SamlProfile> {
    const missing = missingAttribute(profile, idp);
    if (missing !== undefined) {
      const text = `${this.name}: the assertion of ${profile.idp} lacks what ${missing} names`;
      throw this.error("attribute_missing", "identity", text);
    }
    const id = checkedUid(this, this.getUserId(profile, idp));
    const { nameId: name_id, sessionIndex: session_index, attributes } = profile;
    const details = this.getUserDetails(profile, idp);
    return {
      provider: this.name,
      uid: checkedUid(this, `${profile.idp}:${id}`),
      details,
      response: profile,
      extraData: selectedExtraData(this, { ...attributes, name_id, session_index }, details),
    };
  }

  override metadata(redirectUri: string): Metadata {
    const { spExtra, orgInfo, technicalContact, supportContact } = this.settings;
    const text = serviceProviderMetadata({
      entityId: this.entityId(),
      redirectUri,
      privateKey: this.privateKey(),
      publicCert: this.publicCert(),
      nameIdFormat: spExtra?.nameIdFormat,
      organization: orgInfo,
      technicalContact,
      supportContact,
    });
    return { contentType: "application/samlmetadata+xml", text };
  }

  private async usableIdp(name: string): Promise<SamlIdp | undefined> {
    const idp = await this.getIdp(name);
    if (idp) this.refuseUnusable(name, idp);
    return idp;
  }

  private refuseUnusable(name: string, idp: SamlIdp): void {
    const complaint = complaintAbout(name, idp);
    if (complaint) throw this.misconfigured(`identity provider "${name}": ${complaint}`);
  }

  private async assertionIn(arrival: Arrival, idp: SamlIdp): Promise<SamlAssertion> {
    const { callback, keep, redirectUri, now } = arrival;
    const [sent, ...more] = callback.getAll("SAMLResponse");
    if (!sent || more.length > 0) throw this.refused("there must be one SAMLResponse");
    const expected = {
      issuer: idp.entityId,
      audience: this.entityId(),
      recipient: redirectUri,
      requestId: String(keep.requestId),
      now,
    };
    try {
      const { base64, refusal } = readSamlResponse(sent, expected);
      if (refusal !== undefined) throw this.turnedAway(refusal);
      const signed = await signedAssertion(this.parties(idp, redirectUri), base64);
      return readSamlAssertion(signed, expected);
    } catch (error) {
      if (error instanceof BadSamlResponse) throw this.refused(error.message, error.cause);
      throw error;
    }
  }

  private parties(idp: SamlIdp, redirectUri: string): SamlParties {
    return {
      entityId: this.entityId(),
      redirectUri,
      privateKey: this.privateKey(),
      nameIdFormat: this.settings.spExtra?.nameIdFormat,
      url: idp.url,
      certs: certsOf(idp),
    };
  }

  private entityId(): string {
    return textOf(this.setting("spEntityId")) ?? "";
  }

  private privateKey(): string | undefined {
    return textOf(this.setting("spPrivateKey"));
  }

  private publicCert(): string | undefined {
    return textOf(this.setting("spPublicCert"));
  }

  private idpNames(): readonly string[] {
    return Object.keys(this.settings.enabledIdps ?? {});
  }

  private refused(what: string, cause?: unknown): AuthError {
    return this.error("callback_invalid", "callback", `${this.name}: the answer: ${what}`, {
      cause,
    });
  }

  private turnedAway(status: string): AuthError {
    const text = `${this.name}: the identity provider answered ${status}`;
    return this.error("provider_refused", "callback", text);
  }
}
