import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { type Site, startSite } from "../running-portal.ts";
import { launchChromium, openWindow, tabTo, wordsOf } from "./chromium.ts";

describe("a person with a browser and no JavaScript", () => {
  let browser: Browser;
  before(async () => {
    browser = await launchChromium();
  });
  after(() => browser?.close());

  test("signs in from the first page and out again by keyboard alone", async (t) => {
    const site = await startSite(t);
    const { page, complaints } = await openWindow(t, browser);
    await page.goto(site.origin);
    await tabTo(page, "Sign in with PeeringDB");
    await page.keyboard.press("Enter");
    await page.waitForURL(`${site.sandbox.url}/oauth2/authorize/**`);
    await tabTo(page, "Sign in as Ada Example");
    await page.keyboard.press("Enter");

    await page.waitForURL(`${site.origin}/`);
    assert.match(await wordsOf(page), /^My networks Changed at this sign-in Added: Alpha Net/);
    assert.deepEqual(await page.locator("tbody th").allInnerTexts(), [
      "Alpha Net",
      "Bravo Networks",
    ]);

    await tabTo(page, "Sign out");
    await page.keyboard.press("Enter");
    await page.waitForURL(`${site.origin}/auth/login`);
    assert.match(await wordsOf(page), /^Sign in /);
    assert.deepEqual(complaints, []);
  });

  test("finds the page of before empty when going back after signing out", async (t) => {
    const site = await startSite(t);
    const { page } = await openWindow(t, browser);
    await signIn(page, site, 1001);
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.waitForURL(`${site.origin}/auth/login`);
    await page.goBack();
    const shown = await page.locator("body").innerText();
    assert.doesNotMatch(shown, /Alpha Net|Ada Example/);
    assert.match(shown, /Sign in/);
  });

  test("signs in from two tabs at once, each with a login of its own", async (t) => {
    const site = await startSite(t);
    const { context, page: one } = await openWindow(t, browser);
    const other = await context.newPage();
    for (const page of [one, other]) {
      await page.goto(site.origin);
      await page.getByRole("link", { name: "Sign in with PeeringDB" }).click();
    }
    for (const page of [one, other]) {
      await page.getByRole("button", { name: "Sign in as Ada Example" }).click();
      await page.waitForURL(`${site.origin}/`);
      assert.match(await wordsOf(page), /^My networks/);
    }
    await one.reload();
    assert.match(await wordsOf(one), /^My networks/);
  });

  test("sees where they are signed in, and ends it there by keyboard alone", async (t) => {
    const site = await startSite(t);
    const { page, complaints } = await openWindow(t, browser);
    const { page: there } = await openWindow(t, browser, {
      userAgent: "Mozilla/5.0 (Windows NT 10.0; rv:128.0) Gecko/20100101 Firefox/128.0",
    });
    await signIn(there, site, 1001);
    await signIn(page, site, 1001);
    const list = page.getByRole("region", { name: "Your sessions" }).getByRole("listitem");
    assert.match(await list.nth(0).innerText(), /^Chrome on Linux this one/);
    assert.match(await list.nth(1).innerText(), /^Firefox on Windows/);

    await tabTo(page, "End");
    await page.keyboard.press("Enter");
    await page.waitForURL(`${site.origin}/`);
    await list.nth(1).waitFor({ state: "detached" });
    assert.equal(await list.count(), 1);
    assert.deepEqual(complaints, []);
    await there.reload();
    assert.equal(there.url(), `${site.origin}/auth/login`);
  });

  test("is asked before a login begins that another site's link started", async (t) => {
    const site = await startSite(t);
    const { page } = await openWindow(t, browser);
    // The sandbox is another origin, though the same site; 127.0.0.1 is another site.
    await page.goto(site.sandbox.url.replace("localhost", "127.0.0.1"));
    await page.setContent(`<a href="${site.origin}/auth/login/peeringdb">to the portal</a>`);
    await page.getByRole("link").click();
    assert.match(await wordsOf(page), /^Sign in with PeeringDB Continue to PeeringDB/);
    await page.getByRole("button", { name: "Continue to PeeringDB" }).click();
    await page.getByRole("button", { name: "Sign in as Ada Example" }).click();
    await page.waitForURL(`${site.origin}/`);
  });

  for (const [name, code, sentence] of [
    ["Hana Nonetworks", "affiliations_none", /not affiliated with any network/],
    ["Ivo Null", "affiliations_unknown", /did not say which networks/],
    ["Jo Unvetted", "account_unverified", /has not verified your account/],
    ["Lea Elsewhere", "affiliations_no_match", /None of your networks .* is a member here/],
    ["Max Suspended", "affiliations_no_match", /None of your networks/],
  ] as const) {
    test(`who is ${name} reads why they are refused, and finds the way back`, async (t) => {
      const site = await startSite(t);
      const { page, complaints } = await openWindow(t, browser);
      await page.goto(site.origin);
      await page.getByRole("link", { name: "Sign in with PeeringDB" }).click();
      await page.getByRole("button", { name: `Sign in as ${name}` }).click();
      await page.waitForURL(`${site.origin}/auth/login/peeringdb/callback?**`);
      assert.match(await page.getByRole("alert").innerText(), sentence);
      assert.equal(await page.locator("code").innerText(), code);

      await tabTo(page, "Back to sign-in");
      await page.keyboard.press("Enter");
      await page.waitForURL(`${site.origin}/auth/login`);
      assert.deepEqual(complaints.filter(isNoStatus), []);
    });
  }

  test("who refuses at PeeringDB is told so", async (t) => {
    const site = await startSite(t);
    const { page } = await openWindow(t, browser);
    await page.goto(site.origin);
    await page.getByRole("link", { name: "Sign in with PeeringDB" }).click();
    await page.getByRole("button", { name: "Refuse", exact: true }).first().click();
    assert.match(await page.getByRole("alert").innerText(), /You refused the sign-in/);
  });

  test("whose PeeringDB is gone is told so", async (t) => {
    const site = await startSite(t);
    const { page } = await openWindow(t, browser);
    await page.goto(site.origin);
    await page.getByRole("link", { name: "Sign in with PeeringDB" }).click();
    site.sandbox.setFaults({ token: { drop: true } });
    await page.getByRole("button", { name: "Sign in as Ada Example" }).click();
    assert.match(await page.getByRole("alert").innerText(), /cannot be reached/);
  });

  test("who left every member is told what went, and is out", async (t) => {
    const site = await startSite(t);
    const { page } = await openWindow(t, browser);
    await signIn(page, site, 1001);
    site.sandbox.patchPerson(1001, { profile: { networks: [] } });
    await page.goto(`${site.origin}/auth/login/peeringdb`);
    assert.match(await wordsOf(page), /You are signed in already, as Ada Example/);
    await page.getByRole("button", { name: "Continue to PeeringDB" }).click();
    await page.getByRole("button", { name: "Sign in as Ada Example" }).click();
    assert.match(await wordsOf(page), /Removed: Alpha Net \(AS64496\).*Bravo Networks/);
    await page.goto(site.origin);
    assert.equal(page.url(), `${site.origin}/auth/login`);
  });
});

async function signIn(page: Page, site: Site, person: number): Promise<void> {
  await page.goto(site.origin);
  await page.getByRole("link", { name: "Sign in with PeeringDB" }).click();
  const { name } = site.sandbox.people().find(({ profile }) => profile.id === person)?.profile ?? {
    name: "nobody",
  };
  await page.getByRole("button", { name: `Sign in as ${name}` }).click();
  await page.waitForURL(`${site.origin}/`);
}

// Chromium says in its console that a page had status 403; that is the page's business.
function isNoStatus(complaint: string): boolean {
  return !/Failed to load resource: the server responded with a status of 403/.test(complaint);
}
