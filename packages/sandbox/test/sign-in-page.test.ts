import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, it } from "node:test";
import { authorizeUrl, sandboxForTests } from "./relying-party.ts";

describe("the sign-in page", () => {
  const sandbox = sandboxForTests();
  const show = (parameters: Record<string, string> = {}) =>
    fetch(authorizeUrl(sandbox(), parameters));

  it("says at the top that it is no PeeringDB", async () => {
    const text = await (await show()).text();
    assert.ok(text.indexOf("This is a sandbox, not PeeringDB") < text.indexOf("<h1>"));
  });

  it("has a form a person, with what they show, their networks and both buttons", async () => {
    const text = await (await show()).text();
    assert.equal(text.split("<form ").length - 1, sandbox().people().length);
    assert.match(text, /Sign in as Ada Example<\/button>/);
    assert.match(text, /Start here: sees two networks/);
    assert.match(text, /AS64496 Alpha Net: may read, update, create, delete/);
    assert.match(text, /AS64497 Bravo Networks: may read</);
    assert.match(text, /AS64496 Alpha Net: may read; peering sessions: read, update</);
    assert.match(text, />Refuse<\/button>/);
  });

  it("carries the request's own parameters along, and no others", async () => {
    const text = await (await show({ nonce: "n", prompt: "login", other: "o" })).text();
    const names = new Set(
      [...text.matchAll(/type="hidden" name="(\w+)"/g)].map(([, name]) => name),
    );
    assert.deepEqual([...names].sort(), [
      "client_id",
      "nonce",
      "person",
      "prompt",
      "redirect_uri",
      "response_type",
      "scope",
      "state",
    ]);
  });

  it("offers each person's own way of signing in first", async () => {
    sandbox().setPeople([
      { profile: { id: 1 }, amr: ["swk"] },
      { profile: { id: 2 }, amr: ["swk", "swk", "mfa"] },
    ]);
    const text = await (await show()).text();
    assert.match(text, /<option value="swk" selected>passkey/);
    assert.match(text, /<option value="swk,swk,mfa" selected>swk,swk,mfa/);
  });

  it("escapes whatever comes from people and requests", async () => {
    sandbox().setPeople([
      { profile: { id: '"><b>', name: "<script>alert(1)</script>" }, shows: "<img src=x>" },
    ]);
    const text = await (await show({ state: '"><script>alert(2)</script>' })).text();
    assert.doesNotMatch(text, /<script|<img|<b>/);
  });

  it("shows sloppy data instead of stumbling over it", async () => {
    sandbox().setPeople([
      { profile: { id: 1, networks: null } },
      { profile: { id: 2, networks: [null, "x", { asn: "64496", perms: "15" }, {}] } },
      { profile: {} },
    ]);
    const response = await show();
    assert.equal(response.status, 200);
    const text = await response.text();
    assert.match(text, /Networks: null/);
    assert.match(text, /ASN &#34;64496&#34; without a name/);
  });

  it("lets no script run, and does not hold back the redirect after the form", async () => {
    const response = await show();
    const policy = response.headers.get("content-security-policy") ?? "";
    assert.match(policy, /default-src 'none'/);
    assert.doesNotMatch(policy, /script-src|form-action|unsafe/);
    const [, style = ""] = /<style>(.*?)<\/style>/s.exec(await response.text()) ?? [];
    const hash = createHash("sha256").update(style).digest("base64");
    assert.ok(policy.includes(`'sha256-${hash}'`));
  });

  it("stays readable with any number of people", async () => {
    sandbox().setPeople(Array.from({ length: 1000 }, (_, id) => ({ profile: { id } })));
    const text = await (await show()).text();
    assert.equal(text.split("<form ").length - 1, 200);
    assert.match(text, /And 800 more/);
  });
});

describe("the home page", () => {
  const sandbox = sandboxForTests();

  it("says what this is, who there is, and how to connect and change things", async () => {
    const response = await fetch(`${sandbox().url}/`);
    assert.equal(response.status, 200);
    const text = await response.text();
    assert.match(text, /not PeeringDB/);
    assert.match(text, /sandbox-client : sandbox-secret/);
    assert.ok(text.includes(`${sandbox().url}/oauth2/token/`));
    assert.match(text, /curl -X PATCH/);
    assert.match(text, /Ada Example/);
  });
});
