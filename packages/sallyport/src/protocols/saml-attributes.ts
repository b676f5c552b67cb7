import type { SamlAssertion } from "../wire/saml-assertion.ts";
import type { SamlIdp } from "./saml-settings.ts";

/** What a login found out from an identity provider. */
export interface SamlProfile {
  /** The identity provider's name in the settings. */
  readonly idp: string;
  /** The attributes' texts, by their names; and a lasting name identifier as `name_id`. */
  readonly attributes: Readonly<Record<string, readonly string[]>>;
  readonly nameId?: string | undefined;
  readonly nameIdFormat?: string | undefined;
  /** The identity provider's name for its own session. */
  readonly sessionIndex?: string | undefined;
  /** How the person proved who they are, in the identity provider's words: not checked, not in `amr`. */
  readonly authnContext?: string | undefined;
}

/** What an assertion of the identity provider of this name says. */
export function toProfile(idp: string, assertion: SamlAssertion): SamlProfile {
  const { nameId, nameIdFormat, sessionIndex, authnContext } = assertion;
  const lasting = nameId !== undefined && nameIdFormat !== transient;
  const attributes = { ...assertion.attributes, ...(lasting && { name_id: [nameId] }) };
  return { idp, attributes, nameId, nameIdFormat, sessionIndex, authnContext };
}

/** A setting that names an attribute. */
export type SamlAttribute = keyof typeof usualNames & keyof SamlIdp;

/**
 * The first value of an attribute: by the name in the settings, else by the first usual name
 * that is there. Undefined where there is none, or where none is wanted.
 */
export function attributeOf(
  { attributes }: SamlProfile,
  idp: SamlIdp,
  attribute: SamlAttribute,
): string | undefined {
  const named = idp[attribute];
  if (named === null) return undefined;
  const names = named === undefined ? usualNames[attribute] : [named];
  return names.flatMap((name) => (Object.hasOwn(attributes, name) ? attributes[name] : []))[0];
}

/** The attribute of the settings that an assertion lacks; undefined where all are there. */
export function missingAttribute(profile: SamlProfile, idp: SamlIdp): string | undefined {
  return Object.keys(usualNames)
    .map((key) => key as SamlAttribute) // They are its keys.
    .filter((key) => idp[key] != null && attributeOf(profile, idp, key) === undefined)
    .at(0);
}

// The format of a name identifier that is another at each login.
const transient = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient";

const xmlsoap = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims";

// Object identifiers: RFC 4519 and RFC 4524, sections 2. Claims: those of WS-Federation, and
// https://learn.microsoft.com/entra/identity-platform/reference-saml-tokens
const usualNames = {
  attrUserPermanentId: ["urn:oid:0.9.2342.19200300.100.1.1", "name_id"],
  attrFullName: [
    "urn:oid:2.16.840.1.113730.3.1.241",
    "urn:oid:2.5.4.3",
    "http://schemas.microsoft.com/identity/claims/displayname",
    "displayName",
    "fullName",
    "cn",
    "name",
  ],
  attrFirstName: [
    "urn:oid:2.5.4.42",
    `${xmlsoap}/givenname`,
    "givenName",
    "firstName",
    "first_name",
  ],
  attrLastName: ["urn:oid:2.5.4.4", `${xmlsoap}/surname`, "sn", "surname", "lastName", "last_name"],
  attrUsername: ["urn:oid:0.9.2342.19200300.100.1.1", `${xmlsoap}/name`, "uid", "username"],
  attrEmail: [
    "urn:oid:0.9.2342.19200300.100.1.3",
    `${xmlsoap}/emailaddress`,
    "mail",
    "email",
    "emailAddress",
  ],
} as const;
