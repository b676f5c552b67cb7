import { expectSame } from "./expect.ts";
import type { DeclaredCall, Fault, FixtureAnswer } from "./fixture.ts";
import { filled, type Known } from "./known.ts";

/** A request as it came. */
export interface Sent {
  readonly method: string;
  readonly url: URL;
  readonly headers: Headers;
  readonly body: string;
}

/** What a protocol sees to in a request besides its address, headers and fields. */
export type CheckRequest = (call: DeclaredCall, sent: Sent) => Promise<void>;

/** A provider on paper: it answers the declared calls, once each, and notes every other. */
export interface StrictFetch {
  readonly fetch: typeof globalThis.fetch;
  /** Throws where a call was not declared, not made, or not as declared; `log` may say why. */
  verify(log?: string): void;
}

/** The provider that answers `calls`. What only the login knows is in `known`, and goes there when it comes. */
export function strictFetch(
  calls: readonly DeclaredCall[],
  known: Known,
  check: CheckRequest = async () => {},
): StrictFetch {
  const open = [...calls];
  const complaints: Error[] = [];

  return {
    verify(log = "nothing in the log") {
      if (complaints[0]) throw complaints[0];
      const missing = open.filter(({ optional }) => !optional).map(nameOf);
      expectSame(missing, [], `calls that were not made (${log})`);
    },

    async fetch(input, init = {}) {
      const url = String(input);
      const method = init.method ?? "GET";
      const at = open.findIndex((call) => isTo(call, url, known) && call.method === method);
      const [call] = at < 0 ? [] : open.splice(at, 1);
      if (!call) {
        // The library hides why a request failed, so it is kept for `verify`.
        const strange = new Error(`${method} ${url} was not declared`);
        complaints.push(strange);
        throw strange;
      }
      const headers = new Headers(init.headers);
      const sent = { method, url: new URL(url), headers, body: String(init.body ?? "") };
      try {
        compare(call, sent, known);
        await check(call, sent);
      } catch (error) {
        complaints.push(error as Error);
      }
      return answer(call.answer, known, init.signal);
    },
  };
}

function isTo({ url, query }: DeclaredCall, asked: string, known: Known): boolean {
  return filled(url, known) === (query ? asked.split("?")[0] : asked);
}

function compare(call: DeclaredCall, { url, headers, body }: Sent, known: Known): void {
  for (const [name, value] of Object.entries(call.headers ?? {})) {
    const came = readable(headers.get(name));
    expectSame(came, filled(value, known), `${nameOf(call)}: its header ${name}`);
  }
  const isJson = headers.get("content-type")?.includes("json");
  const posted = isJson ? (JSON.parse(body) as Readonly<Record<string, unknown>>) : fieldsOf(body);
  const sent = call.query ? fieldsOf(url.search) : posted;
  learn(sent, known);
  const fields = Object.entries(call.query ?? call.form ?? {});
  const wanted = Object.fromEntries(fields.map(([name, value]) => [name, filled(value, known)]));
  expectSame(sent, wanted, `${nameOf(call)}: its ${call.query ? "query" : "form"}`);
}

/** `Basic id:secret` for a header that has it encoded (RFC 6749, section 2.3.1). */
function readable(header: string | null): string | null {
  const [, encoded] = /^Basic (.+)$/.exec(header ?? "") ?? [];
  return encoded === undefined ? header : `Basic ${decodeURIComponent(atob(encoded))}`;
}

// Nobody knows these before the backend makes them.
const madeByBackend = ["code_verifier", "client_secret", "client_assertion"];

function learn(sent: Readonly<Record<string, unknown>>, known: Known): void {
  for (const name of madeByBackend) {
    const value = sent[name];
    if (typeof value === "string") known.set(name, value);
  }
}

function fieldsOf(encoded: string): Readonly<Record<string, unknown>> {
  return Object.fromEntries(new URLSearchParams(encoded));
}

function answer(
  wanted: FixtureAnswer | Fault,
  known: Known,
  signal: AbortSignal | null | undefined,
): Response | Promise<never> {
  if (wanted === "timeout") return neverUnlessAborted(signal);
  const { status = 200, headers = {}, body } = typeof wanted === "string" ? broken[wanted] : wanted;
  const isText = typeof body === "string";
  const text = body === undefined ? null : filled(isText ? body : JSON.stringify(body), known);
  const type = isText ? "text/html" : "application/json";
  return new Response(text, { status, headers: { "content-type": type, ...headers } });
}

const broken: Readonly<Record<Exclude<Fault, "timeout">, FixtureAnswer>> = {
  error500: { status: 500, body: { message: "Internal Server Error" } },
  html: { status: 200, body: "<!doctype html><title>Sorry</title>" },
  unauthorized: { status: 401, body: { message: "Unauthorized" } },
  empty: { status: 200, body: {} },
};

// The timer holds the program, since the one behind the signal may not.
function neverUnlessAborted(signal: AbortSignal | null | undefined): Promise<never> {
  return new Promise((_, reject) => {
    const patience = setTimeout(() => reject(new Error("the request was never given up")), 5000);
    signal?.addEventListener("abort", () => {
      clearTimeout(patience);
      reject(signal.reason);
    });
  });
}

function nameOf({ method, url }: DeclaredCall): string {
  return `${method} ${url}`;
}
