import { BadSamlResponse, parsedSaml, type SamlExpectation } from "./saml-response.ts";
import { childrenNamed, localName, type XmlElement } from "./xml.ts";

/** What an identity provider vouches for. */
export interface SamlAssertion {
  readonly id: string;
  /** From when on it is refused for its age, and need not be remembered. */
  readonly expiresAt: Date;
  readonly nameId: string | undefined;
  readonly nameIdFormat: string | undefined;
  readonly sessionIndex: string | undefined;
  /** How the person proved who they are, in the identity provider's words. */
  readonly authnContext: string | undefined;
  /** Values that are texts, by the attributes' names. */
  readonly attributes: Readonly<Record<string, readonly string[]>>;
}

/** How far the identity provider's clock may be from ours, in milliseconds. */
export const clockLeeway = 60 * 1000;

/**
 * Reads an assertion whose signature was verified, from the very bytes that were signed, and
 * checks that it is for this login: SAML 2.0, profiles, section 4.1.4.3, and core, section 2.5.1.
 *
 * @throws {@link BadSamlResponse}
 */
export function readSamlAssertion(signed: string, expected: SamlExpectation): SamlAssertion {
  const assertion = parsedSaml(signed);
  const { attributes } = assertion;
  if (localName(assertion) !== "Assertion" || attributes.get("Version") !== "2.0") {
    throw new BadSamlResponse("what is signed is no assertion of SAML 2.0");
  }
  const id = attributes.get("ID");
  if (!id) throw new BadSamlResponse("its assertion has no ID");
  if (contentOf(only(assertion, "Issuer")) !== expected.issuer) {
    throw new BadSamlResponse("its assertion is another identity provider's");
  }
  const subject = only(assertion, "Subject");
  const expiresAt = confirmedUntil(subject, expected);
  checkConditions(only(assertion, "Conditions"), expected);

  const [statement] = childrenNamed(assertion, "AuthnStatement");
  if (!statement) throw new BadSamlResponse("its assertion does not say that anybody signed in");
  checkTimes(statement, "SessionNotOnOrAfter", expected.now);
  const [context] = childrenNamed(statement, "AuthnContext");
  const [contextClass] = childrenNamed(context, "AuthnContextClassRef");
  const [nameId] = childrenNamed(subject, "NameID");
  return {
    id,
    expiresAt,
    nameId: nameId && contentOf(nameId),
    nameIdFormat: nameId?.attributes.get("Format"),
    sessionIndex: statement.attributes.get("SessionIndex"),
    authnContext: contextClass && contentOf(contextClass),
    attributes: attributesOf(assertion),
  };
}

/** Until when a bearer may show it to us, as the answer to our request. */
function confirmedUntil(subject: XmlElement, { recipient, requestId, now }: SamlExpectation): Date {
  const bearers = childrenNamed(subject, "SubjectConfirmation")
    .filter(({ attributes }) => attributes.get("Method") === bearer)
    .flatMap((confirmation) => childrenNamed(confirmation, "SubjectConfirmationData"));
  const ours = bearers.filter(({ attributes }) => attributes.get("Recipient") === recipient);
  if (ours.length === 0) throw new BadSamlResponse("its Recipient is not our address");
  // Without one it is unsolicited, and anybody could have put it into this login.
  const data = ours.find(({ attributes }) => attributes.get("InResponseTo") === requestId);
  if (!data) throw new BadSamlResponse("its assertion does not answer this login's request");
  checkTimes(data, "NotOnOrAfter", now);
  const end = timeOf(data, "NotOnOrAfter");
  if (end === undefined) throw new BadSamlResponse("its assertion has no end");
  return new Date(end + clockLeeway);
}

function checkConditions(conditions: XmlElement, { audience, now }: SamlExpectation): void {
  checkTimes(conditions, "NotOnOrAfter", now);
  const restrictions = childrenNamed(conditions, "AudienceRestriction");
  const isForUs = (restriction: XmlElement) =>
    childrenNamed(restriction, "Audience").some((one) => contentOf(one) === audience);
  if (restrictions.length === 0 || !restrictions.every(isForUs)) {
    throw new BadSamlResponse("its audience is another");
  }
  if (conditions.children.some((condition) => !knownConditions.has(localName(condition)))) {
    throw new BadSamlResponse("it has a condition that is not known here");
  }
}

function checkTimes(element: XmlElement, endName: string, now: Date): void {
  const start = timeOf(element, "NotBefore");
  const end = timeOf(element, endName);
  if (start !== undefined && now.getTime() + clockLeeway < start) {
    throw new BadSamlResponse("it is not valid yet");
  }
  if (end !== undefined && now.getTime() - clockLeeway >= end) {
    throw new BadSamlResponse("it has expired");
  }
}

/** A time in UTC, the only zone that SAML has (core, section 1.3.3). */
function timeOf({ attributes }: XmlElement, name: string): number | undefined {
  const written = attributes.get(name);
  if (written === undefined) return undefined;
  const time = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(written) ? Date.parse(written) : Number.NaN;
  if (Number.isNaN(time)) throw new BadSamlResponse(`its ${name} is no time`);
  return time;
}

function attributesOf(assertion: XmlElement): Readonly<Record<string, readonly string[]>> {
  const found = new Map<string, readonly string[]>();
  for (const statement of childrenNamed(assertion, "AttributeStatement")) {
    for (const attribute of childrenNamed(statement, "Attribute")) {
      const name = attribute.attributes.get("Name") ?? "";
      const values = childrenNamed(attribute, "AttributeValue")
        .filter(({ children }) => children.length === 0)
        .map(({ text }) => text.trim())
        .filter((text) => text !== "");
      if (values.length > 0) found.set(name, [...(found.get(name) ?? []), ...values]);
    }
  }
  return Object.fromEntries(found);
}

function only(element: XmlElement, name: string): XmlElement {
  const [child, ...more] = childrenNamed(element, name);
  if (child && more.length === 0) return child;
  throw new BadSamlResponse(`its assertion must have one ${name}`);
}

function contentOf({ text, children }: XmlElement): string {
  if (children.length > 0) throw new BadSamlResponse("a text of its assertion has elements in it");
  return text.trim();
}

const bearer = "urn:oasis:names:tc:SAML:2.0:cm:bearer";
// The first is checked; the second is so by itself, as every assertion counts once; the
// third binds only who would issue assertions of their own.
const knownConditions = new Set(["AudienceRestriction", "OneTimeUse", "ProxyRestriction"]);
