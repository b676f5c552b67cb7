import assert from "node:assert/strict";
import { after, before, describe, type TestContext, test } from "node:test";
import Database from "better-sqlite3";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import {
  launchChromium,
  openWindow,
  screenshot,
  tabTo,
  wordsOf,
} from "../../apps/portal/test/browser/chromium.ts";
import { type RunningExample, startExample } from "./running-example.ts";

const looks: Readonly<Record<string, BrowserContextOptions>> = {
  "dark phone": { viewport: { width: 390, height: 844 }, colorScheme: "dark" },
  "narrow light": { viewport: { width: 320, height: 640 }, colorScheme: "light" },
  "wide light": { viewport: { width: 1280, height: 800 }, colorScheme: "light" },
};

describe("somebody new, in a browser without JavaScript,", () => {
  let chromium: Browser;
  before(async () => {
    chromium = await launchChromium();
  });
  after(() => chromium?.close());

  async function open(t: TestContext, options: BrowserContextOptions = {}) {
    const site = await startExample(t, "onboarding/app.ts");
    const another = () => openWindow(t, chromium, options);
    return { site, another, ...(await another()) };
  }

  test("leaves in the middle, comes back and finishes; until then nothing is written", async (t) => {
    const { site, context, page, complaints } = await open(t);
    await toTheQuestion(page, site, "Ada Example");
    const question = page.url();
    assert.equal(await page.getByLabel("Username").inputValue(), "ada");
    assert.deepEqual(rowsOf(site), { users: 0, social_auth: 0, sessions: 0, social_partial: 1 });

    await page.goto(site.origin);
    assert.match(await wordsOf(page), /^Onboarding Sign in$/);
    await page.close();
    const later = await context.newPage();
    await later.goto(question);
    await answer(later, "countess");
    await later.waitForURL(`${site.origin}/`);
    assert.match(await wordsOf(later), /You are countess\..*PeeringDB, 1001 Disconnect/);
    assert.deepEqual(rowsOf(site), { users: 1, social_auth: 1, sessions: 1, social_partial: 0 });
    assert.deepEqual(complaints.filter(isOurs), []);
  });

  test("is asked once: the next sign-in leads home", async (t) => {
    const { site, page } = await open(t);
    await toTheQuestion(page, site, "Ada Example");
    await answer(page, "countess");
    await page.getByRole("button", { name: "Sign out" }).click();
    await toTheProvider(page, site);
    await page.getByRole("button", { name: "Sign in as Ada Example" }).click();
    await page.waitForURL(`${site.origin}/`);
    assert.match(await wordsOf(page), /You are countess\./);
  });

  test("cannot go on in a second browser", async (t) => {
    const { site, page, another } = await open(t);
    await toTheQuestion(page, site, "Ada Example");
    const other = await another();
    const refused = await other.page.goto(page.url());
    assert.equal(refused?.status(), 403);
    assert.match(await wordsOf(other.page), /begun in another browser.*Code: resume_foreign/);
    await screenshot(other.page, "onboarding-second-browser");
    assert.equal(rowsOf(site).users, 0);
    await answer(page, "countess");
    await page.waitForURL(`${site.origin}/`);
  });

  test("goes back to the provider and forward again, and finishes", async (t) => {
    const { site, page } = await open(t);
    await toTheQuestion(page, site, "Ada Example");
    await page.goBack();
    assert.ok(page.url().startsWith(site.sandbox.url));
    await page.goForward();
    await answer(page, "countess");
    await page.waitForURL(`${site.origin}/`);
  });

  test("goes back to the provider, signs in there again and is told how to go on", async (t) => {
    const { site, page } = await open(t);
    await toTheQuestion(page, site, "Ada Example");
    await page.goBack();
    await page.getByRole("button", { name: "Sign in as Ada Example" }).click();
    await page.waitForURL("**/auth/**");
    await screenshot(page, "onboarding-back-to-provider");
    assert.match(await wordsOf(page), /Code: state_/);
    await page.getByRole("link", { name: "To the sign-in page" }).click();
    await page.getByRole("link", { name: "Sign in with PeeringDB" }).click();
    await page.getByRole("button", { name: "Sign in as Ada Example" }).click();
    await answer(page, "countess");
    await page.waitForURL(`${site.origin}/`);
    assert.equal(rowsOf(site).users, 1);
  });

  test("goes back after finishing, and is simply signed in", async (t) => {
    const { site, page } = await open(t);
    await toTheQuestion(page, site, "Ada Example");
    const question = page.url();
    await answer(page, "countess");
    await page.waitForURL(`${site.origin}/`);
    await page.goBack();
    await page.waitForURL(`${site.origin}/`);
    assert.match(await wordsOf(page), /You are countess\./);
    await page.goto(question);
    assert.equal(page.url(), `${site.origin}/`);
  });

  test("sends the form from two tabs, and one account is made", async (t) => {
    const { site, context, page } = await open(t);
    await toTheQuestion(page, site, "Ada Example");
    const other = await context.newPage();
    await other.goto(page.url());
    await answer(page, "countess");
    await page.waitForURL(`${site.origin}/`);
    await answer(other, "duchess");
    await other.waitForURL(`${site.origin}/`);
    assert.match(await wordsOf(other), /You are countess\./);
    assert.deepEqual(rowsOf(site), { users: 1, social_auth: 1, sessions: 1, social_partial: 0 });
  });

  test("clicks twice, and is signed in, or is with one login more that asks nothing", async (t) => {
    const { site, page } = await open(t);
    await toTheQuestion(page, site, "Ada Example");
    await page.getByLabel("Username").fill("countess");
    await page.getByLabel("I agree").check();
    await page.getByRole("button", { name: "Make my account" }).dblclick();
    const home = page.waitForURL(`${site.origin}/`, { timeout: 3000 });
    // The browser drops the first answer where the second click was faster than it.
    if (!(await home.then(() => true).catch(() => false))) {
      assert.match(await wordsOf(page), /finished already.*Code: resume_unknown/);
      await page.getByRole("link", { name: "To the sign-in page" }).click();
      await page.getByRole("link", { name: "Sign in with PeeringDB" }).click();
      await page.getByRole("button", { name: "Sign in as Ada Example" }).click();
      await page.waitForURL(`${site.origin}/`);
    }
    assert.match(await wordsOf(page), /You are countess\./);
    assert.equal(rowsOf(site).users, 1);
  });

  test("wants a username that is taken: the form says so, and keeps what was typed", async (t) => {
    const { site, page, another } = await open(t);
    await toTheQuestion(page, site, "Ada Example");
    await answer(page, "countess");
    await page.waitForURL(`${site.origin}/`);
    const { page: other, complaints } = await another();
    await toTheQuestion(other, site, "Ben Sample");
    await answer(other, "Countess");

    const username = other.getByLabel("Username");
    assert.equal(await username.inputValue(), "Countess");
    assert.equal(await other.getByLabel("I agree").isChecked(), true);
    const said = "Somebody has this username already.";
    const describedBy = await username.getAttribute("aria-describedby");
    assert.equal(await other.locator(`#${describedBy}`).innerText(), said);
    await answer(other, "ben has spaces");
    assert.match(await wordsOf(other), /Only letters, digits and/);
    assert.equal(await username.inputValue(), "ben has spaces");
    await answer(other, "ben");
    await other.waitForURL(`${site.origin}/`);
    assert.deepEqual(complaints.filter(isOurs), []);
  });

  test("reads the terms beside the form, and is back with all that was typed", async (t) => {
    const { site, context, page } = await open(t);
    await toTheQuestion(page, site, "Ada Example");
    await page.getByLabel("Username").fill("countess");
    const opened = context.waitForEvent("page");
    await page.getByRole("link", { name: "Read the terms" }).click();
    const terms = await opened;
    assert.match(await wordsOf(terms), /Be kind to each other\./);
    await terms.close();
    assert.equal(await page.getByLabel("Username").inputValue(), "countess");
  });

  test("does it all by keyboard", async (t) => {
    const { site, page } = await open(t);
    await toTheQuestion(page, site, "Ada Example");
    await page.keyboard.press("Tab");
    assert.equal(await page.locator(":focus").getAttribute("name"), "username");
    await page.keyboard.press("ControlOrMeta+A");
    await page.keyboard.type("countess");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Space");
    await tabTo(page, "Make my account");
    await screenshot(page, "onboarding-keyboard");
    await page.keyboard.press("Enter");
    await page.waitForURL(`${site.origin}/`);
    await tabTo(page, "Sign out");
    await page.keyboard.press("Enter");
    await page.getByRole("link", { name: "Sign in" }).waitFor();
  });

  test("connects another account, and disconnects all but the last", async (t) => {
    const { site, page, complaints } = await open(t);
    await toTheQuestion(page, site, "Ada Example");
    await answer(page, "countess");
    await page.getByRole("button", { name: "Connect OpenID Connect" }).click();
    await page.getByRole("button", { name: "Sign in as Ada Example" }).click();
    await page.waitForURL(`${site.origin}/`);
    assert.match(await wordsOf(page), /PeeringDB, 1001 Disconnect OpenID Connect, 1001 Disconnect/);
    await page.getByRole("button", { name: "Disconnect" }).first().click();
    await page.waitForURL(`${site.origin}/`);
    assert.match(await wordsOf(page), /Your accounts OpenID Connect, 1001 Disconnect Connect/);
    assert.deepEqual(complaints.filter(isOurs), []);

    await page.getByRole("button", { name: "Disconnect" }).click();
    assert.match(await wordsOf(page), /only account that you can sign in with/);
    await screenshot(page, "onboarding-last-way-in");
    assert.deepEqual([rowsOf(site).users, rowsOf(site).social_auth], [1, 1]);
  });

  test("is not given an account that somebody else has connected", async (t) => {
    const { site, page, another } = await open(t);
    await toTheQuestion(page, site, "Ada Example");
    await answer(page, "countess");
    const { page: other } = await another();
    await toTheQuestion(other, site, "Ben Sample");
    await answer(other, "ben");
    await other.getByRole("button", { name: "Connect PeeringDB" }).click();
    await other.getByRole("button", { name: "Sign in as Ada Example" }).click();
    assert.match(await wordsOf(other), /Code: account_in_use/);
  });

  for (const [look, options] of Object.entries(looks)) {
    test(`finds pages that fit a ${look} screen`, async (t) => {
      // With JavaScript, which measures.
      const { site, page, another } = await open(t, { ...options, javaScriptEnabled: true });
      const seen = async (name: string, on = page) => {
        await screenshot(on, `onboarding-${look}-${name}`);
        assert.equal(await on.evaluate(tooWide), false, `${name} scrolls sideways`);
      };
      await page.goto(`${site.origin}/auth/login`);
      await seen("sign-in");
      await toTheQuestion(page, site, "Ada Example");
      await seen("question");
      await answer(page, "countess");
      await page.waitForURL(`${site.origin}/`);
      await seen("accounts");
      await page.goto(`${site.origin}/auth/login/oidc`);
      await seen("connect");

      const { page: other } = await another();
      await toTheQuestion(other, site, "Ben Sample");
      await answer(other, "countess");
      await other.getByText("Somebody has this username already.").waitFor();
      await seen("taken", other);
    });
  }
});

async function toTheProvider(page: Page, site: RunningExample): Promise<void> {
  await page.goto(site.origin);
  await page.getByRole("link", { name: "Sign in" }).click();
  await page.getByRole("link", { name: "Sign in with PeeringDB" }).click();
}

async function toTheQuestion(page: Page, site: RunningExample, name: string): Promise<void> {
  await toTheProvider(page, site);
  await page.getByRole("button", { name: `Sign in as ${name}` }).click();
  await page.waitForURL(`${site.origin}/auth/resume/*`);
}

async function answer(page: Page, username: string): Promise<void> {
  await page.getByLabel("Username").fill(username);
  await page.getByLabel("I agree to the terms").check();
  await page.getByRole("button", { name: "Make my account" }).click();
}

/** How many rows there are, seen past the application. */
function rowsOf({ database: file }: RunningExample) {
  const database = new Database(file, { readonly: true });
  try {
    const rows = (table: string) =>
      Number(database.prepare(`select count(*) from ${table}`).pluck().get());
    return {
      users: rows("users"),
      social_auth: rows("social_auth"),
      sessions: rows("sessions"),
      social_partial: rows("social_partial"),
    };
  } finally {
    database.close();
  }
}

// Chromium looks for an icon, which this example has not.
function isOurs(complaint: string): boolean {
  return !complaint.includes("/favicon.ico");
}

function tooWide(): boolean {
  return document.documentElement.scrollWidth > document.documentElement.clientWidth;
}
