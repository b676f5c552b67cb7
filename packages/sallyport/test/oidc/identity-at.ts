import type { TestContext } from "node:test";
import { transport } from "#platform";
import type { BaseAuth } from "../../src/backend.ts";
import type { Transport } from "../../src/http.ts";
import type { Identity } from "../../src/identity.ts";
import type { OpenIdConnectAuth } from "../../src/protocols/openid-connect.ts";
import { boundedHttp } from "../../src/wire/bounded-http.ts";
import { now, once, redirectUri } from "../backend.ts";
import { type Provider, startProvider } from "../provider.ts";
import { makeKey, OpenIdProvider } from "./misbehaving-provider.ts";

const keys = [await makeKey("the-key", "ES256")];

/** How to ask a provider of the tests by the addresses of the real one. */
export function inPlaceOf(origin: string, provider: Provider) {
  const here = (url: string) => url.replace(origin, provider.origin);
  const carry: Transport = (request, limits) =>
    transport({ ...request, url: here(request.url) }, limits);
  const bounds = {
    transport: carry,
    publicTransport: carry,
    callTimeout: 1000,
    loginTimeout: 5000,
  };
  return { here, httpFor: (backend: BaseAuth) => boundedHttp(backend, "callback", bounds) };
}

/** Who signs in with a backend at an issuer whose name leads to a provider of the tests. */
export async function identityAt(
  t: TestContext,
  backend: OpenIdConnectAuth,
  issuer: string,
  userinfo: Readonly<Record<string, unknown>> = {},
): Promise<{ readonly identity: Identity; readonly provider: Provider }> {
  const provider = await startProvider(t);
  new OpenIdProvider(provider, keys, { issuer, now: () => now }).behave({ userinfo });
  const { here, httpFor } = inPlaceOf(new URL(issuer).origin, provider);
  const http = httpFor(backend);
  const context = { http, redirectUri, state: "the-state", data: {}, now };
  const { location, keep = {} } = await backend.authUrl(context);
  const answer = await fetch(here(location), { redirect: "manual" });
  const { searchParams: callback } = new URL(answer.headers.get("location") ?? "");
  const arrival = { http, redirectUri, callback, headers: {}, keep, once, now };
  return { identity: await backend.authComplete(arrival), provider };
}
