import type { Incoming } from "./incoming.ts";

/** The most that is kept of it, in characters. Real ones have some 120. */
const longest = 500;

/**
 * What a browser calls itself (RFC 9110, section 10.1.5), fit to be kept and shown: cut, and
 * without characters that nobody sees. Null where it says nothing.
 */
export function userAgentOf(headers: Incoming["headers"]): string | null {
  const said = headers.get("user-agent") ?? "";
  return said.slice(0, longest).replace(/\p{C}/gu, "").trim() || null;
}
