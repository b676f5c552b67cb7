import { childrenNamed, localName, parseXml, type XmlElement } from "./xml.ts";

/** A response or an assertion that does not count; the message says why and quotes nothing. */
export class BadSamlResponse extends Error {
  override readonly name = "BadSamlResponse";
}

/** What a response, and the assertion in it, must fit: the request that it answers. */
export interface SamlExpectation {
  /** The entity id of the identity provider that the browser was sent to. */
  readonly issuer: string;
  /** Our own entity id. */
  readonly audience: string;
  /** Our address for the answer. */
  readonly recipient: string;
  /** The `ID` of our request. */
  readonly requestId: string;
  readonly now: Date;
}

/** A response that is worth verifying. Nothing in it is proven yet. */
export interface SamlResponse {
  /** The document as it was sent, without line breaks. */
  readonly base64: string;
  /** Why the identity provider signed nobody in, as its words for it; undefined where it did. */
  readonly refusal: string | undefined;
}

/**
 * Reads a posted `SAMLResponse` before any of it is verified, within the limits of
 * {@link parseXml}, and lets through what has one shape only: one assertion, a child of the
 * root, in the clear, with algorithms that hold. So whatever is wrapped around a signed
 * assertion, there is no other that could be mistaken for it. (SAML 2.0, core, section 3.3.3.)
 *
 * @throws {@link BadSamlResponse}
 */
export function readSamlResponse(sent: string, expected: SamlExpectation): SamlResponse {
  const base64 = sent.replace(/\s+/g, "");
  const root = parsedSaml(textOfBase64(base64));
  if (localName(root) !== "Response") throw new BadSamlResponse("it is no response");
  const { attributes } = root;
  const [issuer] = childrenNamed(root, "Issuer");
  for (const [what, value, ours] of [
    ["InResponseTo", attributes.get("InResponseTo"), expected.requestId],
    ["Destination", attributes.get("Destination"), expected.recipient],
    ["Issuer", issuer?.text.trim(), expected.issuer],
  ] as const) {
    if (value !== undefined && value !== ours) {
      throw new BadSamlResponse(`its ${what} is not this login's`);
    }
  }
  const refusal = refusalIn(root);
  if (refusal === undefined) checkShape(root);
  return { base64, refusal };
}

/** A document of SAML's. @throws {@link BadSamlResponse} */
export function parsedSaml(text: string): XmlElement {
  try {
    return parseXml(text);
  } catch (error) {
    if (error instanceof SyntaxError) throw new BadSamlResponse(`it is ${error.message}`);
    throw error;
  }
}

function textOfBase64(base64: string): string {
  try {
    const bytes = Uint8Array.from(atob(base64), (byte) => byte.charCodeAt(0));
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new BadSamlResponse("it is no text in base64");
  }
}

/** The last words of its status codes, the outer one first: `Responder AuthnFailed`. */
function refusalIn(root: XmlElement): string | undefined {
  const [outer] = childrenNamed(childrenNamed(root, "Status")[0], "StatusCode");
  const [inner] = childrenNamed(outer, "StatusCode");
  const words = [outer, inner].map((code) => {
    const [word = ""] = /[\w-]{1,60}$/.exec(code?.attributes.get("Value") ?? "") ?? [];
    return word;
  });
  if (words[0] === "Success") return undefined;
  return words.filter(Boolean).join(" ") || "no status";
}

function checkShape(root: XmlElement): void {
  const all = [...within(root)];
  const nodes = all.reduce((sum, { attributes }) => sum + 1 + attributes.size, 0);
  if (nodes > mostNodes) throw new BadSamlResponse(`it has more than ${mostNodes} nodes`);
  if (all.some((element) => localName(element) === "EncryptedAssertion")) {
    throw new BadSamlResponse("its assertion is encrypted");
  }
  const assertions = all.filter((element) => localName(element) === "Assertion");
  if (assertions.length !== 1 || childrenNamed(root, "Assertion").length !== 1) {
    throw new BadSamlResponse(`it has ${assertions.length} assertions where one is read`);
  }
  // Whichever signature is verified later, it can only be by one of these.
  for (const { attributes } of all) {
    for (const [name, value] of attributes) {
      if (/(^|:)Algorithm$/.test(name) && !algorithms.has(value)) {
        throw new BadSamlResponse("it is signed with an algorithm that is not accepted");
      }
    }
  }
}

function* within(element: XmlElement): Generator<XmlElement> {
  yield element;
  for (const child of element.children) yield* within(child);
}

/**
 * The most elements and attributes, together. To verify takes a time that grows with their
 * square: a minute for 40,000, while nobody else is served.
 */
const mostNodes = 2000;

// No SHA-1, and nothing with a shared secret (RFC 9231, sections 2.1 to 2.3 and 5.3).
const algorithms: ReadonlySet<string> = new Set([
  "http://www.w3.org/2001/04/xmlenc#sha256",
  "http://www.w3.org/2001/04/xmlenc#sha512",
  "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
  "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512",
  "http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1",
  "http://www.w3.org/2000/09/xmldsig#enveloped-signature",
  "http://www.w3.org/2001/10/xml-exc-c14n#",
  "http://www.w3.org/2001/10/xml-exc-c14n#WithComments",
  "http://www.w3.org/TR/2001/REC-xml-c14n-20010315",
]);
