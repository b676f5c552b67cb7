import { hmac, signRsaSha1 } from "#platform";
import type { HttpRequest } from "../http.ts";

/** How a request is signed (RFC 5849, section 3.4). HMAC-SHA256 is no part of it, but in use. */
export type SignatureMethod = "HMAC-SHA1" | "HMAC-SHA256" | "RSA-SHA1" | "PLAINTEXT";

/** Whose request it is. */
export interface Credentials {
  readonly clientId: string;
  /** For RSA-SHA1 the client's private key: PKCS #8, as PEM. */
  readonly clientSecret: string;
  readonly token?: string | undefined;
  readonly tokenSecret?: string | undefined;
}

/** How one request is signed. */
export interface Signing {
  readonly method: SignatureMethod;
  readonly credentials: Credentials;
  /** Never used before by this client in this second (RFC 5849, section 3.3). */
  readonly nonce: string;
  /** Seconds since 1970. */
  readonly timestamp: number;
  /** Further parameters of the protocol, such as `oauth_callback`. */
  readonly more?: Parameters | undefined;
}

/** Names and values, decoded. A name may come more than once. */
export type Parameters = readonly (readonly [name: string, value: string])[];

/**
 * A request with the `Authorization` header that signs it: its method, its address, its
 * query and the fields of its form.
 */
export async function signedRequest(
  request: HttpRequest,
  { method, credentials, nonce, timestamp, more = [] }: Signing,
): Promise<HttpRequest> {
  const { clientId, token } = credentials;
  const own: Parameters = [
    ["oauth_consumer_key", clientId],
    ...(token === undefined ? [] : [["oauth_token", token] as const]),
    ["oauth_signature_method", method],
    ["oauth_timestamp", String(timestamp)],
    ["oauth_nonce", nonce],
    ["oauth_version", "1.0"],
    ...more,
  ];
  const text = baseString(request, own);
  const signature = await signatureOf(text, method, credentials);
  const authorization = authorizationHeader([...own, ["oauth_signature", signature]]);
  return { ...request, headers: { ...request.headers, authorization } };
}

/**
 * The text that is signed (RFC 5849, section 3.4.1). `own` are the protocol's parameters,
 * without `oauth_signature` and `realm`.
 */
export function baseString(request: HttpRequest, own: Parameters): string {
  const url = new URL(request.url);
  // A URL's host is in lower case and says no port that its scheme has anyway.
  const address = `${url.protocol}//${url.host}${url.pathname}`;
  const parameters = [...url.searchParams, ...formOf(request), ...own];
  const parts = [(request.method ?? "GET").toUpperCase(), address, normalized(parameters)];
  return parts.map(percentEncoded).join("&");
}

/** Parameters in their one order and spelling (RFC 5849, section 3.4.1.3.2). */
export function normalized(parameters: Parameters): string {
  return parameters
    .map(([name, value]) => [percentEncoded(name), percentEncoded(value)] as const)
    .sort(([name, value], [other, another]) => compare(name, other) || compare(value, another))
    .map((pair) => pair.join("="))
    .join("&");
}

/** The signature of a base string (RFC 5849, sections 3.4.2 to 3.4.4). */
export async function signatureOf(
  text: string,
  method: SignatureMethod,
  { clientSecret, tokenSecret = "" }: Credentials,
): Promise<string> {
  if (method === "RSA-SHA1") return base64(await signRsaSha1(clientSecret, text));
  const key = `${percentEncoded(clientSecret)}&${percentEncoded(tokenSecret)}`;
  if (method === "PLAINTEXT") return key;
  return base64(await hmac(method === "HMAC-SHA1" ? "SHA-1" : "SHA-256", key, text));
}

/** RFC 5849, section 3.5.1. */
export function authorizationHeader(own: Parameters): string {
  const fields = own.map(([name, value]) => `${percentEncoded(name)}="${percentEncoded(value)}"`);
  return `OAuth ${fields.join(", ")}`;
}

/** Everything but letters, digits, `-`, `.`, `_` and `~` (RFC 5849, section 3.6). */
export function percentEncoded(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** The fields of a request's form; none where its body is something else. */
function formOf({ headers = {}, body = "" }: HttpRequest): Iterable<[string, string]> {
  const type = Object.entries(headers).find(([name]) => name.toLowerCase() === "content-type");
  const isForm = /^application\/x-www-form-urlencoded\s*(;|$)/i.test(type?.[1] ?? "");
  return isForm ? new URLSearchParams(body) : [];
}

// Encoded text is ASCII, so that the order of its characters is that of its bytes.
function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

function base64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}
