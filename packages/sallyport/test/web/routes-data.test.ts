import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { DataField } from "../../src/backend.ts";
import type { DepartureContext } from "../../src/index.ts";
import type { Provider } from "../provider.ts";
import { ExampleOAuth2, settingsFor, startSite } from "../site.ts";

/** A provider whose address the person says, and a link may hint at a name. */
class HostedOAuth2 extends ExampleOAuth2 {
  override readonly dataFields: readonly DataField[] = [
    { name: "host", label: "Your server", placeholder: "social.example" },
    { name: "login_hint" },
  ];
  readonly #heard: DepartureContext["data"][];

  constructor(provider: Provider, heard: DepartureContext["data"][]) {
    super(settingsFor(provider));
    this.#heard = heard;
  }

  override authUrl(context: DepartureContext) {
    this.#heard.push(context.data);
    return super.authUrl(context);
  }
}

async function start(t: TestContext) {
  const heard: DepartureContext["data"][] = [];
  const site = await startSite(t, { backends: (provider) => [new HostedOAuth2(provider, heard)] });
  return { browser: site.browser(), heard };
}

test("a backend that needs to be told something asks for it on a page that posts", async (t) => {
  const { browser, heard } = await start(t);
  const page = await browser.get("/auth/login/example?next=/ports");
  assert.equal(page.status, 200);
  const text = await page.text();
  assert.match(text, /<form method="post" action="\/auth\/login\/example\?next=\/ports">/);
  assert.match(
    text,
    /<label>Your server <input name="host" placeholder="social.example" required>/,
  );
  assert.doesNotMatch(text, /login_hint/);
  assert.equal(page.headers.get("referrer-policy"), "same-origin");
  assert.deepEqual(heard, []);
});

test("what the person entered, and what the link said, reaches the backend, and nothing else", async (t) => {
  const { browser, heard } = await start(t);
  const left = await browser.post(
    "/auth/login/example?login_hint=ada&scope=everything",
    undefined,
    new URLSearchParams({ host: " social.example ", client_id: "mine" }),
  );
  assert.equal(left.status, 303);
  assert.deepEqual(heard, [{ host: "social.example", login_hint: "ada" }]);
});

test("a blank or endless answer is asked for again", async (t) => {
  const { browser, heard } = await start(t);
  for (const host of ["", "   ", "x".repeat(2049)]) {
    const fields = new URLSearchParams({ host });
    const page = await browser.post("/auth/login/example", undefined, fields);
    assert.equal(page.status, 200);
  }
  assert.deepEqual(heard, []);
});
