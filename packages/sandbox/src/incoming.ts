import type { IncomingMessage } from "node:http";

/** A request, read to its end: what every endpoint is a function of. */
export interface Incoming {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  /** The body's fields; empty unless it is `application/x-www-form-urlencoded`. */
  readonly form: URLSearchParams;
  readonly body: string;
  readonly authorization: string | undefined;
  /**
   * Scheme and host by which the sandbox was reached. PeeringDB does not fix its issuer: it
   * follows the request's host, so 127.0.0.1, localhost and a container's name each work.
   */
  readonly origin: string;
  readonly ip: string;
}

/** The body was larger than the sandbox reads. */
export class BodyTooLarge extends Error {}

const FORM = "application/x-www-form-urlencoded";
const MEBIBYTE = 1024 * 1024;

/** Reads a request; throws {@link BodyTooLarge}. */
export async function readIncoming(message: IncomingMessage, origin: string): Promise<Incoming> {
  const [path = "/", ...query] = (message.url ?? "/").split("?");
  const method = message.method ?? "GET";
  // A list of people for a load test may be long; nothing else here is.
  const limit = path.startsWith("/sandbox/") ? 64 * MEBIBYTE : MEBIBYTE;
  const body = method === "GET" || method === "HEAD" ? "" : await readBody(message, limit);
  const { host } = message.headers;
  return {
    method,
    path,
    query: new URLSearchParams(query.join("?")),
    form: new URLSearchParams(message.headers["content-type"]?.startsWith(FORM) ? body : ""),
    body,
    authorization: message.headers.authorization,
    origin: host !== undefined && /^[\w.:[\]-]+$/.test(host) ? `http://${host}` : origin,
    ip: message.socket.remoteAddress ?? "",
  };
}

async function readBody(message: IncomingMessage, limit: number): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of message as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= limit) chunks.push(chunk); // the rest is read all the same, so that an answer arrives
  }
  if (size > limit) throw new BodyTooLarge(`the body is larger than ${limit} bytes`);
  return Buffer.concat(chunks).toString("utf8");
}
