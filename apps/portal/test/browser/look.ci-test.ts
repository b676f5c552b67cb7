import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { type Site, startSite } from "../running-portal.ts";
import { launchChromium, openWindow, screenshot } from "./chromium.ts";

const looks: Readonly<Record<string, BrowserContextOptions>> = {
  phone: { viewport: { width: 390, height: 844 }, colorScheme: "dark" },
  desktop: { viewport: { width: 1280, height: 800 }, colorScheme: "light" },
  narrowest: { viewport: { width: 320, height: 640 }, colorScheme: "light" },
};

// Every page that a member can meet, each reached from the one before.
const pages: Readonly<Record<string, (page: Page, site: Site) => Promise<unknown>>> = {
  async "sign-in"(page, site) {
    await page.goto(site.origin);
  },
  async refused(page, site) {
    await page.goto(site.origin);
    await page.getByRole("link", { name: "Sign in with PeeringDB" }).click();
    await page.getByRole("button", { name: "Sign in as Lea Elsewhere" }).click();
  },
  async "networks-at-first"(page, site) {
    await page.goto(site.origin);
    await page.getByRole("link", { name: "Sign in with PeeringDB" }).click();
    await page.getByRole("button", { name: "Sign in as Carla Specimen" }).click();
  },
  async sessions(page, site) {
    const agents = [phone, "curl/8.5.0", undefined];
    for (const agent of agents) await site.browser(agent).signIn(1003);
    await page.goto(site.origin);
    assert.equal(await page.getByRole("button", { name: /^End / }).count(), agents.length + 1);
  },
  async "sign-in-again"(page, site) {
    await page.goto(`${site.origin}/auth/login/peeringdb`);
  },
  async "networks-changed"(page, site) {
    const wide = { id: 209, asn: 4294967294, name: longName, perms: 15 };
    site.database.exec(`update customers set asn = 4294967294, name = '${longName}'
      where asn = 64496`);
    const networks = [wide, { id: 206, asn: 64501, name: "Foxtrot Community", perms: 3 }];
    site.sandbox.patchPerson(1003, { profile: { networks } });
    await page.getByRole("button", { name: "Continue to PeeringDB" }).click();
    await page.getByRole("button", { name: "Sign in as Carla Specimen" }).click();
  },
  async "shut-out"(page, site) {
    site.database.exec("update customers set status = 'suspended'");
    await page.goto(site.origin);
  },
  async leaver(page, site) {
    site.sandbox.patchPerson(1003, { profile: { networks: [] } });
    await page.getByRole("link", { name: "Back to sign-in" }).click();
    await page.getByRole("link", { name: "Sign in with PeeringDB" }).click();
    await page.getByRole("button", { name: "Continue to PeeringDB" }).click();
    await page.getByRole("button", { name: "Sign in as Carla Specimen" }).click();
  },
};
const phone =
  "Mozilla/5.0 (Linux; Android 14; SM-S911B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/25.0 Chrome/121.0.0.0 Mobile Safari/537.36";
const longName = "Donaudampfschifffahrtsgesellschaftsnetz Interkontinental GmbH & Co. KG";

describe("the portal's pages", () => {
  let browser: Browser;
  before(async () => {
    browser = await launchChromium();
  });
  after(() => browser?.close());

  for (const [look, options] of Object.entries(looks)) {
    test(`fit a ${look} screen, offer everything to the keyboard, and break no rule`, async (t) => {
      const site = await startSite(t, { IDENTITY_SUPPORT_EMAIL: "support@ix.example" });
      // With JavaScript, since the portal must need none and this test measures with it.
      const window = await openWindow(t, browser, { ...options, javaScriptEnabled: true });
      const { page, complaints } = window;
      for (const [name, reach] of Object.entries(pages)) {
        await reach(page, site);
        assert.ok(page.url().startsWith(site.origin), `${name}: ${page.url()}`);
        await screenshot(page, `${look}-${name}`);
        assert.deepEqual(await tooWide(page), [], `${name} scrolls sideways`);
        assert.deepEqual(await unreachable(page), [], `${name}: out of the keyboard's reach`);
        assert.deepEqual(await tooSmall(page), [], `${name}: too small for a finger`);
        assert.equal(await page.locator("h1").count(), 1);
      }
      const own = complaints.filter((complaint) => !/status of 403/.test(complaint));
      assert.deepEqual(own, []);
    });
  }
});

/** What makes a page scroll sideways, or would if it were not cut off. */
function tooWide(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const room = document.documentElement.clientWidth;
    const hidden = [...document.querySelectorAll("*")].filter(
      (element) => getComputedStyle(element).clipPath !== "none", // for screen readers only
    );
    const wide = [...document.querySelectorAll("body, body *")].filter(
      (element) =>
        element.getBoundingClientRect().right > room + 0.5 &&
        !hidden.some((parent) => parent.contains(element)),
    );
    const names = wide.map(({ tagName, className }) => `${tagName}.${className}`);
    return document.documentElement.scrollWidth > room ? [`${room} px`, ...names] : names;
  });
}

/** Links and form controls that Tab does not come to. */
async function unreachable(page: Page): Promise<string[]> {
  await page.evaluate(() => {
    for (const [at, element] of document.querySelectorAll("a, button, input, select").entries()) {
      element.setAttribute("data-stop", String(at));
    }
  });
  const stops = await page.locator("[data-stop]").count();
  const reached = new Set<string | null>();
  for (let presses = 0; presses <= stops; presses++) {
    await page.keyboard.press("Tab");
    reached.add(await page.evaluate(() => document.activeElement?.getAttribute("data-stop") ?? ""));
  }
  return page.evaluate(
    (seen) =>
      [...document.querySelectorAll("[data-stop]")]
        .filter((element) => !seen.includes(element.getAttribute("data-stop")))
        .map((element) => element.outerHTML),
    [...reached],
  );
}

/** Buttons lower than 24 px (WCAG 2.2, 2.5.8). */
function tooSmall(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll("button, .button")]
      .filter((element) => element.getBoundingClientRect().height < 24)
      .map((element) => element.outerHTML),
  );
}
