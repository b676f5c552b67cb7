import type { BackendSettings } from "../backend.ts";
import type { SamlContact, SamlOrganization } from "../wire/saml-metadata.ts";

/** Settings of a SAML backend. Texts may come from the environment. */
export interface SamlSettings extends BackendSettings {
  /** Our entity id, as the identity providers know us (`SOCIAL_AUTH_SAML_SP_ENTITY_ID`): a URI. */
  readonly spEntityId?: string | undefined;
  /** Our certificate: PEM, or what stands between its lines. Only with {@link spPrivateKey}. */
  readonly spPublicCert?: string | undefined;
  /** Signs our requests: PEM, or PKCS #8 without its lines. Unsigned where there is none. */
  readonly spPrivateKey?: string | undefined;
  /** More about us as a service provider. */
  readonly spExtra?: SamlServiceProvider | undefined;
  /** Who runs this site, for the metadata, by language: `{ en: { … } }`. */
  readonly orgInfo?: Readonly<Record<string, SamlOrganization>> | undefined;
  readonly technicalContact?: SamlContact | undefined;
  readonly supportContact?: SamlContact | undefined;
  /**
   * The identity providers, by names without ":" or white space. A name is part of every uid
   * of its people, so it must not change.
   */
  readonly enabledIdps?: Readonly<Record<string, SamlIdp>> | undefined;
}

/** What python-social-auth's `SP_EXTRA` is for and has a meaning here. */
export interface SamlServiceProvider {
  /** The format of name identifiers to ask for, for example `urn:oasis:names:tc:SAML:2.0:nameid-format:persistent`. */
  readonly nameIdFormat?: string | undefined;
}

/**
 * An identity provider. An attribute that is named must be in every assertion; null means
 * that it is not looked at; without a word the usual names are tried.
 */
export interface SamlIdp {
  /** As its assertions name their issuer, letter for letter. */
  readonly entityId: string;
  /** Its address for sign-ins (binding HTTP-Redirect). */
  readonly url: string;
  /** Its signing certificates, PEM or what stands between its lines: two while it changes them. */
  readonly certs: string | readonly string[];
  /** The attribute that identifies the account for good. Unless given: uid, then the name identifier, which is also called `name_id` here. */
  readonly attrUserPermanentId?: string | undefined;
  readonly attrFullName?: string | null | undefined;
  readonly attrFirstName?: string | null | undefined;
  readonly attrLastName?: string | null | undefined;
  readonly attrUsername?: string | null | undefined;
  readonly attrEmail?: string | null | undefined;
  /**
   * This identity provider is the authority for the addresses that it sends, so that they count
   * as verified. It can then sign in as every user whose address it says. False unless given.
   */
  readonly emailVerified?: boolean | undefined;
}

/** What is wrong with an identity provider's settings; undefined where nothing is. */
export function complaintAbout(name: string, idp: SamlIdp): string | undefined {
  if (!/^[^\s:]+$/.test(name)) return 'its name may not be empty, or have ":" or white space in it';
  if (!idp.entityId) return "it has no entityId";
  if (!URL.canParse(idp.url) || !/^https?:/.test(idp.url)) return "its url is no http address";
  const certs = certsOf(idp);
  if (certs.length === 0 || !certs.every((cert) => certificate.test(cert))) {
    return "its certs must be certificates: PEM, or what stands between its lines";
  }
  return undefined;
}

/** An identity provider's certificates, as a list. */
export function certsOf({ certs }: SamlIdp): readonly string[] {
  return typeof certs === "string" ? [certs] : (certs ?? []);
}

const certificate =
  /^\s*(-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----|[A-Za-z\d+/=\s]+)\s*$/;
