/** The longest `next`, in characters. */
const longestNext = 2048;

// Control, format, private and unassigned characters, spaces of any kind, and the backslash
// that browsers read as a slash.
const forbidden = /[\p{C}\p{Z}\\]/u;

/**
 * Where to go after a login, if it leads nowhere but to this application: a path on our
 * own origin, or an https address at one of `hosts`. Undefined otherwise.
 *
 * A browser resolves what a server sends in its own way, and proxies decode once more on
 * the path between, so the text must stay harmless under four rounds of percent-decoding.
 * See RFC 9700, section 4.11, and the WHATWG URL standard.
 */
export function safeNext(
  next: unknown,
  origin: string,
  hosts: readonly string[] = [],
): string | undefined {
  if (typeof next !== "string" || next.length > longestNext) return undefined;
  let text = next;
  for (let round = 0; round <= 4; round++) {
    if (!leadsHome(text, origin) && !leadsTo(text, hosts)) return undefined;
    const decoded = decodeOnce(text);
    if (decoded === text) return next;
    text = decoded;
  }
  return undefined;
}

function leadsHome(text: string, origin: string): boolean {
  if (!/^\/(?!\/)/.test(text) || forbidden.test(text) || !URL.canParse(text, origin)) return false;
  const url = new URL(text, origin);
  const path = text.split(/[?#]/)[0] ?? "";
  return url.origin === origin && url.username === "" && !path.includes("//");
}

function leadsTo(text: string, hosts: readonly string[]): boolean {
  if (!text.startsWith("https://") || forbidden.test(text) || !URL.canParse(text)) return false;
  const url = new URL(text);
  return hosts.includes(url.host) && url.username === "" && url.password === "";
}

// What cannot be decoded stays as it is, as it does in a browser.
function decodeOnce(text: string): string {
  return text.replace(/(?:%[0-9a-f]{2})+/gi, (escaped) => {
    try {
      return decodeURIComponent(escaped);
    } catch {
      return escaped;
    }
  });
}
