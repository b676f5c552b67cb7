import assert from "node:assert/strict";
import { test } from "node:test";
import { deviceOf } from "../src/device.ts";

const webkit = "AppleWebKit/537.36 (KHTML, like Gecko)";

const devices: Readonly<Record<string, string>> = {
  "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0": "Firefox on Linux",
  "Mozilla/5.0 (Android 14; Mobile; rv:128.0) Gecko/128.0 Firefox/128.0": "Firefox on Android",
  "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) FxiOS/128.0 Mobile/15E148 Safari/605.1.15":
    "Firefox on iPhone",
  [`Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${webkit} Chrome/126.0.0.0 Safari/537.36`]:
    "Chrome on Windows",
  [`Mozilla/5.0 (X11; Linux x86_64) ${webkit} HeadlessChrome/126.0.0.0 Safari/537.36`]:
    "Chrome on Linux",
  [`Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) ${webkit} Chrome/126.0.0.0 Safari/537.36`]:
    "Chrome on ChromeOS",
  [`Mozilla/5.0 (Linux; Android 10; K) ${webkit} Chrome/126.0.0.0 Mobile Safari/537.36`]:
    "Chrome on Android",
  "Mozilla/5.0 (iPad; CPU OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/126.0.6478.54 Mobile/15E148 Safari/604.1":
    "Chrome on iPad",
  [`Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${webkit} Chrome/126.0.0.0 Safari/537.36 Edg/126.0.0.0`]:
    "Edge on Windows",
  [`Mozilla/5.0 (Linux; Android 10; K) ${webkit} Chrome/126.0.0.0 Mobile Safari/537.36 EdgA/126.0.0.0`]:
    "Edge on Android",
  [`Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${webkit} Chrome/126.0.0.0 Safari/537.36 OPR/112.0.0.0`]:
    "Opera on Windows",
  [`Mozilla/5.0 (Linux; Android 14; SAMSUNG SM-S911B) ${webkit} SamsungBrowser/25.0 Chrome/121.0.0.0 Mobile Safari/537.36`]:
    "Samsung Internet on Android",
  "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Safari/605.1.15":
    "Safari on macOS",
  "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1":
    "Safari on iPhone",
  "Mozilla/5.0 (X11; Linux x86_64)": "a browser on Linux",
  "Firefox/128.0": "Firefox",
  "curl/8.5.0": "unknown device",
  "Linuxoid Chromecast Edge": "unknown device",
  "": "unknown device",
};

for (const [userAgent, device] of Object.entries(devices)) {
  test(`"${userAgent}" is ${device}`, () => assert.equal(deviceOf(userAgent), device));
}

test("who says nothing is an unknown device", () => {
  assert.equal(deviceOf(null), "unknown device");
});
