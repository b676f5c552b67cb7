import { generateServiceProviderMetadata } from "@node-saml/node-saml";

/** Who runs this site. */
export interface SamlOrganization {
  readonly name: string;
  readonly displayName: string;
  readonly url: string;
}

/** Whom an identity provider's operator can write to. */
export interface SamlContact {
  readonly givenName: string;
  readonly emailAddress: string;
}

/** What there is to know about us. */
export interface ServiceProvider {
  readonly entityId: string;
  /** Our address for answers. */
  readonly redirectUri: string;
  readonly privateKey: string | undefined;
  readonly publicCert: string | undefined;
  readonly nameIdFormat: string | undefined;
  /** By language. */
  readonly organization: Readonly<Record<string, SamlOrganization>> | undefined;
  readonly technicalContact: SamlContact | undefined;
  readonly supportContact: SamlContact | undefined;
}

/** The document that an identity provider's operator imports (SAML 2.0, metadata, section 2.4.4). */
export function serviceProviderMetadata(us: ServiceProvider): string {
  const { entityId, redirectUri, privateKey, publicCert = null, nameIdFormat = null } = us;
  return generateServiceProviderMetadata({
    issuer: entityId,
    callbackUrl: redirectUri,
    privateKey,
    publicCerts: publicCert,
    identifierFormat: nameIdFormat,
    wantAssertionsSigned: true,
    metadataOrganization: us.organization && organizationOf(Object.entries(us.organization)),
    metadataContactPerson: [
      ...contactOf("technical", us.technicalContact),
      ...contactOf("support", us.supportContact),
    ],
  });
}

function organizationOf(languages: readonly (readonly [string, SamlOrganization])[]) {
  const inEach = (field: keyof SamlOrganization) =>
    languages.map(([language, organization]) => ({
      "@xml:lang": language,
      "#text": organization[field],
    }));
  return {
    OrganizationName: inEach("name"),
    OrganizationDisplayName: inEach("displayName"),
    OrganizationURL: inEach("url"),
  };
}

function contactOf(type: "technical" | "support", contact: SamlContact | undefined) {
  if (!contact) return [];
  const address: [string] = [`mailto:${contact.emailAddress}`];
  return [{ "@contactType": type, GivenName: contact.givenName, EmailAddress: address }];
}
