import type { BaseAuth } from "../backend.ts";
import { logFacts } from "../errors.ts";
import type { Gate } from "../gate.ts";
import { toAuthError } from "../storage.ts";
import { boundedHttp } from "../wire/bounded-http.ts";

/**
 * Where a browser signs out of the provider that it signed in with, and comes back from to
 * our own page (OpenID Connect RP-Initiated Logout 1.0, section 2). Undefined where the
 * provider has no such place, or does not say: that keeps nobody signed in with us.
 *
 * No `state` goes along: what comes back changes nothing, so there is nothing to tell apart.
 */
export async function providerLogout(
  gate: Gate,
  backend: BaseAuth,
  returnTo: string,
): Promise<string | undefined> {
  if (!backend.endSessionUrl) return undefined;
  const http = boundedHttp(backend, "request", gate.bounds);
  try {
    return await backend.endSessionUrl({ http, now: gate.now() }, { returnTo });
  } catch (error) {
    const facts = { backend: backend.name, ...logFacts(toAuthError(error)) };
    gate.logger.warn("the provider does not say where to sign out", facts);
    return undefined;
  }
}
