import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  authorizeUrl,
  callback,
  codeFor,
  redirectUri,
  sandboxForTests,
  tokensFor,
} from "./relying-party.ts";

describe("the authorize endpoint", () => {
  const sandbox = sandboxForTests();
  const follow = (parameters: Record<string, string | undefined>) =>
    fetch(authorizeUrl(sandbox(), parameters), { redirect: "manual" });

  it("sends whoever approves back with a code and the state", async () => {
    const location = await sandbox().signIn(authorizeUrl(sandbox()), { person: 1001 });
    assert.ok(location.startsWith(`${redirectUri}?`));
    assert.match(callback(location).code ?? "", /^[A-Za-z0-9]{30}$/);
    assert.equal(callback(location).state, "the-state");
  });

  it("sends whoever refuses back with access_denied", async () => {
    const choice = { person: 1001, decision: "deny" } as const;
    const location = await sandbox().signIn(authorizeUrl(sandbox()), choice);
    assert.deepEqual(callback(location), { error: "access_denied", state: "the-state" });
  });

  it("keeps the redirect URI's own query", async () => {
    const url = authorizeUrl(sandbox(), { redirect_uri: `${redirectUri}?a=1&b=%20` });
    const location = await sandbox().signIn(url, { person: 1001 });
    assert.ok(location.startsWith(`${redirectUri}?a=1&b=%20&code=`));
  });

  it("refuses an unknown client on a page of its own, without a redirect", async () => {
    const response = await follow({ client_id: "nobody" });
    assert.equal(response.status, 400);
    assert.match(response.headers.get("content-type") ?? "", /^text\/html/);
    assert.match(await response.text(), /&#34;nobody&#34; is not registered/);
  });

  it("refuses a redirect URI that is missing, relative, or another scheme's, on a page", async () => {
    for (const redirect_uri of [
      undefined,
      "/callback",
      "javascript:alert(1)",
      "http://a.example/#x",
    ]) {
      const response = await follow({ redirect_uri });
      assert.equal(response.status, 400, redirect_uri);
      assert.equal(response.headers.get("location"), null);
    }
  });

  it("sends an unknown scope back as invalid_scope", async () => {
    const response = await follow({ scope: "profile organizations" });
    assert.equal(response.status, 302);
    const location = response.headers.get("location") ?? "";
    assert.deepEqual(callback(location), { error: "invalid_scope", state: "the-state" });
  });

  it("sends back what is wrong with the response type and the challenge method", async () => {
    const errorOf = async (parameters: Record<string, string | undefined>) =>
      callback((await follow(parameters)).headers.get("location") ?? "").error;
    assert.equal(await errorOf({ response_type: undefined }), "invalid_request");
    assert.equal(await errorOf({ response_type: "token" }), "unsupported_response_type");
    assert.equal(
      await errorOf({ code_challenge: "x", code_challenge_method: "S512" }),
      "invalid_request",
    );
  });

  it("checks the form as it checks the address", async () => {
    const url = authorizeUrl(sandbox(), { scope: "organizations" });
    assert.equal(callback(await sandbox().signIn(url, { person: 1001 })).error, "invalid_scope");
    await assert.rejects(
      sandbox().signIn(authorizeUrl(sandbox(), { client_id: "nobody" }), { person: 1001 }),
      /400/,
    );
  });

  it("refuses a person who does not exist on a page", async () => {
    await assert.rejects(codeFor(sandbox(), 9999), /400/);
  });

  it("grants all scopes where none is named", async () => {
    const { scope } = await tokensFor(sandbox(), 1001, { scope: undefined });
    assert.equal(scope, "openid profile email networks amr");
  });

  it("shows the page for prompt=login and has nobody signed in for prompt=none", async () => {
    assert.equal((await follow({ prompt: "login" })).status, 200);
    const silent = await follow({ prompt: "none" });
    assert.equal(callback(silent.headers.get("location") ?? "").error, "login_required");
  });
});

describe("registered redirect URIs", () => {
  const sandbox = sandboxForTests({ redirectUris: [`${redirectUri}?tenant=a`] });
  const statusOf = async (redirect_uri: string) =>
    (await fetch(authorizeUrl(sandbox(), { redirect_uri }))).status;

  it("match scheme, host, port and path exactly", async () => {
    assert.equal(await statusOf(`${redirectUri}?tenant=a`), 200);
    assert.equal(await statusOf("https://localhost:3000/complete/peeringdb?tenant=a"), 400);
    assert.equal(await statusOf("http://localhost:3001/complete/peeringdb?tenant=a"), 400);
    assert.equal(await statusOf("http://localhost:3000/complete/peeringdb/?tenant=a"), 400);
  });

  it("match where the registered query is a part of the one that came", async () => {
    assert.equal(await statusOf(`${redirectUri}?tenant=a&more=1`), 200);
    assert.equal(await statusOf(redirectUri), 400);
  });
});

describe("a strict sandbox", () => {
  const sandbox = sandboxForTests({ strict: true });

  it("demands https of redirect URIs, localhost included", async () => {
    const plain = await fetch(authorizeUrl(sandbox()));
    assert.equal(plain.status, 400);
    assert.match(await plain.text(), /not https/);
    const redirect_uri = "https://portal.example.net/complete/peeringdb";
    assert.equal((await fetch(authorizeUrl(sandbox(), { redirect_uri }))).status, 200);
  });
});
