import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { html } from "../../src/index.ts";
import { ExampleOAuth2, settingsFor, startSite } from "../site.ts";

/** One page of each kind, and what is particular about it. */
const pages = [
  { path: "/auth/login", headers: {}, status: 200, form: false },
  {
    path: "/auth/login/example",
    headers: { "sec-fetch-site": "cross-site" },
    status: 200,
    form: true,
  },
  { path: "/auth/complete/example", headers: {}, status: 400, form: false },
  { path: "/auth/login/nobody", headers: {}, status: 404, form: false },
] as const;

for (const { path, headers, status, form } of pages) {
  test(`${path} (${status}) is a page that nobody frames, stores or sniffs`, async (t) => {
    const { browser } = await startSite(t);
    const answer = await browser().get(path, headers);
    const page = await answer.text();
    const field = (name: string) => answer.headers.get(name);
    assert.equal(answer.status, status);
    assert.equal(field("content-type"), "text/html; charset=utf-8");
    assert.equal(field("cache-control"), "no-store");
    assert.equal(field("x-content-type-options"), "nosniff");
    assert.equal(field("cross-origin-opener-policy"), "same-origin");
    assert.equal(field("referrer-policy"), form ? "same-origin" : "no-referrer");
    assert.equal(page.includes("<form"), form);

    const policy = field("content-security-policy")?.split("; ") ?? [];
    assert.ok(policy.includes("default-src 'none'"));
    assert.ok(policy.includes("frame-ancestors 'none'"));
    assert.ok(policy.includes("base-uri 'none'"));
    const style = /<style>([\s\S]*)<\/style>/.exec(page)?.[1] ?? assert.fail("no style");
    const hash = createHash("sha256").update(style).digest("base64");
    const styles = policy.find((directive) => directive.startsWith("style-src")) ?? "";
    assert.ok(styles.includes(`'sha256-${hash}'`), "the hash is the page's style's");
    assert.doesNotMatch(policy.join(" "), /unsafe-inline/);
    assert.doesNotMatch(page, /<script| on\w+=| style=|https?:\/\//);
  });
}

for (const path of ["/auth/session", "/auth/login/example"]) {
  test(`the answer of ${path} is stored by nobody, and leaks no address`, async (t) => {
    const { browser } = await startSite(t);
    const { headers } = await browser().get(path);
    assert.equal(headers.get("cache-control"), "no-store");
    assert.equal(headers.get("referrer-policy"), "no-referrer");
  });
}

test("a failure's page has sentence, next step, code and the way back", async (t) => {
  const { browser } = await startSite(t);
  const page = await (await browser().get("/auth/complete/example")).text();
  assert.match(page, /<title>The answer from the sign-in provider is incomplete\.<\/title>/);
  assert.match(page, /Go back to the sign-in page and try again\./);
  assert.match(page, /<a href="\/auth\/login">/);
  assert.match(page, /Code: state_missing/);
});

test("nothing of a request is put into a page as markup", async (t) => {
  class Odd extends ExampleOAuth2 {
    override readonly title = `<i>"Odd" & Co</i>`;
  }
  const { browser } = await startSite(t, { backends: (at) => [new Odd(settingsFor(at))] });
  const next = `/"><script>alert(1)</script>`;
  for (const path of ["/auth/login", "/auth/login/example", "/auth/complete/example"]) {
    const url = `${path}?next=${encodeURIComponent(next)}&error=<script>&state=<script>`;
    const page = await (await browser().get(url, { "sec-fetch-site": "cross-site" })).text();
    assert.doesNotMatch(page, /<script|<i>/);
  }
  const signIn = await (await browser().get("/auth/login")).text();
  assert.match(signIn, /&#60;i&#62;&#34;Odd&#34; &#38; Co&#60;\/i&#62;/);
});

test("a username cannot bring markup onto the page that asks", async (t) => {
  const { storage, clock, browser } = await startSite(t);
  const person = browser();
  await person.signIn("example");
  await storage.users.update(1, { username: "<b>ada</b>" }, clock.now);
  const page = await (await person.get("/auth/login/second")).text();
  assert.match(page, /signed in as &#60;b&#62;ada&#60;\/b&#62;\./);
});

test("an application's own page takes the place of a built-in one, and only of that", async (t) => {
  const failure = ({ error }: { readonly error: { readonly code: string } }) =>
    html`<p>Ours: ${error.code}</p>`;
  const { browser } = await startSite(t, { pages: { failure } });
  const answer = await browser().get("/auth/complete/example");
  assert.equal(await answer.text(), "<p>Ours: state_missing</p>");
  assert.equal(answer.headers.get("x-content-type-options"), "nosniff");
  assert.match(await (await browser().get("/auth/login")).text(), /Sign in with example/);
});
