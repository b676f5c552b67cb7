import type { HttpAnswer } from "../http.ts";
import { headTags } from "./html-head.ts";
import { identifierSelect, openId2 } from "./openid-message.ts";
import type { PublicAnswer, PublicHttp } from "./public-http.ts";
import { readXrds, type XrdsService } from "./xrds.ts";

// From an identifier to the endpoint that can vouch for it: section 7 of
// https://openid.net/specs/openid-authentication-2_0.html, with Yadis 1.0.

/** An OpenID 2.0 service that discovery found. */
export interface OpenIdService {
  /** Where the person proves who they are (`op_endpoint`). */
  readonly endpoint: string;
  /** The identifier that is claimed, without fragment; {@link identifierSelect} where the OP lets the person choose. */
  readonly claimedId: string;
  /** What the OP itself calls the person; the claimed identifier unless discovery says otherwise. */
  readonly localId: string;
  /** What the service says that it speaks. */
  readonly types: readonly string[];
}

/** What discovery found, the best first, and the page that it began with. */
export interface Discovery {
  readonly services: readonly OpenIdService[];
  readonly page: HttpAnswer;
}

/**
 * An identifier as a person entered it, in its one canonical form (section 7.2). Undefined
 * where it cannot be used: an XRI, which nobody resolves any more, or no http address.
 */
export function normalizeIdentifier(entered: string): string | undefined {
  const text = entered.trim();
  if (text === "" || /^(xri:|[=@+$!(])/i.test(text)) return undefined;
  const address = /^[a-z][a-z\d+.-]*:\/\//i.test(text) ? text : `http://${text}`;
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.password) return undefined;
  url.hash = "";
  return canonical(url.href);
}

/** An identifier without its fragment, which is told apart but not discovered (section 11.5.2). */
export function withoutFragment(identifier: string): string {
  return identifier.split("#", 1)[0] ?? "";
}

/** Asks an identifier's page, and the document that it names, for OpenID 2.0 services (section 7.3). */
export async function discover(http: PublicHttp, identifier: string): Promise<Discovery> {
  const page = await http.get(identifier, { accept: accepted });
  if (!isGood(page)) return { services: [], page };
  const claimedId = canonical(withoutFragment(page.url));
  if (isXrds(page)) return { services: xrdsServices(page.text, claimedId), page };

  const location = xrdsLocation(page);
  const document = location === undefined ? undefined : await http.get(location, { accept: xrds });
  const services = document && isGood(document) ? xrdsServices(document.text, claimedId) : [];
  return { services: services.length > 0 ? services : htmlServices(page.text, claimedId), page };
}

/** Where a page says that its XRDS document is: in its header, else in its head (Yadis, section 6.2). */
export function xrdsLocation({ headers, text }: HttpAnswer): string | undefined {
  const meta = headTags(text).find(
    ({ name, attributes }) =>
      name === "meta" && attributes["http-equiv"]?.toLowerCase() === "x-xrds-location",
  );
  return webAddress(headers["x-xrds-location"] ?? meta?.attributes.content);
}

/** The service that a page's links name (section 7.3.3). Links of OpenID 1.x only make none. */
export function htmlServices(html: string, claimedId: string): readonly OpenIdService[] {
  const linked = (relation: string) =>
    headTags(html).find(
      ({ name, attributes }) =>
        name === "link" && attributes.rel?.toLowerCase().split(/\s+/).includes(relation),
    )?.attributes.href;
  const endpoint = webAddress(linked("openid2.provider"));
  if (endpoint === undefined) return [];
  const localId = linked("openid2.local_id")?.trim() || claimedId;
  return [{ endpoint, claimedId, localId, types: [signon] }];
}

/**
 * The OpenID 2.0 services of an XRDS document: those where the person chooses at the OP
 * first (section 7.3.2.2), each kind in the order of its priorities.
 */
export function xrdsServices(text: string, claimedId: string): readonly OpenIdService[] {
  const services = servicesIn(text).flatMap(({ types, uris, localId = claimedId }) => {
    const isServer = types.includes(server);
    if (!isServer && !types.includes(signon)) return [];
    const identifiers = isServer
      ? { claimedId: identifierSelect, localId: identifierSelect }
      : { claimedId, localId };
    return uris.flatMap((uri) => {
      const endpoint = webAddress(uri);
      return endpoint === undefined ? [] : [{ endpoint, ...identifiers, types }];
    });
  });
  const chosenThere = (service: OpenIdService) => service.types.includes(server);
  return [...services.filter(chosenThere), ...services.filter((service) => !chosenThere(service))];
}

// What is no XRDS document names no service, and the page's links are read instead (section 7.3).
function servicesIn(text: string): readonly XrdsService[] {
  try {
    return readXrds(text);
  } catch (error) {
    if (error instanceof SyntaxError) return [];
    throw error;
  }
}

const server = `${openId2}/server`;
const signon = `${openId2}/signon`;
const xrds = "application/xrds+xml";
const accepted = `${xrds}, application/xhtml+xml;q=0.5, text/html;q=0.3`;

function isGood({ status }: HttpAnswer): boolean {
  return status >= 200 && status < 300;
}

function isXrds({ headers }: PublicAnswer): boolean {
  return headers["content-type"]?.split(";")[0]?.trim().toLowerCase() === xrds;
}

function webAddress(text: string | undefined): string | undefined {
  const url = text !== undefined && URL.canParse(text) ? new URL(text) : undefined;
  return url && /^https?:$/.test(url.protocol) ? url.href : undefined;
}

// What RFC 3986 calls the same, section 6.2.2: the URL parser leaves escapes as they are.
function canonical(href: string): string {
  return href.replace(/%[\da-f]{2}/gi, (written) => {
    const character = String.fromCharCode(Number.parseInt(written.slice(1), 16));
    return /[\w.~-]/.test(character) ? character : written.toUpperCase();
  });
}
