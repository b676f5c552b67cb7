import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { Readable } from "node:stream";
import type { Auth } from "../index.ts";

/**
 * Serves our routes with Node's own HTTP server, and everything else with `app`:
 *
 * ```ts
 * createServer(node(auth, (request, response) => response.end("Hello"))).listen(3000);
 * ```
 */
export function node(auth: Auth, app: RequestListener): RequestListener {
  return (request, response) => {
    answered(auth, request, response).then(
      (done) => done || app(request, response),
      () => response.writeHead(500).end(),
    );
  };
}

/** Answers a request to one of our routes; false where the path is not ours. */
export async function answered(
  auth: Auth,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<boolean> {
  const answer = await auth.handle(toRequest(incoming, auth.origin));
  if (!answer) return false;
  const cookies = answer.headers.getSetCookie();
  if (cookies.length > 0) outgoing.setHeader("set-cookie", cookies);
  for (const [name, value] of answer.headers) {
    if (name !== "set-cookie") outgoing.setHeader(name, value);
  }
  outgoing.writeHead(answer.status).end(await answer.text());
  return true;
}

function toRequest(incoming: IncomingMessage, origin: string): Request {
  const { method = "GET", rawHeaders } = incoming;
  const headers = new Headers();
  for (let at = 0; at < rawHeaders.length; at += 2) {
    headers.append(rawHeaders[at] as string, rawHeaders[at + 1] as string);
  }
  // Express cuts the mount path off `url` and keeps the whole in `originalUrl`.
  const { originalUrl = incoming.url } = incoming as { originalUrl?: string };
  const url = origin + originalUrl;
  if (method === "GET" || method === "HEAD") return new Request(url, { method, headers });
  // `duplex` is demanded for streamed bodies and missing from the DOM's types.
  const body = Readable.toWeb(incoming) as ReadableStream;
  return new Request(url, { method, headers, body, duplex: "half" } as RequestInit);
}
