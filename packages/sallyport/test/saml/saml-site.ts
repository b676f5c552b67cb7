import type { TestContext } from "node:test";
import { inflateRawSync } from "node:zlib";
import type { ResponseOptions } from "samlp";
import { SamlAuth, type SamlIdp, type SamlSettings } from "../../src/protocols/saml.ts";
import type { Browser } from "../browser.ts";
import { fieldsOf } from "../oidc/independent-provider.ts";
import { origin, startSite } from "../site.ts";
import {
  acmeEntityId,
  acmeKeys,
  otherKeys,
  ourEntityId,
  ourKeys,
  respond,
  type SamlPerson,
} from "./identity-provider.ts";

export const acs = `${origin}/auth/complete/saml`;

export const acme: SamlIdp = {
  entityId: acmeEntityId,
  url: "https://idp.acme.example/sso",
  certs: acmeKeys.cert,
};

/** The identity provider of somebody else, whose people must not become Acme's. */
export const other: SamlIdp = {
  entityId: "https://idp.other.example/metadata",
  url: "https://idp.other.example/sso",
  certs: [otherKeys.cert],
};

export const settings: SamlSettings = {
  spEntityId: ourEntityId,
  spPrivateKey: ourKeys.key,
  spPublicCert: ourKeys.cert,
  enabledIdps: { acme, other },
};

/** A login that has left for its identity provider. */
export interface Leaving {
  readonly browser: Browser;
  readonly location: URL;
  /** Our request's document, and its `ID`. */
  readonly request: string;
  readonly requestId: string;
  readonly relayState: string;
}

/** A site with {@link acme} and {@link other}. `clock.ahead` turns our clock, in seconds. */
export async function startSaml(t: TestContext, more: SamlSettings = {}) {
  const clock = { ahead: 0 };
  const site = await startSite(t, {
    backends: () => [new SamlAuth({ ...settings, ...more })],
    // The identity provider's clock is the real one.
    now: () => new Date(Date.now() + clock.ahead * 1000),
  });

  async function leave(path = "/auth/login/saml?idp=acme"): Promise<Leaving> {
    const browser = site.browser();
    const location = new URL((await browser.get(path)).headers.get("location") ?? "");
    const deflated = Buffer.from(location.searchParams.get("SAMLRequest") ?? "", "base64");
    const request = inflateRawSync(deflated).toString();
    const requestId = / ID="([^"]+)"/.exec(request)?.[1] ?? "";
    const relayState = location.searchParams.get("RelayState") ?? "";
    return { browser, location, request, requestId, relayState };
  }

  /** Posts a response's document as the identity provider's page does; our page posts it again. */
  async function comeBack({ browser, relayState }: Leaving, response: string): Promise<Response> {
    const fields = new URLSearchParams({
      SAMLResponse: Buffer.from(response).toString("base64"),
      RelayState: relayState,
    });
    const crossSite = { "sec-fetch-site": "cross-site", origin: "https://idp.acme.example" };
    const page = await browser.post(acs, crossSite, fields);
    return browser.post(acs, undefined, fieldsOf(await page.text()));
  }

  /** A login from one door to the other; what is in order is so unless `options` say otherwise. */
  async function signIn(
    options: Partial<ResponseOptions> = {},
    change: (response: string) => string = (response) => response,
    person?: SamlPerson,
  ): Promise<Response> {
    const left = await leave();
    const response = await respond({ ...inOrder(left), ...options }, person);
    return comeBack(left, change(response));
  }
  return { site, clock, leave, comeBack, signIn };
}

/** What makes a response fit a login. */
export function inOrder({ requestId }: Leaving): Partial<ResponseOptions> {
  return { audience: ourEntityId, recipient: acs, destination: acs, inResponseTo: requestId };
}
