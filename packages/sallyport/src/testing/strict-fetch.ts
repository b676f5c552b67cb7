import { expectSame } from "./expect.ts";
import type { Fault, FixtureAnswer, FixtureCall } from "./fixture.ts";

/** A call that a login is to make, and what comes of it. */
export interface DeclaredCall extends Omit<FixtureCall, "answer"> {
  readonly answer: FixtureAnswer | Fault;
}

/** A provider on paper: it answers the declared calls, once each, and notes every other. */
export interface StrictFetch {
  readonly fetch: typeof globalThis.fetch;
  /** How many requests were made. */
  count(): number;
  /** Throws where a call was not declared, not made, or not as declared. */
  verify(): void;
}

/**
 * The provider that answers `calls`. What only the login knows is in `known`, for the texts in
 * braces; the code verifier, which nobody knows before, is put there when it comes.
 */
export function strictFetch(
  calls: readonly DeclaredCall[],
  known: Map<string, string>,
): StrictFetch {
  const fill = (text: string) => text.replace(/\{(\w+)\}/g, (all, name) => known.get(name) ?? all);
  const open = [...calls];
  const complaints: Error[] = [];
  let made = 0;

  return {
    count: () => made,

    verify() {
      if (complaints[0]) throw complaints[0];
      expectSame(open.map(nameOf), [], "calls that were not made");
    },

    async fetch(input, init = {}) {
      made++;
      const [url, method] = [String(input), init.method ?? "GET"];
      const at = open.findIndex((call) => isTo(call, url, fill) && call.method === method);
      const [call] = at < 0 ? [] : open.splice(at, 1);
      if (!call) {
        // The library hides why a request failed, so it is kept for `verify`.
        complaints.push(new Error(`${method} ${url} was not declared`));
        throw complaints[0];
      }
      const sent = call.query ? fieldsOf(new URL(url).search) : sentForm(init);
      if (typeof sent.code_verifier === "string") known.set("code_verifier", sent.code_verifier);
      try {
        compare(call, sent, new Headers(init.headers), fill);
      } catch (error) {
        complaints.push(error as Error);
      }
      return answer(call.answer, init.signal);
    },
  };
}

function isTo({ url, query }: DeclaredCall, asked: string, fill: (text: string) => string) {
  return fill(url) === (query ? asked.split("?")[0] : asked);
}

function compare(
  call: DeclaredCall,
  sent: Readonly<Record<string, unknown>>,
  headers: Headers,
  fill: (text: string) => string,
): void {
  for (const [name, value] of Object.entries(call.headers ?? {})) {
    expectSame(headers.get(name), fill(value), `${nameOf(call)}: its header ${name}`);
  }
  const fields = Object.entries(call.query ?? call.form ?? {});
  const wanted = Object.fromEntries(fields.map(([name, value]) => [name, fill(value)]));
  expectSame(sent, wanted, `${nameOf(call)}: its ${call.query ? "query" : "form"}`);
}

function sentForm({ headers, body }: RequestInit): Readonly<Record<string, unknown>> {
  const isJson = new Headers(headers).get("content-type")?.includes("json");
  return isJson
    ? (JSON.parse(String(body)) as Record<string, unknown>)
    : fieldsOf(String(body ?? ""));
}

function fieldsOf(encoded: string): Readonly<Record<string, unknown>> {
  return Object.fromEntries(new URLSearchParams(encoded));
}

function answer(
  wanted: FixtureAnswer | Fault,
  signal: AbortSignal | null | undefined,
): Response | Promise<never> {
  if (wanted === "timeout") return neverUnlessAborted(signal);
  const { status = 200, headers = {}, body } = typeof wanted === "string" ? broken[wanted] : wanted;
  const isText = typeof body === "string";
  const text = body === undefined ? null : isText ? body : JSON.stringify(body);
  const type = isText ? "text/html" : "application/json";
  return new Response(text, { status, headers: { "content-type": type, ...headers } });
}

const broken: Readonly<Record<Exclude<Fault, "timeout">, FixtureAnswer>> = {
  error500: { status: 500, body: { message: "Internal Server Error" } },
  html: { status: 200, body: "<!doctype html><title>Sorry</title>" },
  unauthorized: { status: 401, body: { message: "Unauthorized" } },
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

function nameOf({ method, url }: Pick<FixtureCall, "method" | "url">): string {
  return `${method} ${url}`;
}
