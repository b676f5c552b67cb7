import type { Incoming } from "./incoming.ts";

/**
 * Whether a link was followed from our own pages, or typed: what may begin a login without
 * a click on our own button. Browsers say so in `Sec-Fetch-Site` (W3C Fetch Metadata);
 * without it no foreign `Origin` or `Referer` may speak against it.
 */
export function comesFromHere(headers: Incoming["headers"], origin: string): boolean {
  const site = headers.get("sec-fetch-site");
  if (site !== null) return ["same-origin", "same-site", "none"].includes(site);
  return names(headers.get("origin"), origin) && names(headers.get("referer"), origin);
}

/**
 * Whether a POST came from our own pages. A browser always sends `Origin` or
 * `Sec-Fetch-Site` with one; what sends neither is no browser and brings nobody's cookies.
 */
export function postedFromHere(headers: Incoming["headers"], origin: string): boolean {
  const site = headers.get("sec-fetch-site");
  if (site !== null && site !== "same-origin") return false;
  return names(headers.get("origin"), origin) && names(headers.get("referer"), origin);
}

/** Whether a browser only fetches ahead, without anybody having clicked. */
export function isPrefetch(headers: Incoming["headers"]): boolean {
  return [headers.get("sec-purpose"), headers.get("purpose")].some((purpose) =>
    purpose?.includes("prefetch"),
  );
}

function names(address: string | null, origin: string): boolean {
  if (address === null) return true;
  return URL.canParse(address) && new URL(address).origin === origin;
}
