/** Answers a request to the application; undefined where the address is not ours. */
export type Handle = (request: Request) => Promise<Response | undefined>;

/**
 * A browser that keeps the application's cookies and follows one redirect at a time. What
 * goes to the application's origin is handed to `handle`, anything else to `fetch`.
 */
export class Browser {
  readonly cookies = new Map<string, string>();
  readonly origin: string;
  /** What it calls itself. */
  userAgent: string | undefined;
  readonly #handle: Handle;

  constructor(origin: string, handle: Handle) {
    this.origin = origin;
    this.#handle = handle;
  }

  /** A link on the application's own pages, unless the headers say otherwise. */
  get(path: string, headers: HeadersInit = { "sec-fetch-site": "same-origin" }): Promise<Response> {
    return this.send("GET", path, headers);
  }

  /** A form on the application's own pages, unless the headers say otherwise. */
  post(
    path: string,
    headers: HeadersInit = { "sec-fetch-site": "same-origin", origin: this.origin },
    fields?: URLSearchParams,
  ): Promise<Response> {
    return this.send("POST", path, headers, fields);
  }

  /** Goes where a redirect leads, as a browser does: by GET, and from another site. */
  follow(response: Response): Promise<Response> {
    const location = response.headers.get("location");
    if (location === null) throw new Error(`nothing to follow: status ${response.status}`);
    return this.send("GET", location, { "sec-fetch-site": "cross-site" });
  }

  async send(
    method: string,
    address: string,
    headers: HeadersInit = {},
    body: URLSearchParams | null = null,
  ): Promise<Response> {
    const url = new URL(address, this.origin);
    const request = new Request(url, { method, headers, body, redirect: "manual" });
    if (url.origin !== this.origin) return fetch(request);
    // What `SameSite=Lax` means: another site's POST brings no cookies.
    const withheld = method === "POST" && request.headers.get("sec-fetch-site") === "cross-site";
    if (this.cookies.size > 0 && !withheld) request.headers.set("cookie", this.cookieHeader());
    if (this.userAgent) request.headers.set("user-agent", this.userAgent);
    const response = await this.#handle(request);
    if (!response) throw new Error(`${method} ${url.pathname} is not ours`);
    for (const line of response.headers.getSetCookie()) this.#keep(line);
    return response;
  }

  cookieHeader(): string {
    return [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
  }

  /** The cookies whose name says so: `flow` or `session`. */
  named(kind: "flow" | "session"): string[] {
    return [...this.cookies.keys()].filter((name) => name.includes(`sallyport-${kind}`));
  }

  /** Leaves for a backend's provider and comes back with its answer: an address of ours. */
  async leaveFor(backend: string, next = ""): Promise<string> {
    const path = `/auth/login/${backend}${next && `?next=${encodeURIComponent(next)}`}`;
    // Whoever is signed in already connects an account, and posts.
    const left = await (this.named("session").length > 0 ? this.post(path) : this.get(path));
    const back = (await this.follow(left)).headers.get("location");
    if (back === null) throw new Error("the provider did not send the browser back");
    return back;
  }

  /** The whole way; the answer of our second door. */
  async signIn(backend: string, next = ""): Promise<Response> {
    return this.send("GET", await this.leaveFor(backend, next), { "sec-fetch-site": "cross-site" });
  }

  #keep(line: string): void {
    const [pair = "", ...attributes] = line.split("; ");
    const at = pair.indexOf("=");
    const name = pair.slice(0, at);
    if (attributes.includes("Max-Age=0")) this.cookies.delete(name);
    else this.cookies.set(name, pair.slice(at + 1));
  }
}
