import type { BaseAuth, Environment } from "./backend.ts";
import { AuthError } from "./errors.ts";
import { type LimitSettings, usualLimits } from "./limiter.ts";
import { catalogue, type GivenToSite, ownUrlNames, settingNames } from "./settings.ts";
import { toProxy } from "./web/clients.ts";
import type { Site } from "./web/visit.ts";
import type { Prefix } from "./wire/address.ts";

// What `createAuth` is told, checked: everything here throws `settings_invalid`.

/** Backends by their names, bound to the site and the environment. */
export function bindBackends(
  backends: readonly BaseAuth[],
  given: GivenToSite,
  environment: Environment,
): ReadonlyMap<string, BaseAuth> {
  const named = new Map<string, BaseAuth>();
  for (const backend of backends) {
    if (named.has(backend.name)) throw invalid(`two backends are called "${backend.name}"`);
    backend.joinSite(given);
    backend.bind(environment);
    named.set(backend.name, backend);
  }
  return named;
}

/** A backend, and a setting, that need a step are refused without it: they would not be safe, or do nothing. */
export function checkSteps(backend: BaseAuth, steps: ReadonlySet<string>): void {
  const missing = backend.neededSteps.find((needed) => !steps.has(needed));
  if (missing) {
    throw invalid(`backend ${backend.name} is safe only with step "${missing}" in the pipeline`);
  }
  for (const name of settingNames) {
    const { step, usual } = catalogue[name];
    const isUsual = JSON.stringify(backend.setting(name)) === JSON.stringify(usual);
    if (!step || steps.has(step) || isUsual) continue;
    throw invalid(`${name} of backend ${backend.name} needs step "${step}" in the pipeline`);
  }
}

/** What redirects follow is held to the rules of `next`, wherever it was given. */
export function checkUrls(
  owner: string,
  from: Pick<Site, "setting">,
  leadsSomewhere: (url: string) => boolean,
): void {
  for (const name of ownUrlNames) {
    const url = from.setting(name);
    if (url !== undefined && !leadsSomewhere(url)) {
      throw invalid(`${owner}${name} must be a path, or at an allowed host`);
    }
  }
}

/** An origin at which browsers reach us: https, except on loopback. */
export function checkedOrigin(baseUrl: string): string {
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : undefined;
  if (!url || !/^https?:$/.test(url.protocol)) throw invalid(`baseUrl is not a URL: "${baseUrl}"`);
  if (url.pathname !== "/" || url.search || url.hash || url.username) {
    throw invalid(`baseUrl must be an origin without a path: "${url.origin}"`);
  }
  const loopback = /^(([\w-]+\.)*localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname);
  if (url.protocol === "http:" && !loopback) {
    throw invalid("baseUrl must be https; plain http is for loopback only");
  }
  return url.origin;
}

/** The origin of a tenant; the application's unless given. */
export function tenantOrigin(given: string | undefined, origin: string): string {
  const own = given === undefined ? origin : checkedOrigin(given);
  // Cookies are named and marked by the scheme, for all tenants alike.
  if (new URL(own).protocol === new URL(origin).protocol) return own;
  throw invalid("tenantUrl must have the scheme of baseUrl");
}

/** A path below which routes stand. */
export function checkedPath(name: string, path: string): string {
  if (/^(\/[\w:.-]+)+$/.test(path)) return path;
  throw invalid(`${name} must be a path like "/auth", not "${path}"`);
}

/** The proxies whose word on where a request came from counts. */
export function checkedProxies(given: readonly string[]): readonly Prefix[] {
  if (!Array.isArray(given)) throw invalid("trustedProxies must be a list of addresses");
  return given.map((text) => {
    const proxy = toProxy(String(text));
    if (proxy) return proxy;
    throw invalid(`trustedProxies must have addresses, and networks like "10.0.0.0/8": "${text}"`);
  });
}

/** Limits that can be counted to. */
export function checkedLimits(given: LimitSettings | false): LimitSettings | false {
  for (const [name, rates] of Object.entries(given || {})) {
    if (!Object.hasOwn(usualLimits, name)) throw invalid(`limits has no "${name}"`);
    for (const [window, most] of Object.entries(rates || {})) {
      const counts = Number.isSafeInteger(most) && Number(most) > 0;
      if (counts || most === false || most === undefined) continue;
      throw invalid(`${window} of limits.${name} must be a whole number from 1 on, or false`);
    }
  }
  return given;
}

/** A `settings_invalid` of `createAuth`. */
export function invalid(what: string): AuthError {
  return new AuthError("settings_invalid", { stage: "settings", message: `createAuth: ${what}` });
}
