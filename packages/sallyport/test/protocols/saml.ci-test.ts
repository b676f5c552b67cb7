import assert from "node:assert/strict";
import { test } from "node:test";
import { SamlAuth } from "../../src/protocols/saml.ts";
import { openChromium, serveSite } from "../chromium-site.ts";
import { startIdentityProvider } from "../saml/identity-provider.ts";
import { acme, settings } from "../saml/saml-site.ts";

test("a person signs in at another site, whose form's POST brings no cookies", async (t) => {
  let acs = "";
  const idp = await startIdentityProvider(t, undefined, () => acs);
  // For a browser `localhost` and `127.0.0.1` are two sites.
  const url = idp.replace("127.0.0.1", "localhost");
  const { origin, storage } = await serveSite(t, () => [
    new SamlAuth({ ...settings, enabledIdps: { acme: { ...acme, url } } }),
  ]);
  acs = `${origin}/auth/complete/saml`;
  const context = await openChromium(t);
  const page = await context.newPage();
  const posts: Promise<string | undefined>[] = [];
  page.on("request", (request) => {
    if (request.url() === acs && request.method() === "POST") {
      posts.push(request.allHeaders().then((headers) => headers.cookie));
    }
  });
  await page.goto(`${origin}/auth/login/saml?idp=acme`);
  await page.waitForURL(`${origin}/`);

  const [fromThere, fromHere, ...more] = await Promise.all(posts);
  assert.equal(fromThere, undefined, "SameSite=Lax keeps the cookie back");
  assert.match(fromHere ?? "", /sallyport-flow/, "our own page posts it again");
  assert.deepEqual(more, []);
  assert.ok(await storage.associations.find("saml", "acme:ada"));
});
