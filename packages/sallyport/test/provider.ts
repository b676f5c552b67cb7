import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";

// A small OAuth 2 provider on loopback. It shares nothing with the library, checks what a
// provider checks, writes down what it was asked, and answers something else when told to.

/** A request that came in. */
export interface Recorded {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly form: URLSearchParams;
  readonly body: string;
  readonly headers: IncomingMessage["headers"];
}

/** An answer: an object is sent as JSON, a string as it is. */
export interface Reply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: object | string;
}

/** What to do with a request: answer, never answer, or hang up. */
export type Behaviour = Fixed | ((request: Recorded) => Fixed | Promise<Fixed>);

type Fixed = Reply | "hang" | "drop";

interface Grant {
  readonly profile: object;
  readonly scope: string;
  readonly redirectUri: string;
  readonly challenge: string | null;
}

export const client = { id: "client-of-the-tests", secret: "secret-of-the-client" };

export class Provider {
  /** Who signs in next. */
  profile: Readonly<Record<string, unknown>> = { id: 1, login: "ada" };
  /** What comes with every token; undefined values vanish. */
  tokenExtras: Readonly<Record<string, unknown>> = {};
  /** Who may ask for tokens. */
  client: { readonly id: string; readonly secret: string } = client;
  /** The scopes granted, where they are not the ones asked for. */
  scope: string | undefined;
  readonly requests: Recorded[] = [];
  /** Everything handed out that must not turn up anywhere: codes, tokens, verifiers. */
  readonly secrets: string[] = [client.secret];
  connections = 0;
  readonly #behaviours = new Map<string, Behaviour>();
  readonly #codes = new Map<string, Grant>();
  readonly #tokens = new Map<string, Grant>();
  readonly #sockets = new Set<Socket>();
  readonly #server = createServer((request, response) => void this.#serve(request, response));
  #last = 0;

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** From now on this path behaves so. */
  on(path: string, behaviour: Behaviour): void {
    this.#behaviours.set(path, behaviour);
  }

  /** Requests to a path, in order. */
  to(path: string): Recorded[] {
    return this.requests.filter((request) => request.path === path);
  }

  async listen(): Promise<this> {
    this.#server.on("connection", (socket) => {
      this.connections++;
      this.#sockets.add(socket);
    });
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
    return this;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, "close");
  }

  async #serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const url = new URL(incoming.url ?? "/", this.origin);
    let text = "";
    for await (const chunk of incoming) text += chunk;
    const request: Recorded = {
      method: incoming.method ?? "",
      path: url.pathname,
      query: url.searchParams,
      form: new URLSearchParams(text),
      body: text,
      headers: incoming.headers,
    };
    this.requests.push(request);
    const behaviour = this.#behaviours.get(url.pathname) ?? this.standard(request);
    const reply = typeof behaviour === "function" ? await behaviour(request) : behaviour;
    if (reply === "hang") return;
    if (reply === "drop") return void incoming.socket.destroy();
    const { status = 200, headers = {}, body = "" } = reply;
    const isText = typeof body === "string";
    const type = isText ? "text/html; charset=utf-8" : "application/json";
    outgoing.writeHead(status, { "content-type": type, ...headers });
    outgoing.end(isText ? body : JSON.stringify(body));
  }

  /** What a provider in good order answers. */
  standard(request: Recorded): Reply {
    if (request.path === "/authorize") return this.#authorize(request.query);
    if (request.path === "/token") return this.#token(request);
    const token = request.headers.authorization?.replace("Bearer ", "") ?? "";
    const grant = this.#tokens.get(token);
    if (request.path === "/profile" && grant) return { body: grant.profile };
    return { status: grant ? 404 : 401, body: { message: "no" } };
  }

  #authorize(query: URLSearchParams): Reply {
    const redirectUri = query.get("redirect_uri") ?? "";
    const code = this.#secret("code");
    this.#codes.set(code, {
      profile: this.profile,
      scope: this.scope ?? query.get("scope") ?? "",
      redirectUri,
      challenge: query.get("code_challenge"),
    });
    const back = new URL(redirectUri);
    back.searchParams.set("code", code);
    const state = query.get("state");
    if (state !== null) back.searchParams.set("state", state);
    return { status: 302, headers: { location: back.href } };
  }

  #token({ method, form, query, headers }: Recorded): Reply {
    const fields = method === "GET" ? query : form;
    const { id, secret } = this.client;
    const basic = `Basic ${btoa(`${id}:${secret}`)}`;
    const known =
      headers.authorization === basic ||
      (fields.get("client_id") === id && fields.get("client_secret") === secret);
    if (!known) return { status: 401, body: { error: "invalid_client" } };

    const key = fields.get("code") ?? fields.get("refresh_token") ?? "";
    const grant = this.#codes.get(key);
    this.#codes.delete(key);
    const refused = { status: 400, body: { error: "invalid_grant" } };
    if (!grant) return refused;
    if (fields.has("code")) {
      const verifier = fields.get("code_verifier");
      if (verifier) this.secrets.push(verifier);
      const challenge = verifier && createHash("sha256").update(verifier).digest("base64url");
      if (challenge !== grant.challenge) return refused;
      if (fields.get("redirect_uri") !== grant.redirectUri) return refused;
    }
    const [access, refresh] = [this.#secret("access"), this.#secret("refresh")];
    this.#tokens.set(access, grant);
    this.#codes.set(refresh, grant);
    const tokens = { access_token: access, refresh_token: refresh, expires_in: 3600 };
    const body = { ...tokens, token_type: "Bearer", scope: grant.scope, ...this.tokenExtras };
    return { body };
  }

  #secret(kind: string): string {
    const secret = `${kind}-${++this.#last}-${Math.random().toString(36).slice(2)}`;
    this.secrets.push(secret);
    return secret;
  }
}

/** A provider that ends with the test. */
export async function startProvider(t: {
  after(end: () => Promise<void>): void;
}): Promise<Provider> {
  const provider = await new Provider().listen();
  t.after(() => provider.close());
  return provider;
}
