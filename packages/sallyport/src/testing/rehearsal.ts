import { type BaseAuth, createAuth, type Identity } from "../index.ts";
import { memoryStorage } from "../storage/memory.ts";
import type { Outcome, Rehearsal } from "./contract.ts";
import { cookieJar } from "./cookie-jar.ts";
import { isPosted } from "./departure.ts";
import { expectTrue } from "./expect.ts";
import type { RehearsedFixture } from "./fixture.ts";
import { filled, filledEach, type Known } from "./known.ts";
import { pipelineFor } from "./pipeline.ts";
import type { Protocol } from "./rehearsals/protocol.ts";
import { secretsOf } from "./secrets.ts";
import { strictFetch } from "./strict-fetch.ts";

/** Makes the backend under test from a fixture's settings. */
export type MakeBackend = (settings: object) => BaseAuth;

const origin = "https://app.example";

/** Puts a site together on which one login can be rehearsed. */
export function startRehearsal(
  makeBackend: MakeBackend,
  protocol: Protocol,
  fixture: RehearsedFixture,
): Rehearsal {
  const known: Known = new Map();
  const now = new Date(fixture.now ?? Date.now());
  const answers: string[] = [];
  const log: string[] = [];
  const say = (message: string, facts?: object) => {
    log.push(`${message} ${JSON.stringify(facts)}`);
  };
  // Long enough for an answer that is there at once, short enough to wait for.
  const timeout = fixture.calls.some(({ answer }) => answer === "timeout") ? 30 : 5000;
  const provider = strictFetch(
    fixture.calls.map((call) => protocol.completed?.(call, fixture) ?? call),
    known,
    protocol.checkRequest?.(fixture, known),
  );
  let identity: Identity | undefined;
  const settings = { ...fixture.settings, ...protocol.settings?.(provider.fetch, timeout) };
  const backend = watched(makeBackend(settings), known, (made) => {
    identity = made;
  });
  let link = "";
  const mailed = async (mail: { readonly link: string }) => {
    link = mail.link;
  };
  const auth = createAuth({
    baseUrl: origin,
    secrets: ["a secret of the rehearsal, long enough to pass"],
    backends: [backend],
    storage: memoryStorage(),
    pipeline: pipelineFor(backend, mailed),
    fetch: provider.fetch,
    timeouts: { call: timeout },
    logger: { info: say, warn: say, error: say },
    now: () => now,
    env: {},
  });
  const cookies = cookieJar();

  async function send(url: URL, site: string, more: RequestInit = {}): Promise<Response> {
    const headers = new Headers(more.headers);
    headers.set("sec-fetch-site", site);
    headers.set("accept", "application/json");
    headers.set("cookie", cookies.header());
    const response = await auth.handle(new Request(url, { ...more, headers }));
    expectTrue(response !== undefined, `${url.pathname} is not an address of the site`);
    cookies.keep(response.headers.getSetCookie());
    return response;
  }

  /** The login waits for the link that was sent. */
  async function followed(waiting: Response): Promise<Response> {
    answers.push(await waiting.text());
    return send(new URL(link), "same-origin", { method: "POST", body: new URLSearchParams() });
  }

  return {
    known,
    identity: () => identity,
    freezeCookies: cookies.freeze,
    forgetCookies: cookies.forget,

    async leave() {
      const data = new URLSearchParams(fixture.data);
      const address = new URL(`/auth/login/${backend.name}?${data}`, origin);
      const response = await send(address, "same-origin");
      if ("page" in fixture.departure && response.ok) {
        const policy = response.headers.get("content-security-policy") ?? "";
        return { markup: await response.text(), policy };
      }
      const location = response.headers.get("location");
      expectTrue(location !== null, `the login did not begin: ${await response.text()}`);
      const url = new URL(location);
      for (const name of ["code_challenge", "nonce"]) {
        const value = url.searchParams.get(name);
        if (value !== null) known.set(name, value);
      }
      await protocol.authorized?.(fixture, known, now);
      return url;
    },

    async comeBack(callback = fixture.callback) {
      const address = new URL(known.get("redirect_uri") ?? "", origin);
      const posts = isPosted(fixture);
      const form = new URLSearchParams();
      const parameters = posts ? form : address.searchParams;
      if (backend.stateParameter) {
        parameters.set(backend.stateParameterName, known.get("state") ?? "");
      }
      for (const [name, value] of Object.entries(callback)) {
        for (const all of [form, address.searchParams]) all.delete(name);
        if (value !== undefined) parameters.set(name, filled(value, known));
      }
      const headers = filledEach(fixture.headers ?? {}, known);
      // A form from another site comes without cookies, so our own page has posted it again.
      form.set("sallyport_reposted", "1");
      const answer = posts
        ? await send(address, "same-origin", { method: "POST", body: form, headers })
        : await send(address, "cross-site", { headers });
      const response = answer.status === 202 ? await followed(answer) : answer;
      const text = await response.text();
      answers.push(text, response.headers.get("location") ?? "");
      const { error } = JSON.parse(text) as Pick<Outcome, "error">;
      return { status: response.status, error };
    },

    verify() {
      provider.verify(log.at(-1));
      for (const secret of secretsOf(fixture, known)) {
        const line = [...answers, ...log].find((text) => text.includes(secret));
        expectTrue(line === undefined, `a secret is in what was said: ${line}`);
      }
    },
  };
}

// Looks over a backend's shoulder.
function watched(backend: BaseAuth, known: Known, found: (identity: Identity) => void): BaseAuth {
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
