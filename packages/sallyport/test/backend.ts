import assert from "node:assert/strict";
import { transport } from "#platform";
import type { BaseAuth, Environment } from "../src/backend.ts";
import { AuthError } from "../src/errors.ts";
import type { Http } from "../src/http.ts";
import type { Identity } from "../src/identity.ts";
import { boundedHttp } from "../src/wire/bounded-http.ts";

// A backend by itself, as login uses it, without a site around it.

export const redirectUri = "https://portal.example.net/auth/complete/example";
export const now = new Date("2026-11-20T12:00:00Z");

/** The backend with its settings checked. */
export function bound<Backend extends BaseAuth>(backend: Backend, env: Environment = {}): Backend {
  backend.bind(env);
  return backend;
}

/** The real client, with little patience. */
export function httpFor(backend: BaseAuth): Http {
  return boundedHttp(backend, "callback", {
    transport,
    publicTransport: transport,
    callTimeout: 1000,
    loginTimeout: 5000,
  });
}

/** Everything counts as new. */
export async function once(): Promise<boolean> {
  return true;
}

/** The authorization request that a backend makes. */
export async function departure(
  backend: BaseAuth,
  state = "the-state",
  data: Readonly<Record<string, string>> = {},
) {
  const http = httpFor(backend);
  const departure = await backend.authUrl({ http, redirectUri, state, data, now });
  assert.ok("location" in departure, `${backend.name} shows a page`);
  const { location, keep } = departure;
  return { url: new URL(location), keep };
}

/** Goes to the provider and comes back. */
export async function identityFrom<Backend extends BaseAuth>(backend: Backend): Promise<Identity> {
  const { url, keep = {} } = await departure(backend);
  const answer = await fetch(url, { redirect: "manual" });
  const { searchParams: callback } = new URL(answer.headers.get("location") ?? "");
  return backend.authComplete({
    http: httpFor(backend),
    redirectUri,
    callback,
    keep,
    headers: {},
    once,
    now,
  });
}

/** What a promise fails with. */
export async function failureOf(work: Promise<unknown>): Promise<AuthError> {
  const error = await work.then(
    () => assert.fail("it succeeded"),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof AuthError, String(error));
  return error;
}
