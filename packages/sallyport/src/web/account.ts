import { disconnect } from "../disconnect.ts";
import { AuthError } from "../errors.ts";
import { countConnect } from "../limits.ts";
import { backendSpan } from "../tracing.ts";
import { type Answer, jsonAnswer, seeOther, wantsJson } from "./answers.ts";
import { providerLogout } from "./provider-logout.ts";
import { backendOf, nextOf, publicUser, readSession, refuseForged, type Visit } from "./visit.ts";

/** `GET /session`: who is signed in, as JSON, or `null`. */
export async function whoIsSignedIn({ site, cookies }: Visit): Promise<Answer> {
  const signedIn = await readSession(site, cookies);
  if (!signedIn) return jsonAnswer(null);
  const { backend, amr, authenticatedAt, expiresAt } = signedIn;
  return jsonAnswer({ user: publicUser(signedIn), backend, amr, authenticatedAt, expiresAt });
}

/**
 * `POST /logout`: the session ends, in the database and in the browser. With `provider=1` the
 * browser goes on to the provider, to sign out there, where the provider has a place for that.
 */
export async function logout(visit: Visit): Promise<Answer> {
  const { site, cookies, request, parameters } = visit;
  refuseForged(visit);
  const cookie = cookies.get(site.jar.sessionName);
  const there = parameters.get("provider") === "1";
  const signedIn = there ? await readSession(site, cookies) : undefined;
  if (cookie !== undefined) await site.gate.sessions.end(site.gate.storage, cookie);
  const gone = [site.jar.clear(site.jar.sessionName)];

  const backend = signedIn && site.backends.get(signedIn.backend);
  const here = site.setting("logoutRedirectUrl");
  const home = new URL(here, site.origin).href;
  const location = backend && (await providerLogout(site.gate, backend, home));
  if (wantsJson(request)) return jsonAnswer(location ? { location } : null, { cookies: gone });
  return seeOther(location ?? here, gone);
}

/** `POST /disconnect/:backend[/:id]`: an account, or all of this backend, lead to the user no longer. */
export async function disconnectAccount(visit: Visit): Promise<Answer> {
  const { site, cookies, request, id } = visit;
  refuseForged(visit);
  const backend = backendOf(visit);
  const signedIn = await readSession(site, cookies);
  if (!signedIn) throw new AuthError("not_signed_in", { stage: "request" });
  await countConnect(site.gate, signedIn.user);
  const wish = { signedIn, associationId: id === "" ? undefined : Number(id) };
  const removed = await site.gate.trace(backendSpan("disconnect", backend), () =>
    disconnect(site.gate, backend, wish),
  );
  const disconnected = removed.map((association) => association.id);
  if (wantsJson(request)) return jsonAnswer({ disconnected });
  const next = nextOf(visit) ?? backend.setting("disconnectRedirectUrl");
  return seeOther(next ?? backend.setting("loginRedirectUrl"));
}
