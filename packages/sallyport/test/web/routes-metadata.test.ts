import assert from "node:assert/strict";
import { test } from "node:test";
import type { Metadata } from "../../src/index.ts";
import { codeOf, ExampleOAuth2, SecondOAuth2, settingsFor, startSite } from "../site.ts";

class DescribedOAuth2 extends ExampleOAuth2 {
  override metadata(redirectUri: string): Metadata {
    return { contentType: "application/example+xml", text: `<us at="${redirectUri}"/>` };
  }
}

const backends: NonNullable<Parameters<typeof startSite>[1]>["backends"] = (provider) => [
  new DescribedOAuth2(settingsFor(provider)),
  new SecondOAuth2(settingsFor(provider)),
];

test("a backend that has metadata shows them to anybody, as they are", async (t) => {
  const site = await startSite(t, { backends });
  const answer = await site.browser().get("/auth/metadata/example", {});
  assert.equal(answer.status, 200);
  assert.equal(answer.headers.get("content-type"), "application/example+xml");
  assert.equal(answer.headers.get("x-content-type-options"), "nosniff");
  const address = "https://portal.example.net/auth/complete/example";
  assert.equal(await answer.text(), `<us at="${address}"/>`);
});

test("a backend without metadata has none, and neither has nobody", async (t) => {
  const site = await startSite(t, { backends });
  for (const name of ["second", "nobody"]) {
    const answer = await site.browser().get(`/auth/metadata/${name}`);
    assert.deepEqual([answer.status, await codeOf(answer)], [404, "backend_unknown"]);
  }
});

test("metadata are for reading only", async (t) => {
  const site = await startSite(t, { backends });
  assert.equal((await site.browser().post("/auth/metadata/example")).status, 405);
});
