/** What an endpoint answers. A body in pieces goes out without a Content-Length. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Iterable<string>;
}

/** An answer, or a misbehaviour below HTTP: the connection is cut, or nothing ever comes. */
export type Outcome = Answer | "drop" | "hang";

/** An answer with a JSON body. */
export function json(
  status: number,
  value: unknown,
  headers: Readonly<Record<string, string>> = {},
): Answer {
  return {
    status,
    headers: { "Content-Type": "application/json", ...headers },
    body: JSON.stringify(value),
  };
}

/** An answer that sends the browser elsewhere. */
export function redirect(status: 301 | 302, location: string): Answer {
  return { status, headers: { Location: location }, body: "" };
}

/** An answer without a body, as Django gives for a forbidden resource or a wrong method. */
export function empty(status: number, headers: Readonly<Record<string, string>> = {}): Answer {
  return { status, headers: { "Content-Type": "text/html; charset=utf-8", ...headers }, body: "" };
}

/**
 * A refusal in OAuth's terms, shaped as oauthlib shapes it: 401 carries a Bearer challenge, and
 * the description is left out where oauthlib has none.
 *
 * https://github.com/oauthlib/oauthlib/blob/v3.3.1/oauthlib/oauth2/rfc6749/errors.py
 */
export function oauthError(status: 400 | 401, error: string, description?: string): Answer {
  const uncached = { "Cache-Control": "no-store", Pragma: "no-cache" };
  const value = { error, error_description: description }; // undefined goes missing in JSON
  if (status === 400) return json(status, value, uncached);
  const described = description === undefined ? "" : `, error_description="${description}"`;
  const challenge = `Bearer error="${error}"${described}`;
  return json(status, value, { ...uncached, "WWW-Authenticate": challenge });
}
