import { AuthError } from "../errors.ts";

/** What we read of a request. A web `Request` is one; a server without those hands over these. */
export interface Incoming {
  readonly method: string;
  /** With the application's origin, as the world knows it. */
  readonly url: string;
  /** Asked by lower-case names only. */
  readonly headers: Pick<Headers, "get">;
  /** The address at the other end of the connection, where the server says it. */
  readonly address?: string | undefined;
  /** The body's text. Asked once, and of a POST only. */
  text(): Promise<string>;
}

/** The largest form that is read, in characters: an assertion of SAML takes some 20,000. */
const longestForm = 256 * 1024;

/**
 * The fields of a posted form (RFC 6749, appendix B); none where the body is something else.
 *
 * @throws `form_too_large`
 */
export async function readForm(request: Incoming): Promise<URLSearchParams> {
  const type = request.headers.get("content-type") ?? "";
  if (request.method !== "POST" || !type.startsWith("application/x-www-form-urlencoded")) {
    return new URLSearchParams();
  }
  if (Number(request.headers.get("content-length") ?? 0) > longestForm) throw tooLarge();
  const text = await request.text();
  if (text.length > longestForm) throw tooLarge();
  return new URLSearchParams(text);
}

function tooLarge(): AuthError {
  const message = `a form of more than ${longestForm} characters`;
  return new AuthError("form_too_large", { stage: "request", message });
}

/** A web `Request`, and what it does not say by itself. */
export function toIncoming(request: Request, address: string | undefined): Incoming {
  const { method, url, headers } = request;
  return { method, url, headers, address, text: () => request.text() };
}

/** Anything with the headers of a request: a web `Request`, or Node's and Express's. */
export interface WithHeaders {
  readonly headers: Headers | { readonly cookie?: string | undefined };
  /** Looked at only to find the tenant, where there are several. */
  readonly url?: string | undefined;
  readonly originalUrl?: string | undefined;
}
