import assert from "node:assert/strict";
import { test } from "node:test";
import type { UserDetails } from "../../src/identity.ts";
import { BaseOAuth2, type OAuth2Settings } from "../../src/protocols/oauth2.ts";
import {
  fieldsOf,
  person,
  startIndependentProvider,
  throughProvider,
} from "../oidc/independent-provider.ts";
import { client } from "../provider.ts";
import { origin, startSite } from "../site.ts";

/** OAuth 2 with all that a careful server asks for, and nothing of OpenID Connect. */
class CarefulOAuth2 extends BaseOAuth2<object, OAuth2Settings & { readonly url: string }> {
  override readonly name: string = "careful";
  override readonly authorizationUrl: string = "{url}/auth";
  override readonly accessTokenUrl: string = "{url}/token";
  override readonly pushedAuthorizationUrl: string = "{url}/request";
  override readonly userDataUrl: string = "{url}/me";
  override readonly tokenEndpointAuthMethod = "client_secret_basic";
  override readonly issuer: string = "{url}";
  override readonly namesIssuer = true;
  override readonly postCallback = true;
  override readonly defaultScope = ["openid"];
  override readonly idKey = "sub";

  override getUserDetails(): UserDetails {
    return { emailVerified: false };
  }
}

test("a request is pushed, answered by a form, and its issuer checked", async (t) => {
  const redirectUri = `${origin}/auth/complete/careful`;
  const provider = await startIndependentProvider(t, { redirectUri, pushedOnly: true });
  const settings = { url: provider.issuer, clientId: client.id, clientSecret: client.secret };
  const site = await startSite(t, {
    backends: () => [new CarefulOAuth2(settings)],
    now: () => new Date(),
  });
  const browser = site.browser();
  const left = await browser.get("/auth/login/careful");
  const departure = new URL(left.headers.get("location") ?? "");
  assert.deepEqual([...departure.searchParams.keys()], ["client_id", "request_uri"]);

  const { location, form } = await throughProvider(provider.issuer, departure.href);
  assert.equal(form?.get("iss"), provider.issuer);
  const crossSite = { "sec-fetch-site": "cross-site", origin: provider.issuer };
  const again = await browser.send("POST", location, crossSite, form);
  const back = await browser.post(location, undefined, fieldsOf(await again.text()));
  assert.equal(back.status, 303, JSON.stringify(site.lines));
  const session = await (await browser.get("/auth/session")).json();
  const [association] = await site.storage.associations.ofUser(session.user.id);
  assert.equal(association?.uid, person.sub);
});
