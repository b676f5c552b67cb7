import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  hkdfSync,
  randomFillSync,
  sign,
} from "node:crypto";
import { lookup } from "node:dns/promises";
import * as http from "node:http";
import * as https from "node:https";
import { isIPv6, type LookupFunction } from "node:net";
import { type HttpAnswer, type HttpLimits, type HttpRequest, TransportFailure } from "../http.ts";

export { fetchTransport } from "./web.ts";

// Node's own functions do here in microseconds what WebCrypto hands to a thread pool.

/** SHA-256 of a text's UTF-8 bytes. */
export async function sha256(text: string): Promise<Uint8Array> {
  return createHash("sha256").update(text, "utf8").digest();
}

/** The HMAC (RFC 2104) of a text's UTF-8 bytes. A key that is a text is its UTF-8 bytes, too. */
export async function hmac(
  hash: "SHA-1" | "SHA-256",
  key: string | Uint8Array,
  text: string,
): Promise<Uint8Array> {
  return createHmac(hash.replace("-", ""), key).update(text, "utf8").digest();
}

/** RSASSA-PKCS1-v1_5 with SHA-1 (RFC 8017, section 8.2). The key is PKCS #8, as PEM. */
export async function signRsaSha1(pem: string, text: string): Promise<Uint8Array> {
  return sign("sha1", Buffer.from(text), pem);
}

// Random bytes are drawn by the block, as Node does for its own randomUUID: under load a draw
// costs some 8 microseconds however few bytes it is for, and a login needs five.
const block = new Uint8Array(4096);
let handedOut = block.length;

/** Random bytes that nobody can guess, each handed out once and wiped here. At most 4096. */
export function randomBytes(length: number): Uint8Array {
  if (length > block.length) throw new RangeError(`at most ${block.length} random bytes at once`);
  if (handedOut + length > block.length) {
    randomFillSync(block);
    handedOut = 0;
  }
  const bytes = block.slice(handedOut, handedOut + length);
  block.fill(0, handedOut, handedOut + length);
  handedOut += length;
  return bytes;
}

/** Two lower-case hexadecimal digits for each byte. */
export function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("hex");
}

/** Base64url without padding (RFC 4648, section 5). */
export function toBase64Url(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64url");
}

/** The reverse of {@link toBase64Url}; undefined where a character is none of its own. */
export function fromBase64Url(text: string): Uint8Array | undefined {
  if (!/^[\w-]*$/.test(text) || text.length % 4 === 1) return undefined;
  return Buffer.from(text, "base64url");
}

/** 32 bytes derived from a secret for one purpose: HKDF-SHA-256 (RFC 5869) without salt. */
export async function deriveKey(secret: string, purpose: string): Promise<Uint8Array> {
  return new Uint8Array(hkdfSync("sha256", secret, "", purpose, 32));
}

/** AES-256-GCM; the 16 bytes of the tag follow the ciphertext. */
export async function encrypt(
  key: Uint8Array,
  iv: Uint8Array,
  text: string,
  bound: string,
): Promise<Uint8Array> {
  const cipher = createCipheriv("aes-256-gcm", key, iv).setAAD(Buffer.from(bound));
  return Buffer.concat([cipher.update(text, "utf8"), cipher.final(), cipher.getAuthTag()]);
}

/** The reverse of {@link encrypt}. Throws where anything does not fit. */
export async function decrypt(
  key: Uint8Array,
  iv: Uint8Array,
  sealed: Uint8Array,
  bound: string,
): Promise<string> {
  const tagAt = sealed.byteLength - 16;
  const decipher = createDecipheriv("aes-256-gcm", key, iv, { authTagLength: 16 })
    .setAAD(Buffer.from(bound))
    .setAuthTag(sealed.subarray(tagAt));
  return decipher.update(sealed.subarray(0, tagAt), undefined, "utf8") + decipher.final("utf8");
}

// Connections are kept, since setting one up costs more than a login. An idle one is closed
// after 4 s, before the usual 5 s of servers, and keeps no process alive.
const connections = { keepAlive: true, maxSockets: 256, timeout: 4_000 };
const secureAgent = new https.Agent(connections);
const plainAgent = new http.Agent(connections);

/** Every address of a host, as the system resolves it. */
export async function resolve(host: string): Promise<readonly string[]> {
  return (await lookup(host, { all: true })).map(({ address }) => address);
}

/**
 * The platform's own transport: keep-alive agents, three to four times as fast as `fetch`.
 * With an address it connects there, whatever the host's name resolves to, and keeps no
 * connection; the certificate must be the name's all the same.
 */
export function transport(
  asked: HttpRequest,
  limits: HttpLimits,
  address?: string,
): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const giveUpAt = performance.now() + limits.timeout;
    let failed = false;
    const url = new URL(asked.url);
    const { request: send, agent } =
      url.protocol === "https:"
        ? { request: https.request, agent: secureAgent }
        : { request: http.request, agent: plainAgent };
    const method = asked.method ?? "GET";
    const headers: http.OutgoingHttpHeaders = { ...asked.headers };
    if (asked.body !== undefined) headers["content-length"] = Buffer.byteLength(asked.body);

    const route = address === undefined ? { agent } : { agent: false, lookup: pinnedTo(address) };
    const request = send(url, { method, headers, ...route }, (response) => {
      const chunks: Buffer[] = [];
      let size = 0;
      response.on("data", (chunk: Buffer) => {
        size += chunk.byteLength;
        if (size > limits.maxBytes) {
          fail("too_large", `the answer is larger than ${limits.maxBytes} bytes`);
        }
        chunks.push(chunk);
      });
      response.on("end", () => {
        clearTimeout(timer);
        resolve({
          status: response.statusCode ?? 0,
          headers: joined(response.headers),
          text: Buffer.concat(chunks).toString("utf8"),
        });
      });
      response.on("error", (error) => fail("unreachable", "the answer broke off", error));
    });
    const timer = setTimeout(
      () => fail("timeout", `no complete answer within ${limits.timeout} ms`),
      limits.timeout,
    );
    request.on("error", (error: NodeJS.ErrnoException) => {
      if (failed) return;
      clearTimeout(timer);
      // The provider closed a kept connection while the request was on its way. Only what
      // may safely be done twice is asked again (RFC 9110, section 9.2.2).
      if (request.reusedSocket && error.code === "ECONNRESET" && method === "GET") {
        resolve(transport(asked, { ...limits, timeout: giveUpAt - performance.now() }, address));
      } else {
        fail("unreachable", `the connection failed (${error.code ?? error.message})`, error);
      }
    });
    request.end(asked.body);

    function fail(reason: TransportFailure["reason"], message: string, cause?: unknown): void {
      clearTimeout(timer);
      // What `destroy` makes of the request is no news, and nothing to ask again for.
      failed = true;
      reject(new TransportFailure(reason, message, cause));
      request.destroy();
    }
  });
}

/** A lookup that asks nobody. */
function pinnedTo(address: string): LookupFunction {
  const family = isIPv6(address) ? 6 : 4;
  return (_host, { all }, answer) =>
    all ? answer(null, [{ address, family }]) : answer(null, address, family);
}

function joined(headers: http.IncomingHttpHeaders): Record<string, string> {
  const flat: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) flat[name] = String(value);
  return flat;
}
