import type { Reader } from "../../src/wire/published.ts";
import { httpFor, now } from "../backend.ts";
import type { Provider } from "../provider.ts";
import { ExampleOAuth2, settingsFor } from "../site.ts";

/** So many minutes after the tests' time. */
export function later(minutes: number): Date {
  return new Date(now.getTime() + minutes * 60_000);
}

/** Somebody who reads what a provider publishes. */
export function readerAt(provider: Provider, at: Date): Reader {
  const backend = new ExampleOAuth2(settingsFor(provider));
  backend.bind({});
  return { backend: "example", stage: "begin", http: httpFor(backend), now: at };
}
