import assert from "node:assert/strict";
import { existsSync, mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Page,
} from "playwright-core";

const executablePath = "/usr/bin/chromium";
const screenshots = fileURLToPath(new URL("../../../../screenshots", import.meta.url));

/** Debian's Chromium. @throws with a sentence where it is missing: this test is not skipped. */
export async function launchChromium(): Promise<Browser> {
  if (!existsSync(executablePath)) {
    throw new Error(`${executablePath} is missing; "apt-get install chromium" brings it`);
  }
  return chromium.launch({
    executablePath,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

/** A person's browser, without JavaScript, and everything that it complained about. */
export interface Window {
  readonly context: BrowserContext;
  readonly page: Page;
  readonly complaints: readonly string[];
}

type Ends = { after(end: () => Promise<void>): void };

/** A window of its own, cookies and all; it ends with the test. */
export async function openWindow(
  t: Ends,
  browser: Browser,
  options: BrowserContextOptions = {},
): Promise<Window> {
  const context = await browser.newContext({ javaScriptEnabled: false, ...options });
  t.after(() => context.close());
  context.setDefaultTimeout(10_000);
  const complaints: string[] = [];
  context.on("console", (message) => {
    complaints.push(`${message.location().url} ${message.type()}: ${message.text()}`);
  });
  context.on("weberror", (error) => complaints.push(String(error.error())));
  context.on("requestfailed", (request) => complaints.push(`failed: ${request.url()}`));
  return { context, page: await context.newPage(), complaints };
}

/** Presses Tab until what has the focus has this name, as a person without a mouse does. */
export async function tabTo(page: Page, name: string | RegExp): Promise<void> {
  const passed: string[] = [];
  for (let presses = 0; presses < 200; presses++) {
    await page.keyboard.press("Tab");
    const focused = (await page.locator(":focus").allInnerTexts())[0]?.trim() ?? "";
    if (typeof name === "string" ? focused === name : name.test(focused)) return;
    passed.push(focused);
  }
  assert.fail(`Tab never came to ${name}, only to ${[...new Set(passed)].join(", ")}`);
}

/** A picture for people to look at, in the folder `screenshots` at the root. */
export async function screenshot(page: Page, name: string): Promise<void> {
  mkdirSync(screenshots, { recursive: true });
  await page.screenshot({ path: `${screenshots}/${name}.png`, fullPage: true });
}

/** The words of the page's heading and everything below it. */
export async function wordsOf(page: Page): Promise<string> {
  return (await page.locator("main").innerText()).replace(/\s+/g, " ");
}
