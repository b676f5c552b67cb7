import { childrenNamed, localName, parseXml, type XmlElement } from "./xml.ts";

/** A service that an XRDS document names (https://docs.oasis-open.org/xri/2.0/specs/xri-resolution-V2.0.html, section 4). */
export interface XrdsService {
  readonly types: readonly string[];
  /** The preferred one first. */
  readonly uris: readonly string[];
  readonly localId: string | undefined;
}

/**
 * The services of a document's last `XRD`, the preferred ones first.
 *
 * @throws `SyntaxError` where it is no XRDS document.
 */
export function readXrds(text: string): readonly XrdsService[] {
  const root = parseXml(text);
  if (localName(root) !== "XRDS") throw new SyntaxError("XML with another root than XRDS");
  const last = childrenNamed(root, "XRD").at(-1);
  return byPriority(childrenNamed(last, "Service")).map((service) => ({
    types: childrenNamed(service, "Type").map(content),
    uris: byPriority(childrenNamed(service, "URI")).map(content),
    localId: childrenNamed(service, "LocalID").map(content)[0],
  }));
}

/** Elements in the order of their priorities: a low number goes first, none goes last. */
function byPriority(elements: readonly XmlElement[]): readonly XmlElement[] {
  const priority = ({ attributes }: XmlElement) => {
    const written = attributes.get("priority") ?? "";
    return /^\d+$/.test(written) ? Number(written) : Number.MAX_VALUE;
  };
  return elements.toSorted((one, other) => priority(one) - priority(other));
}

function content({ text }: XmlElement): string {
  return text.trim();
}
