import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import type { Auth, Incoming } from "../index.ts";

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
  // Express cuts the mount path off `url` and keeps the whole in `originalUrl`.
  const { originalUrl: target = incoming.url ?? "" } = incoming as { originalUrl?: string };
  // `*`, or a whole address as for a proxy (RFC 9112, section 3.2), is no route of ours.
  if (!target.startsWith("/")) return false;
  const answer = await auth.answer(toIncoming(incoming, auth.origin + target));
  if (!answer) return false;
  outgoing.statusCode = answer.status;
  for (const [name, value] of Object.entries(answer.headers)) outgoing.setHeader(name, value);
  if (answer.cookies.length > 0) outgoing.setHeader("set-cookie", answer.cookies);
  outgoing.end(answer.body);
  return true;
}

function toIncoming(incoming: IncomingMessage, url: string): Incoming {
  const { method = "GET", headers, socket } = incoming;
  return {
    method,
    url,
    headers: { get: (name) => headers[name]?.toString() ?? null },
    address: socket.remoteAddress,
    text: () => bodyOf(incoming),
  };
}

async function bodyOf(incoming: IncomingMessage): Promise<string> {
  // A body parser in front of us has read it already, and left its fields.
  const { body } = incoming as { body?: unknown };
  if (typeof body === "object" && body !== null) {
    return new URLSearchParams(body as Record<string, string>).toString();
  }
  let text = "";
  for await (const chunk of incoming.setEncoding("utf8")) {
    text += chunk;
    // Whoever reads it refuses what is longer than this; there is no need to see the rest.
    if (text.length > 1024 * 1024) break;
  }
  return text;
}
