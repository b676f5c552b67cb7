/** The cookies of a request; the first of a name counts (RFC 6265, section 5.4). */
export function parseCookies(header: string | null | undefined): ReadonlyMap<string, string> {
  const cookies = new Map<string, string>();
  for (const pair of header?.split(";") ?? []) {
    const at = pair.indexOf("=");
    const name = pair.slice(0, at).trim();
    if (at > 0 && !cookies.has(name)) cookies.set(name, pair.slice(at + 1).trim());
  }
  return cookies;
}

/** Names and attributes of our cookies on this origin. */
export interface CookieJar {
  readonly sessionName: string;
  readonly flowPrefix: string;
  /** The cookie of a paused login. */
  pausedName(id: string): string;
  /** A `Set-Cookie` line. `maxAge` is in seconds. */
  set(name: string, value: string, maxAge: number): string;
  /** A `Set-Cookie` line that takes the cookie away. */
  clear(name: string): string;
}

/**
 * Cookies with the `__Host-` prefix, so that no other host and no plain connection can set
 * them. Lax and not strict: the callback is a navigation that comes from another site.
 * Browsers keep no secure cookie on plain http, so without https the prefix is left out;
 * `createAuth` allows that on loopback only.
 */
export function cookieJar(secure: boolean): CookieJar {
  const prefix = secure ? "__Host-" : "";
  const attributes = `Path=/; HttpOnly; SameSite=Lax${secure ? "; Secure" : ""}`;
  return {
    sessionName: `${prefix}sallyport-session`,
    flowPrefix: `${prefix}sallyport-flow-`,
    pausedName: (id) => `${prefix}sallyport-paused-${id.slice(0, 8)}`,
    set: (name, value, maxAge) => `${name}=${value}; Max-Age=${maxAge}; ${attributes}`,
    clear: (name) => `${name}=; Max-Age=0; ${attributes}`,
  };
}
