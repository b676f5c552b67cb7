import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { OidcAuth } from "../../src/backends/oidc.ts";
import { startIndependentProvider, throughProvider } from "../oidc/independent-provider.ts";
import { client } from "../provider.ts";
import { type Line, origin, startSite } from "../site.ts";

// Signing out of the provider, too, with a provider that we did not write.

const providerToo = new URLSearchParams({ provider: "1" });
const here = { "sec-fetch-site": "same-origin", origin };

/** A browser that has signed in at an OpenID provider. */
async function signedIn(t: TestContext, logoutRedirectUrl = "/bye") {
  const redirectUri = `${origin}/auth/complete/oidc`;
  const provider = await startIndependentProvider(t, { redirectUri });
  const known = { clientId: client.id, clientSecret: client.secret };
  let isDown = false;
  const site = await startSite(t, {
    backends: () => [new OidcAuth({ ...known, oidcEndpoint: provider.issuer })],
    logoutRedirectUrl,
    // By its clock the discovery document is too old by now.
    now: () => new Date(Date.now() + (isDown ? 3_600_000 : 0)),
    fetch: (url, init) => (isDown ? Promise.reject(new TypeError("down")) : fetch(url, init)),
  });
  const browser = site.browser();
  const left = await browser.get("/auth/login/oidc");
  const { location } = await throughProvider(provider.issuer, left.headers.get("location") ?? "");
  await browser.send("GET", location, { "sec-fetch-site": "cross-site" });
  assert.equal(browser.named("session").length, 1);
  const goDown = () => {
    isDown = true;
  };
  return { browser, provider, site, goDown };
}

test("a browser goes on to the provider, which takes it and knows the way back", async (t) => {
  const { browser, provider } = await signedIn(t);
  const answer = await browser.post("/auth/logout", here, providerToo);
  assert.equal(answer.status, 303);
  assert.equal(browser.named("session").length, 0);
  const url = new URL(answer.headers.get("location") ?? "");
  assert.equal(url.origin + url.pathname, `${provider.issuer}/session/end`);
  assert.deepEqual(Object.fromEntries(url.searchParams), {
    client_id: client.id,
    post_logout_redirect_uri: `${origin}/bye`,
  });
  // Its page asks whether one means it.
  const asked = await throughProvider(provider.issuer, url.href);
  assert.equal(asked.location, `${provider.issuer}/session/end/confirm`);
});

test("a way back that is not registered is the provider's to refuse", async (t) => {
  const { browser, provider } = await signedIn(t, "/elsewhere");
  const answer = await browser.post("/auth/logout", here, providerToo);
  const location = answer.headers.get("location") ?? "";
  await assert.rejects(throughProvider(provider.issuer, location), /stopped with 400/);
});

test("JSON says where to go", async (t) => {
  const { browser, provider } = await signedIn(t);
  const headers = { ...here, accept: "application/json" };
  const { location } = await (await browser.post("/auth/logout", headers, providerToo)).json();
  assert.equal(new URL(location).origin, provider.issuer);
});

test("nobody is sent to the provider without asking for it, or without a session", async (t) => {
  const { browser } = await signedIn(t);
  assert.equal((await browser.post("/auth/logout")).headers.get("location"), "/bye");
  const again = await browser.post("/auth/logout", here, providerToo);
  assert.equal(again.headers.get("location"), "/bye");
});

test("a provider without a place for it does not matter", async (t) => {
  const { browser } = await startSite(t);
  const person = browser();
  await person.signIn("example");
  const answer = await person.post("/auth/logout", here, providerToo);
  assert.equal(answer.headers.get("location"), "/");
  assert.equal(person.named("session").length, 0);
});

test("a provider that is down keeps nobody signed in", async (t) => {
  const { browser, goDown, site } = await signedIn(t);
  goDown();
  const answer = await browser.post("/auth/logout", here, providerToo);
  assert.equal(answer.headers.get("location"), "/bye");
  assert.equal(browser.named("session").length, 0);
  const warned = ({ level, message }: Line) => level === "warn" && /sign out/.test(message);
  assert.equal(site.lines.filter(warned).length, 1);
});

test("another site cannot sign anybody out", async (t) => {
  const { browser } = await signedIn(t);
  const foreign = { "sec-fetch-site": "cross-site", origin: "https://evil.example" };
  assert.equal((await browser.post("/auth/logout", foreign, providerToo)).status, 403);
  assert.equal(browser.named("session").length, 1);
});
