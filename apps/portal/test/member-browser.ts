import type { Sandbox, SignInChoice } from "sallyport-sandbox";

/** What somebody does on PeeringDB's page, besides being who they are. */
export type Decision = Omit<SignInChoice, "person">;

/** What a browser shows once it has come to rest. */
export interface Shown {
  readonly status: number;
  readonly headers: Headers;
  readonly html: string;
  /** What a person reads: without markup, white space as one space. */
  readonly words: string;
  /** The code that a refusal mentions. */
  readonly code: string | undefined;
}

/** A member's browser: keeps the portal's cookies and says where a request comes from. */
export class MemberBrowser {
  readonly cookies = new Map<string, string>();
  readonly #origin: string;
  readonly #sandbox: Pick<Sandbox, "signIn">;
  readonly #userAgent: string;

  /** @param userAgent what it calls itself. */
  constructor(origin: string, sandbox: Pick<Sandbox, "signIn">, userAgent = "") {
    this.#origin = origin;
    this.#sandbox = sandbox;
    this.#userAgent = userAgent;
  }

  /** A link on the portal's own pages, unless it says otherwise. */
  get(path: string, from: "same-origin" | "cross-site" = "same-origin"): Promise<Response> {
    return this.send("GET", path, { "sec-fetch-site": from, accept: "text/html" });
  }

  /** A form on the portal's own pages, unless the headers say otherwise. */
  post(
    path: string,
    headers: Readonly<Record<string, string>> = {
      "sec-fetch-site": "same-origin",
      origin: this.#origin,
    },
    fields?: Readonly<Record<string, string>>,
  ): Promise<Response> {
    return this.send("POST", path, headers, fields && new URLSearchParams(fields));
  }

  /** Submits a form of the portal's, to the page that it leads to. */
  async submit(path: string, fields: Readonly<Record<string, string>>): Promise<Shown> {
    return this.#rest(await this.post(path, undefined, fields));
  }

  async send(
    method: string,
    path: string,
    headers: Readonly<Record<string, string>>,
    body: URLSearchParams | null = null,
  ): Promise<Response> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const response = await fetch(new URL(path, this.#origin), {
      method,
      headers: { "user-agent": this.#userAgent, ...headers, ...(cookie && { cookie }) },
      body,
      redirect: "manual",
    });
    for (const line of response.headers.getSetCookie()) this.#keep(line);
    return response;
  }

  /** A page, after the portal's own redirects. */
  async open(path: string): Promise<Shown> {
    return this.#rest(await this.get(path));
  }

  /** Leaves for PeeringDB by the portal's button: the address there. */
  async leave(): Promise<string> {
    const path = "/auth/login/peeringdb";
    const answer = await this.get(path);
    // Whoever is signed in already is asked first, by a page of one button.
    const left = answer.status === 200 ? await this.post(path) : answer;
    return locationOf(left);
  }

  /** Decides at PeeringDB: the address at the portal that it sends the browser back to. */
  async decide(person: string | number, decision: Decision = {}): Promise<string> {
    return this.#sandbox.signIn(await this.leave(), { person, ...decision });
  }

  /** The whole way, to the page that the person ends on. */
  async signIn(person: string | number, decision: Decision = {}): Promise<Shown> {
    return this.comeBack(await this.decide(person, decision));
  }

  /** Comes back from PeeringDB, to the page that the person ends on. */
  async comeBack(address: string): Promise<Shown> {
    return this.#rest(await this.get(address, "cross-site"));
  }

  /** `GET /api/me`: the status, and the body as it is. */
  async me(): Promise<{ readonly status: number; readonly body: unknown }> {
    const response = await this.send("GET", "/api/me", { accept: "application/json" });
    return { status: response.status, body: await response.json() };
  }

  async #rest(answer: Response): Promise<Shown> {
    let response = answer;
    while (response.status === 303) response = await this.get(locationOf(response));
    return show(response);
  }

  #keep(line: string): void {
    const [pair = "", ...attributes] = line.split("; ");
    const at = pair.indexOf("=");
    if (attributes.includes("Max-Age=0")) this.cookies.delete(pair.slice(0, at));
    else this.cookies.set(pair.slice(0, at), pair.slice(at + 1));
  }
}

/** Reads a page as a person would. */
export async function show(response: Response): Promise<Shown> {
  const { status, headers } = response;
  const html = await response.text();
  const words = html
    .replace(/<head>.*<\/head>/s, " ")
    .replace(/<[^>]*>/g, " ")
    .replace(/&#(\d+);/g, (_, number: string) => String.fromCharCode(Number(number)))
    .replace(/\s+/g, " ")
    .trim();
  return { status, headers, html, words, code: /<code>(\w+)<\/code>/.exec(html)?.[1] };
}

function locationOf(response: Response): string {
  const location = response.headers.get("location");
  if (location === null) throw new Error(`the portal answered ${response.status}, no redirect`);
  return location;
}
