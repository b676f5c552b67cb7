import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { MemberBrowser, Shown } from "./member-browser.ts";
import { startSite, usersIn } from "./running-portal.ts";

const firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0";
const phone =
  "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1";

/** Ada, signed in with two browsers. */
async function startSignedIn(t: TestContext) {
  const site = await startSite(t);
  const one = site.browser(firefox);
  const other = site.browser(phone);
  await one.signIn(1001);
  await other.signIn(1001);
  return { ...site, one, other };
}

const isIn = async (browser: MemberBrowser) => (await browser.me()).status === 200;

const time = String.raw`\d{4}-\d\d-\d\d \d\d:\d\d UTC`;

test("a member sees where they are signed in, and which one this is", async (t) => {
  const { one } = await startSignedIn(t);
  const { words } = await one.open("/");
  const section = /Your sessions .*/.exec(words)?.[0] ?? "";
  assert.match(section, new RegExp(`Firefox on Linux this one Signed in ${time} End all others`));
  assert.match(
    section,
    new RegExp(`Safari on iPhone Signed in ${time} Last seen ${time} End Firefox`),
  );
});

test("the button beside a session ends it, and leads back", async (t) => {
  const { one, other } = await startSignedIn(t);
  const page = await press(one, await one.open("/"), /aria-label="End Safari on iPhone/);
  assert.match(page.words, /Firefox on Linux this one/);
  assert.doesNotMatch(page.words, /Safari on iPhone|End all others/);
  assert.deepEqual([await isIn(one), await isIn(other)], [true, false]);
});

test("one button ends all others", async (t) => {
  const site = await startSignedIn(t);
  const { one, other } = site;
  const third = site.browser("");
  await third.signIn(1001);
  const page = await one.open("/");
  assert.match(page.words, /unknown device/);
  const after = await press(one, page, /End all others/);
  assert.doesNotMatch(after.words, /unknown device|Safari on iPhone/);
  assert.deepEqual([await isIn(one), await isIn(other), await isIn(third)], [true, false, false]);
  assert.equal(usersIn(site).sessions, 1);
});

test("nobody's page shows somebody else's sessions", async (t) => {
  const { one, browser } = await startSignedIn(t);
  const bert = browser("Firefox/1 (Windows NT)");
  const { words } = await bert.signIn(1002);
  assert.match(words, /Firefox on Windows this one/);
  assert.doesNotMatch(words, /Linux|iPhone/);
  assert.doesNotMatch((await one.open("/")).words, /Windows/);
});

/** Presses the button of the form whose markup says so: the page that it leads to. */
async function press(browser: MemberBrowser, { html }: Shown, which: RegExp): Promise<Shown> {
  const forms = html.matchAll(/<form method="post" action="([^"]+)">\s*(<button.*?<\/button>)/gs);
  const [, action = "", button = ""] = [...forms].find(([form]) => which.test(form)) ?? [];
  const [, name = "", value = ""] = /name="(\w+)" value="([^"]+)"/.exec(button) ?? [];
  return browser.submit(action, { [name]: value });
}
