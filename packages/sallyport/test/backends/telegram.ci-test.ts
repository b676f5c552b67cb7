import assert from "node:assert/strict";
import { createHash, createHmac } from "node:crypto";
import { test } from "node:test";
import { TelegramAuth } from "../../src/backends/telegram.ts";
import { openChromium, serveSite } from "../chromium-site.ts";

// A stand-in for telegram.org, which does what the real widget is documented to do: a frame
// whose window tells it who signed in, and a browser that then goes to `data-auth-url`.

const botToken = "7654321:a-token_of_the_tests";

function signed(fields: Readonly<Record<string, string>>): URLSearchParams {
  const text = Object.entries(fields)
    .map((field) => field.join("="))
    .sort()
    .join("\n");
  const key = createHash("sha256").update(botToken).digest();
  const hash = createHmac("sha256", key).update(text).digest("hex");
  return new URLSearchParams({ ...fields, hash });
}

const widget = `
const element = document.currentScript;
const frame = document.createElement("iframe");
frame.src = "https://oauth.telegram.org/embed/" + element.dataset.telegramLogin;
element.after(frame);
addEventListener("message", ({ origin, data }) => {
  if (origin === "https://oauth.telegram.org") location = element.dataset.authUrl + "&" + data;
});
for (const src of ["https://evil.example/script.js", "https://telegram.org.evil.example/a.js"]) {
  element.after(Object.assign(document.createElement("script"), { src }));
}
element.after(Object.assign(document.createElement("iframe"), { src: "https://evil.example/frame" }));
element.after(Object.assign(document.createElement("script"), { text: "document.title = 'inline'" }));
`;
const frame = `<button onclick="window.open('https://oauth.telegram.org/auth')">Sign in</button>
<script>addEventListener("message", ({ data }) => parent.postMessage(data, "*"))</script>`;

test("the widget runs in a browser, nothing else does, and the person is signed in", async (t) => {
  const { origin, storage } = await serveSite(t, () => [
    new TelegramAuth({ botToken, botName: "portal_bot" }),
  ]);
  const context = await openChromium(t);
  const answer = signed({ id: "7", auth_date: String(Math.floor(Date.now() / 1000)) });
  const asked: string[] = [];
  await context.route(
    (url) => url.origin !== origin,
    (route) => {
      const url = route.request().url();
      asked.push(url);
      const script = url.startsWith("https://telegram.org/js/telegram-widget.js");
      if (script) return route.fulfill({ contentType: "text/javascript", body: widget });
      const window = `<script>opener.postMessage("${answer}", "*"); close();</script>`;
      const body = url.includes("/embed/") ? frame : window;
      return route.fulfill({ contentType: "text/html", body });
    },
  );
  const page = await context.newPage();
  await page.goto(`${origin}/auth/login/telegram`);
  const button = page.frameLocator("iframe[src*='/embed/']").getByRole("button");
  await button.waitFor();
  assert.equal(await page.title(), "Sign in with Telegram");
  await button.click();
  await page.waitForURL(`${origin}/`);
  assert.ok(await storage.associations.find("telegram", "7"));
  assert.deepEqual(asked, [
    "https://telegram.org/js/telegram-widget.js?22",
    "https://oauth.telegram.org/embed/portal_bot",
    "https://oauth.telegram.org/auth",
  ]);
});
