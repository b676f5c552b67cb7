import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

// A small PeeringDB on loopback that shares nothing with the library: its own addresses,
// its client_secret_post, its 403 with an empty body. Whoever comes is the person in `profile`.

export const client = { id: "portal-of-the-tests", secret: "secret-of-the-portal" };

export class FakePeeringDB {
  /** Who signs in next: exactly what `/profile/v1` says. */
  profile: Readonly<Record<string, unknown>> = {};
  readonly #codes = new Map<string, object>();
  readonly #tokens = new Map<string, object>();
  readonly #server = createServer((request, response) => void this.#serve(request, response));
  #last = 0;

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async listen(): Promise<this> {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
    return this;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? "/", this.url);
    let form = "";
    for await (const chunk of request) form += chunk;
    const {
      status,
      headers = {},
      body,
    } = this.#answer(
      pathname,
      pathname === "/oauth2/token/" ? new URLSearchParams(form) : searchParams,
      request.headers.authorization,
    );
    const type = body && { "content-type": "application/json" };
    response.writeHead(status, { ...type, ...headers }).end(body && JSON.stringify(body));
  }

  #answer(path: string, query: URLSearchParams, authorization = ""): Answer {
    if (path === "/oauth2/authorize/") return this.#authorize(query);
    if (path === "/oauth2/token/") return this.#token(query);
    const body = this.#tokens.get(authorization.replace("Bearer ", ""));
    return path === "/profile/v1" && body ? { status: 200, body } : { status: 403 };
  }

  #authorize(query: URLSearchParams): Answer {
    const code = `code-${++this.#last}`;
    this.#codes.set(code, this.profile);
    const back = new URL(query.get("redirect_uri") ?? "");
    back.searchParams.set("code", code);
    back.searchParams.set("state", query.get("state") ?? "");
    return { status: 302, headers: { location: back.href } };
  }

  #token(form: URLSearchParams): Answer {
    if (form.get("client_id") !== client.id || form.get("client_secret") !== client.secret) {
      return { status: 401, body: { error: "invalid_client" } };
    }
    const code = form.get("code") ?? "";
    const profile = this.#codes.get(code);
    this.#codes.delete(code);
    if (!profile) return { status: 400, body: { error: "invalid_grant" } };
    const access = `access-${++this.#last}`;
    this.#tokens.set(access, profile);
    const tokens = { access_token: access, refresh_token: `refresh-${this.#last}` };
    const rest = { token_type: "Bearer", expires_in: 36000, scope: "profile email networks amr" };
    return { status: 200, body: { ...tokens, ...rest } };
  }
}

interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: object;
}

/** A fake PeeringDB that ends with the test. */
export async function startPeeringDB(t: {
  after(end: () => Promise<void>): void;
}): Promise<FakePeeringDB> {
  const peeringdb = await new FakePeeringDB().listen();
  t.after(() => peeringdb.close());
  return peeringdb;
}
