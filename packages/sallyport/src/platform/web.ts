import { type HttpAnswer, type HttpLimits, type HttpRequest, TransportFailure } from "../http.ts";

/** SHA-256 of a text's UTF-8 bytes. */
export async function sha256(text: string): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", encode(text)));
}

/** The HMAC (RFC 2104) of a text's UTF-8 bytes. A key that is a text is its UTF-8 bytes, too. */
export async function hmac(
  hash: "SHA-1" | "SHA-256",
  key: string | Uint8Array,
  text: string,
): Promise<Uint8Array> {
  const algorithm = { name: "HMAC", hash };
  const bytes = typeof key === "string" ? encode(key) : new Uint8Array(key);
  const imported = await crypto.subtle.importKey("raw", bytes, algorithm, false, ["sign"]);
  return new Uint8Array(await crypto.subtle.sign("HMAC", imported, encode(text)));
}

/** RSASSA-PKCS1-v1_5 with SHA-1 (RFC 8017, section 8.2). The key is PKCS #8, as PEM. */
export async function signRsaSha1(pem: string, text: string): Promise<Uint8Array> {
  const der = atob(pem.replace(/-----[^-]+-----|\s/g, ""));
  const bytes = Uint8Array.from(der, (character) => character.charCodeAt(0));
  const algorithm = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-1" };
  const key = await crypto.subtle.importKey("pkcs8", bytes, algorithm, false, ["sign"]);
  return new Uint8Array(await crypto.subtle.sign(algorithm.name, key, encode(text)));
}

/** Random bytes that nobody can guess. */
export function randomBytes(length: number): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(length));
}

/** Two lower-case hexadecimal digits for each byte. */
export function toHex(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Base64url without padding (RFC 4648, section 5). */
export function toBase64Url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replace(/=+$/, "");
}

/** The reverse of {@link toBase64Url}; undefined where a character is none of its own. */
export function fromBase64Url(text: string): Uint8Array | undefined {
  if (!/^[\w-]*$/.test(text) || text.length % 4 === 1) return undefined;
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}

/** 32 bytes derived from a secret for one purpose: HKDF-SHA-256 (RFC 5869) without salt. */
export async function deriveKey(secret: string, purpose: string): Promise<Uint8Array> {
  const material = await crypto.subtle.importKey("raw", encode(secret), "HKDF", false, [
    "deriveBits",
  ]);
  const info = encode(purpose);
  const bits = await crypto.subtle.deriveBits(
    { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(), info },
    material,
    256,
  );
  return new Uint8Array(bits);
}

/** AES-256-GCM; the 16 bytes of the tag follow the ciphertext. */
export async function encrypt(
  key: Uint8Array,
  iv: Uint8Array,
  text: string,
  bound: string,
): Promise<Uint8Array> {
  const parameters = { name: "AES-GCM", iv: owned(iv), additionalData: encode(bound) };
  return new Uint8Array(
    await crypto.subtle.encrypt(parameters, await aesKey(key, "encrypt"), encode(text)),
  );
}

/** The reverse of {@link encrypt}. Throws where anything does not fit. */
export async function decrypt(
  key: Uint8Array,
  iv: Uint8Array,
  sealed: Uint8Array,
  bound: string,
): Promise<string> {
  const parameters = { name: "AES-GCM", iv: owned(iv), additionalData: encode(bound) };
  const text = await crypto.subtle.decrypt(parameters, await aesKey(key, "decrypt"), owned(sealed));
  return new TextDecoder().decode(text);
}

/** The `Transport` over a web `fetch`. */
export function fetchTransport(fetch: typeof globalThis.fetch) {
  return async (request: HttpRequest, limits: HttpLimits): Promise<HttpAnswer> => {
    const signal = AbortSignal.timeout(limits.timeout);
    try {
      const response = await fetch(request.url, {
        method: request.method ?? "GET",
        headers: request.headers ?? {},
        body: request.body ?? null,
        redirect: "manual",
        signal,
      });
      return {
        status: response.status,
        headers: Object.fromEntries(response.headers),
        text: await readBounded(response, limits.maxBytes),
      };
    } catch (error) {
      if (error instanceof TransportFailure) throw error;
      throw signal.aborted
        ? new TransportFailure("timeout", `no complete answer within ${limits.timeout} ms`)
        : new TransportFailure("unreachable", "the connection failed", error);
    }
  };
}

/** The platform's own transport. */
export const transport = fetchTransport((...call) => globalThis.fetch(...call));

/**
 * A host's addresses, which cannot be asked for here: `fetch` resolves by itself. Undefined on
 * Workers, where it reaches the public internet only; elsewhere nobody knows, so it throws.
 * https://developers.cloudflare.com/workers/runtime-apis/web-standards/#navigatoruseragent
 */
export async function resolve(_host: string): Promise<readonly string[] | undefined> {
  if (globalThis.navigator?.userAgent === "Cloudflare-Workers") return undefined;
  throw new Error("this platform does not say a host's addresses: give a resolver and a dialer");
}

async function readBounded(response: Response, maxBytes: number): Promise<string> {
  if (response.body === null) return "";
  const decoder = new TextDecoder();
  let text = "";
  let size = 0;
  // The DOM's ReadableStream type lacks the async iterator that every runtime has.
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength;
    if (size > maxBytes) {
      throw new TransportFailure("too_large", `the answer is larger than ${maxBytes} bytes`);
    }
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

function aesKey(key: Uint8Array, use: "encrypt" | "decrypt"): Promise<CryptoKey> {
  return crypto.subtle.importKey("raw", owned(key), "AES-GCM", false, [use]);
}

function encode(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

// WebCrypto's types take no view of a SharedArrayBuffer.
function owned(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytes);
}
