import { sha256 } from "#platform";
import type { AuthError } from "../errors.ts";
import type { Html } from "../html.ts";
import type { Incoming } from "./incoming.ts";
import { style } from "./pages.ts";

/** What a request is answered with, as values: {@link toResponse} makes a `Response` of it. */
export interface Answer {
  readonly status: number;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  /** `Set-Cookie` lines. */
  readonly cookies: readonly string[];
  readonly body?: string;
}

/** An {@link Answer} for servers that speak web responses. */
export function toResponse({ status, headers, cookies, body }: Answer): Response {
  const fields = Object.entries(headers);
  for (const cookie of cookies) fields.push(["set-cookie", cookie]);
  return new Response(body ?? null, { status, headers: fields });
}

/** A redirect to be followed by GET, whatever the request was (RFC 9700, section 4.12). */
export function seeOther(location: string, cookies: readonly string[] = []): Answer {
  // A path may have letters that a header cannot carry.
  const encoded = location.replace(/[^\x21-\x7e]+/g, encodeURIComponent);
  return { status: 303, headers: { ...neverStored, location: encoded }, cookies };
}

/** An address with more parameters in its query; one that is empty is left out. */
export function withParameters(url: string, parameters: Readonly<Record<string, string>>): string {
  const given = Object.entries(parameters).filter(([, value]) => value !== "");
  const query = new URLSearchParams(given).toString();
  return `${url}${url.includes("?") ? "&" : "?"}${query}`;
}

/** A page without forms unless said otherwise; a form's POST must name its origin. */
export async function pageAnswer(
  page: Html,
  { status = 200, cookies = [], more = {}, hasForm = false, script, origins }: PageOptions = {},
): Promise<Answer> {
  const headers = {
    ...neverStored,
    ...more,
    "content-type": "text/html; charset=utf-8",
    "content-security-policy": await policyFor(script, origins),
    // A widget signs in in a window that it opens, and hears from it.
    "cross-origin-opener-policy": origins ? "same-origin-allow-popups" : "same-origin",
    "referrer-policy": hasForm ? "same-origin" : "no-referrer",
    "x-content-type-options": "nosniff",
  };
  return { status, headers, cookies, body: page.text };
}

/** How a page differs from a plain one. */
export interface PageOptions extends AnswerOptions {
  readonly hasForm?: boolean;
  /** The one script that may run in it, to the letter. */
  readonly script?: string | undefined;
  /** Other sites' origins whose scripts and frames may run in it, and open windows. */
  readonly origins?: readonly string[] | undefined;
}

/** How an answer differs from a plain one. */
export interface AnswerOptions {
  readonly status?: number;
  readonly cookies?: readonly string[];
  /** More headers. */
  readonly more?: Readonly<Record<string, string>>;
}

/** JSON for a program. */
export function jsonAnswer(
  value: unknown,
  { status = 200, cookies = [], more = {} }: AnswerOptions = {},
): Answer {
  const headers = { ...neverStored, ...more, "content-type": "application/json" };
  return { status, headers, cookies, body: JSON.stringify(value) };
}

/** A document for whoever asks for it, as it is. */
export function documentAnswer(contentType: string, body: string): Answer {
  const headers = {
    ...neverStored,
    "content-type": contentType,
    "x-content-type-options": "nosniff",
  };
  return { status: 200, headers, cookies: [], body };
}

/** What a program is told about a failure: nothing that a page would not say. */
export function failureBody(error: AuthError): object {
  const { code, stage, explanation } = error;
  const message = `${explanation.sentence} ${explanation.nextStep}`;
  return { error: { code, stage, message } };
}

/** Whether a request would rather have JSON than a page. */
export function wantsJson(request: Incoming): boolean {
  const accept = request.headers.get("accept") ?? "";
  return accept.includes("application/json") && !accept.includes("text/html");
}

const neverStored = { "cache-control": "no-store", "referrer-policy": "no-referrer" };

// No form-action: browsers apply it to the redirect that answers a form, too, and ours
// lead to the provider.
const policy = hashSource(style).then((source) =>
  [
    "default-src 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "img-src 'self'",
    `style-src 'self' ${source}`,
  ].join("; "),
);

async function policyFor(
  script: string | undefined,
  origins: readonly string[] = [],
): Promise<string> {
  const sources = [...(script === undefined ? [] : [await hashSource(script)]), ...origins];
  const parts = [await policy];
  if (sources.length > 0) parts.push(`script-src ${sources.join(" ")}`);
  if (origins.length > 0) parts.push(`frame-src ${origins.join(" ")}`);
  return parts.join("; ");
}

/** What a content security policy calls a text that may stand in the page (CSP 3, section 2.3.1). */
async function hashSource(text: string): Promise<string> {
  return `'sha256-${btoa(String.fromCharCode(...(await sha256(text))))}'`;
}
