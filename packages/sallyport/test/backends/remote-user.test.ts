import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { RemoteUser, type RemoteUserSettings } from "../../src/backends/remote-user.ts";
import { AuthError } from "../../src/errors.ts";
import { codeOf, startSite } from "../site.ts";

const proxySecret = "what only the proxy and the application know";
const settings = { userHeader: "X-Remote-User", emailHeader: "X-Remote-Email", proxySecret };

/** Signs in through a proxy that adds these headers to every request. */
async function signInWith(t: TestContext, headers: Readonly<Record<string, string>>) {
  const site = await startSite(t, { backends: () => [new RemoteUser(settings)] });
  const browser = site.browser();
  const left = await browser.get("/auth/login/remote-user");
  const back = left.headers.get("location") ?? "";
  return { site, browser, answer: await browser.get(back, headers) };
}

test("the person that the proxy names is signed in, without asking anybody", async (t) => {
  const headers = { "x-remote-user": "ada", "x-remote-email": "ada@example.net" };
  const { site, browser, answer } = await signInWith(t, {
    ...headers,
    "x-proxy-secret": proxySecret,
  });
  assert.equal(answer.status, 303);
  const user = await site.auth.user({ headers: { cookie: browser.cookieHeader() } });
  assert.deepEqual(
    [user?.username, user?.email, user?.emailVerified],
    ["ada", "ada@example.net", true],
  );
});

for (const [title, headers] of [
  ["without the proxy's secret", { "x-remote-user": "ada" }],
  ["with another secret", { "x-remote-user": "ada", "x-proxy-secret": proxySecret.toUpperCase() }],
  ["without a person", { "x-proxy-secret": proxySecret }],
  ["with a blank person", { "x-remote-user": " ", "x-proxy-secret": proxySecret }],
] as const) {
  test(`a request ${title} is refused, and nobody is written down`, async (t) => {
    const { site, answer } = await signInWith(t, headers);
    assert.equal(await codeOf(answer), "client_refused");
    assert.equal(await site.storage.users.findByUsername("ada"), undefined);
    assert.doesNotMatch(JSON.stringify(site.lines), new RegExp(proxySecret));
  });
}

for (const [setting, changed] of [
  ["userHeader", { userHeader: "" }],
  ["proxySecret", { proxySecret: "short" }],
] as const satisfies [string, RemoteUserSettings][]) {
  test(`${setting} must be set`, () => {
    const backend = new RemoteUser({ ...settings, ...changed });
    assert.throws(
      () => backend.bind({}),
      (error) => error instanceof AuthError && error.message.includes(`"${setting}"`),
    );
  });
}
