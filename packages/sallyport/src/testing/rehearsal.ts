import { type BaseAuth, createAuth, type Identity, type JsonObject } from "../index.ts";
import { memoryStorage } from "../storage/memory.ts";
import { expectTrue } from "./expect.ts";
import type { BackendFixture } from "./fixture.ts";
import { type DeclaredCall, type StrictFetch, strictFetch } from "./strict-fetch.ts";

/** Makes the backend under test from a fixture's settings. */
export type MakeBackend = (settings: JsonObject) => BaseAuth;

/** A site with one backend, a provider on paper, a browser, and every line of the log. */
export interface Rehearsal {
  /** Goes out by the first door. */
  leave(): Promise<URL>;
  /** Comes back by the second, with the provider's parameters; a state of undefined stays away. */
  comeBack(callback: Readonly<Record<string, string | undefined>>): Promise<Outcome>;
  /** From now on the browser has the cookies that it has now, whatever it is told. */
  freezeCookies(): void;
  /** Another browser: none of the cookies. */
  forgetCookies(): void;
  readonly provider: StrictFetch;
  /** What the backend made of the login. */
  identity(): Identity | undefined;
  /** What only this login knows: its state, its verifier. */
  readonly known: ReadonlyMap<string, string>;
  /** Throws where a secret turned up in an answer or in the log, or a call went wrong. */
  verify(): void;
}

/** How our second door answered. */
export interface Outcome {
  readonly status: number;
  /** Undefined where the login succeeded. */
  readonly error?: { readonly code: string; readonly stage: string } | undefined;
}

const origin = "https://app.example";

/** Puts a site together on which one login can be rehearsed. */
export function startRehearsal(
  makeBackend: MakeBackend,
  fixture: BackendFixture,
  calls: readonly DeclaredCall[] = fixture.calls,
): Rehearsal {
  const known = new Map<string, string>();
  const provider = strictFetch(calls, known);
  const said: string[] = [];
  const say = (message: string, facts?: object) => {
    said.push(`${message} ${JSON.stringify(facts)}`);
  };
  let identity: Identity | undefined;
  const backend = watched(makeBackend(fixture.settings), known, (made) => {
    identity = made;
  });
  const auth = createAuth({
    baseUrl: origin,
    secrets: ["a secret of the rehearsal, long enough to pass"],
    backends: [backend],
    storage: memoryStorage(),
    fetch: provider.fetch,
    // Long enough for an answer that is there at once, short enough to wait for.
    timeouts: { call: calls.some(({ answer }) => answer === "timeout") ? 30 : 5000 },
    logger: { info: say, warn: say, error: say },
    env: {},
  });
  const cookies = cookieJar();

  async function send(path: string, site: string): Promise<Response> {
    const headers = {
      "sec-fetch-site": site,
      accept: "application/json",
      cookie: cookies.header(),
    };
    const response = await auth.handle(new Request(new URL(path, origin), { headers }));
    expectTrue(response !== undefined, `${path} is not an address of the site`);
    cookies.keep(response.headers.getSetCookie());
    return response;
  }

  return {
    provider,
    known,
    identity: () => identity,
    freezeCookies: cookies.freeze,
    forgetCookies: cookies.forget,

    async leave() {
      const data = new URLSearchParams(fixture.data);
      const response = await send(`/auth/login/${backend.name}?${data}`, "same-origin");
      const location = response.headers.get("location");
      expectTrue(location !== null, `the login did not begin: ${await response.text()}`);
      const url = new URL(location);
      known.set("code_challenge", url.searchParams.get("code_challenge") ?? "");
      return url;
    },

    async comeBack(callback) {
      const address = new URL(known.get("redirect_uri") ?? "", origin);
      if (backend.stateParameter)
        address.searchParams.set(backend.stateParameterName, known.get("state") ?? "");
      for (const [name, value] of Object.entries(callback)) {
        if (value === undefined) address.searchParams.delete(name);
        else address.searchParams.set(name, value);
      }
      const response = await send(address.href, "cross-site");
      const text = await response.text();
      said.push(text, response.headers.get("location") ?? "");
      const { error } = JSON.parse(text) as Pick<Outcome, "error">;
      return { status: response.status, error };
    },

    verify() {
      provider.verify();
      for (const secret of secretsOf(fixture, known)) {
        const line = said.find((text) => text.includes(secret));
        expectTrue(line === undefined, `a secret is in what was said: ${line}`);
      }
    },
  };
}

// Looks over a backend's shoulder.
function watched(
  backend: BaseAuth,
  known: Map<string, string>,
  found: (identity: Identity) => void,
): BaseAuth {
  const [authUrl, authComplete] = [backend.authUrl, backend.authComplete];
  backend.authUrl = (context) => {
    known.set("state", context.state).set("redirect_uri", context.redirectUri);
    return authUrl.call(backend, context);
  };
  backend.authComplete = async (arrival) => {
    const identity = await authComplete.call(backend, arrival);
    found(identity);
    return identity;
  };
  return backend;
}

const secretNames = /^(access_token|refresh_token|id_token|client_secret|oauth_token_secret)$/;

/** What may turn up nowhere. */
function secretsOf(fixture: BackendFixture, known: ReadonlyMap<string, string>): string[] {
  const bodies = fixture.calls.map(({ answer }) => answer.body);
  const answered = bodies.flatMap((body) => Object.entries(Object(body) as JsonObject));
  const secrets = answered.filter(([name]) => secretNames.test(name)).map(([, value]) => value);
  const { clientSecret } = fixture.settings;
  return [...secrets, clientSecret, fixture.callback.code, known.get("code_verifier")].filter(
    (secret) => typeof secret === "string" && secret !== "",
  ) as string[];
}

function cookieJar() {
  const cookies = new Map<string, string>();
  let frozen = false;
  return {
    header: () => [...cookies].map(([name, value]) => `${name}=${value}`).join("; "),
    forget: () => cookies.clear(),
    freeze() {
      frozen = true;
    },
    keep(lines: readonly string[]) {
      for (const line of frozen ? [] : lines) {
        const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
        if (line.includes("Max-Age=0")) cookies.delete(name);
        else cookies.set(name, value);
      }
    },
  };
}
