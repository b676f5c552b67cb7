import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { codeOf, ExampleOAuth2, origin, settingsFor, startSite } from "../site.ts";

/** A provider that answers with a form's POST (OAuth 2.0 Form Post Response Mode). */
class PostingOAuth2 extends ExampleOAuth2 {
  override readonly postCallback = true;
}

/** A browser that the provider has just handed its form: where it posts to, and what. */
async function start(t: TestContext) {
  const site = await startSite(t, {
    backends: (provider) => [new PostingOAuth2(settingsFor(provider))],
  });
  const browser = site.browser();
  const back = new URL(await browser.leaveFor("example"));
  const fields = new URLSearchParams(back.searchParams);
  return { site, browser, path: back.pathname, fields };
}

const fromProvider = { "sec-fetch-site": "cross-site", origin: "https://provider.example" };

test("a callback that is posted from another site is posted once more by a page of ours", async (t) => {
  const { site, browser, path, fields } = await start(t);
  const page = await browser.post(path, fromProvider, fields);
  assert.equal(page.status, 200);
  assert.equal(site.provider.requests.filter(({ path }) => path === "/token").length, 0);
  const text = await page.text();
  assert.match(text, /<form method="post" action="\/auth\/complete\/example">/);

  const hidden = [...text.matchAll(/type="hidden" name="([^"]*)" value="([^"]*)"/g)];
  const again = new URLSearchParams(hidden.map(([, name = "", value = ""]) => [name, value]));
  const done = await browser.post(path, undefined, again);
  assert.equal(done.status, 303);
  assert.equal(browser.named("session").length, 1);
  assert.deepEqual(browser.named("flow"), []);
});

test("the page may run the one script that it has, and no other", async (t) => {
  const { browser, path, fields } = await start(t);
  const page = await browser.post(path, fromProvider, fields);
  const policy = page.headers.get("content-security-policy") ?? "";
  const [, script = ""] = /<script>(.*?)<\/script>/s.exec(await page.text()) ?? [];
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(script));
  const hash = Buffer.from(digest).toString("base64");
  assert.ok(policy.includes(`script-src 'sha256-${hash}'`), policy);
});

test("a posted callback without a flow is posted again once, and then refused", async (t) => {
  const { site, path, fields } = await start(t);
  const stranger = site.browser();
  fields.set("sallyport_reposted", "1");
  const refused = await stranger.post(path, undefined, fields);
  assert.equal(await codeOf(refused), "state_unknown");
});

test("a callback that is posted where the cookies come along needs no second post", async (t) => {
  const { browser, path, fields } = await start(t);
  assert.equal((await browser.post(path, { "sec-fetch-site": "same-site" }, fields)).status, 303);
});

test("a POST to the callback of a backend that declares none is refused", async (t) => {
  const site = await startSite(t);
  const response = await site.browser().post("/auth/complete/example");
  assert.equal(response.status, 405);
  assert.equal(response.headers.get("allow"), "GET");
});

test("a form of more than 256 KiB is refused", async (t) => {
  const { browser, path, fields } = await start(t);
  fields.set("padding", "x".repeat(256 * 1024));
  const response = await browser.post(path, { origin }, fields);
  assert.equal(response.status, 413);
  assert.equal(await codeOf(response), "form_too_large");
});
