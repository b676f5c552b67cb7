import { sha256 } from "#platform";
import type { AuthError } from "../errors.ts";
import type { Html } from "./html.ts";
import { style } from "./pages.ts";

/** A redirect to be followed by GET, whatever the request was (RFC 9700, section 4.12). */
export function seeOther(location: string, cookies: readonly string[] = []): Response {
  const headers = withCookies({ ...neverStored, location }, cookies);
  return new Response(null, { status: 303, headers });
}

/** A page without forms unless said otherwise; a form's POST must name its origin. */
export async function pageAnswer(
  page: Html,
  { status = 200, cookies = [], hasForm = false, more = {} }: PageOptions = {},
): Promise<Response> {
  const headers = withCookies(
    {
      ...neverStored,
      ...more,
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": await policy,
      "cross-origin-opener-policy": "same-origin",
      "referrer-policy": hasForm ? "same-origin" : "no-referrer",
      "x-content-type-options": "nosniff",
    },
    cookies,
  );
  return new Response(page.text, { status, headers });
}

/** How a {@link pageAnswer} differs from a plain page. */
export interface PageOptions {
  readonly status?: number;
  readonly cookies?: readonly string[];
  readonly hasForm?: boolean;
  readonly more?: Readonly<Record<string, string>>;
}

/** JSON for a program. */
export function jsonAnswer(body: unknown, status = 200, cookies: readonly string[] = []): Response {
  return Response.json(body, { status, headers: withCookies(neverStored, cookies) });
}

/** What a program is told about a failure: nothing that a page would not say. */
export function failureBody(error: AuthError): object {
  const { code, stage, explanation } = error;
  const message = `${explanation.sentence} ${explanation.nextStep}`;
  return { error: { code, stage, message } };
}

/** Whether a request would rather have JSON than a page. */
export function wantsJson(request: Request): boolean {
  const accept = request.headers.get("accept") ?? "";
  return accept.includes("application/json") && !accept.includes("text/html");
}

const neverStored = { "cache-control": "no-store", "referrer-policy": "no-referrer" };

// No form-action: browsers apply it to the redirect that answers a form, too, and ours
// lead to the provider.
const policy = sha256(style).then((hash) => {
  const styleHash = btoa(String.fromCharCode(...hash));
  return [
    "default-src 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "img-src 'self'",
    `style-src 'self' 'sha256-${styleHash}'`,
  ].join("; ");
});

function withCookies(fields: Record<string, string>, cookies: readonly string[]): Headers {
  const headers = new Headers(fields);
  for (const cookie of cookies) headers.append("set-cookie", cookie);
  return headers;
}
