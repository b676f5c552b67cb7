/**
 * The device that a user agent speaks of, in words: "Firefox on Linux". Only for telling one's
 * own apart: a browser may call itself anything, an iPad says that it is a Mac, and what is
 * built on Chrome mostly says no more than that.
 */
export function deviceOf(userAgent: string | null): string {
  const said = userAgent ?? "";
  const browser = browsers.find(([, pattern]) => pattern.test(said))?.[0];
  const system = systems.find(([, pattern]) => pattern.test(said))?.[0];
  if (browser && system) return `${browser} on ${system}`;
  return browser ?? (system ? `a browser on ${system}` : "unknown device");
}

// In this order: most say the names of those behind them, too.
const browsers: readonly (readonly [name: string, pattern: RegExp])[] = [
  ["Edge", /\bEdg(e|A|iOS)?\//],
  ["Opera", /\bOPR\//],
  ["Samsung Internet", /\bSamsungBrowser\//],
  ["Firefox", /\b(Firefox|FxiOS)\//],
  ["Chrome", /(Chrome|\bChromium|\bCriOS)\//],
  ["Safari", /\bVersion\/[\d.]+ .*\bSafari\//],
];

const systems: readonly (readonly [name: string, pattern: RegExp])[] = [
  ["Windows", /\bWindows NT\b/],
  ["iPhone", /\biPhone\b/],
  ["iPad", /\biPad\b/],
  ["Android", /\bAndroid\b/],
  ["ChromeOS", /\bCrOS\b/],
  ["macOS", /\bMac OS X\b/],
  ["Linux", /\bLinux\b/],
];
