import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { transport } from "#platform";
import type { Transport } from "../../src/http.ts";
import type { Identity } from "../../src/identity.ts";
import type { OpenIdConnectAuth } from "../../src/protocols/openid-connect.ts";
import { boundedHttp } from "../../src/wire/bounded-http.ts";
import { now, once, redirectUri } from "../backend.ts";
import { type Provider, startProvider } from "../provider.ts";
import { makeKey, OpenIdProvider } from "./misbehaving-provider.ts";

const keys = [await makeKey("the-key", "ES256")];

/** Who signs in with a backend at an issuer whose name leads to a provider of the tests. */
export async function identityAt(
  t: TestContext,
  backend: OpenIdConnectAuth,
  issuer: string,
  userinfo: Readonly<Record<string, unknown>> = {},
): Promise<{ readonly identity: Identity; readonly provider: Provider }> {
  const provider = await startProvider(t);
  new OpenIdProvider(provider, keys, { issuer, now: () => now }).behave({ userinfo });
  const here = (url: string) => url.replace(new URL(issuer).origin, provider.origin);
  const carry: Transport = (request, limits) =>
    transport({ ...request, url: here(request.url) }, limits);
  const http = boundedHttp(backend, "callback", {
    transport: carry,
    publicTransport: carry,
    callTimeout: 1000,
    loginTimeout: 5000,
  });
  const context = { http, redirectUri, state: "the-state", data: {}, now };
  const departure = await backend.authUrl(context);
  assert.ok("location" in departure);
  const { location, keep = {} } = departure;
  const answer = await fetch(here(location), { redirect: "manual" });
  const { searchParams: callback } = new URL(answer.headers.get("location") ?? "");
  const arrival = { http, redirectUri, callback, headers: {}, keep, once, now };
  return { identity: await backend.authComplete(arrival), provider };
}
