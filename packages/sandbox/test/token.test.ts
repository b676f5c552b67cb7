import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  authorizeUrl,
  Clock,
  callback,
  challenge,
  codeFor,
  credentials,
  post,
  profileOf,
  redeem,
  refresh,
  sandboxForTests,
  tokensFor,
  tokensOf,
  verifier,
  withToken,
} from "./relying-party.ts";

const clock = new Clock();
const sandbox = sandboxForTests({ now: clock.now });

async function assertRefused(response: Response, status: number, error: string): Promise<void> {
  assert.equal(response.status, status);
  assert.equal(((await response.json()) as { error: string }).error, error);
}

describe("a code", () => {
  it("becomes an opaque token of 30 letters and digits for ten hours", async () => {
    const response = await redeem(sandbox(), await codeFor(sandbox()));
    assert.equal(response.status, 200);
    assert.equal(response.headers.get("content-type"), "application/json");
    assert.equal(response.headers.get("cache-control"), "no-store");
    const { access_token, refresh_token, ...rest } = await tokensOf(response);
    assert.match(access_token, /^[A-Za-z0-9]{30}$/);
    assert.match(refresh_token, /^[A-Za-z0-9]{30}$/);
    assert.deepEqual(rest, {
      expires_in: 36_000,
      token_type: "Bearer",
      scope: "profile email networks amr",
    });
  });

  it("is good once", async () => {
    const code = await codeFor(sandbox());
    assert.equal((await redeem(sandbox(), code)).status, 200);
    await assertRefused(await redeem(sandbox(), code), 400, "invalid_grant");
  });

  it("is good once among fifty at the same time", async () => {
    const code = await codeFor(sandbox(), 1001, { scope: "openid profile" });
    const all = await Promise.all(Array.from({ length: 50 }, () => redeem(sandbox(), code)));
    assert.equal(all.filter(({ status }) => status === 200).length, 1);
  });

  it("is good for 60 seconds", async () => {
    const [early, late] = [await codeFor(sandbox()), await codeFor(sandbox())];
    clock.advance(59);
    assert.equal((await redeem(sandbox(), early)).status, 200);
    clock.advance(1);
    await assertRefused(await redeem(sandbox(), late), 400, "invalid_grant");
  });

  it("needs the redirect URI it was asked for with", async () => {
    const response = await redeem(sandbox(), await codeFor(sandbox()), {
      redirect_uri: "http://localhost:3000/elsewhere",
    });
    await assertRefused(response, 400, "invalid_request");
  });
});

describe("PKCE", () => {
  const methods = [
    { code_challenge: challenge, code_challenge_method: "S256" },
    { code_challenge: verifier, code_challenge_method: "plain" },
    { code_challenge: verifier },
  ];

  for (const parameters of methods) {
    const method = parameters.code_challenge_method ?? "none named, which is plain";
    it(`verifies the challenge (${method})`, async () => {
      const code = await codeFor(sandbox(), 1001, parameters);
      await assertRefused(await redeem(sandbox(), code), 400, "invalid_request");
      const wrong = await redeem(sandbox(), code, { code_verifier: `${verifier}2` });
      await assertRefused(wrong, 400, "invalid_grant");
      // A refusal does not use the code up.
      assert.equal((await redeem(sandbox(), code, { code_verifier: verifier })).status, 200);
    });
  }

  it("is optional, and a verifier without a challenge is ignored", async () => {
    const response = await redeem(sandbox(), await codeFor(sandbox()), { code_verifier: verifier });
    assert.equal(response.status, 200);
  });
});

describe("the client at the token endpoint", () => {
  it("is refused with 401 invalid_client for a wrong id or secret", async () => {
    const code = await codeFor(sandbox());
    const wrongSecret = await redeem(sandbox(), code, { client_secret: "wrong" });
    assert.match(
      wrongSecret.headers.get("www-authenticate") ?? "",
      /^Bearer error="invalid_client"/,
    );
    await assertRefused(wrongSecret, 401, "invalid_client");
    const wrongId = await redeem(sandbox(), code, { client_id: "nobody" });
    await assertRefused(wrongId, 401, "invalid_client");
  });

  it("learns from a bogus code whether its credentials are right", async () => {
    await assertRefused(await redeem(sandbox(), "bogus"), 400, "invalid_grant");
  });

  it("is refused with PeeringDB's own 401 when it uses client_secret_basic", async () => {
    const form = { grant_type: "authorization_code", code: await codeFor(sandbox()) };
    const basic = `Basic ${btoa("sandbox-client:sandbox-secret")}`;
    const response = await post(sandbox(), "/oauth2/token/", form, { Authorization: basic });
    assert.equal(response.status, 401);
    assert.deepEqual(await response.json(), { meta: { error: "Invalid username or password" } });
  });
});

describe("the token endpoint", () => {
  it("names an unknown grant type and what is missing", async () => {
    const ask = (form: Record<string, string>) =>
      post(sandbox(), "/oauth2/token/", { ...credentials, ...form });
    await assertRefused(await ask({ grant_type: "password" }), 400, "unsupported_grant_type");
    await assertRefused(await ask({ grant_type: "authorization_code" }), 400, "invalid_request");
    await assertRefused(await ask({ grant_type: "refresh_token" }), 400, "invalid_request");
  });

  it("reads no JSON", async () => {
    const response = await fetch(`${sandbox().url}/oauth2/token/`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ ...credentials, grant_type: "authorization_code" }),
    });
    await assertRefused(response, 400, "unsupported_grant_type");
  });

  it("answers GET with an empty 405", async () => {
    const response = await fetch(`${sandbox().url}/oauth2/token/`);
    assert.equal(response.status, 405);
    assert.equal(await response.text(), "");
  });

  it("turns a POST without the slash into a GET, which ends in 405", async () => {
    const code = await codeFor(sandbox());
    const bare = await post(sandbox(), "/oauth2/token", { ...credentials, code });
    assert.equal(bare.status, 301);
    const followed = await fetch(`${sandbox().url}/oauth2/token`, {
      method: "POST",
      body: new URLSearchParams({ ...credentials, code }),
    });
    assert.equal(followed.status, 405);
    const page = await fetch(authorizeUrl(sandbox()).replace("/?", "?"));
    assert.equal(page.status, 200);
  });
});

describe("a refresh token", () => {
  it("is replaced at each use, and takes the old access token with it", async () => {
    const first = await tokensFor(sandbox());
    const second = await tokensOf(await refresh(sandbox(), first.refresh_token));
    assert.equal(second.scope, "profile email networks amr");
    assert.notEqual(second.refresh_token, first.refresh_token);
    assert.equal((await withToken(sandbox(), "/profile/v1", first.access_token)).status, 403);
    assert.equal((await profileOf(sandbox(), second.access_token)).id, 1001);
  });

  it("has no grace: its second use is invalid_grant, and the new pair lives on", async () => {
    const first = await tokensFor(sandbox());
    const second = await tokensOf(await refresh(sandbox(), first.refresh_token));
    await assertRefused(await refresh(sandbox(), first.refresh_token), 400, "invalid_grant");
    assert.equal((await refresh(sandbox(), second.refresh_token)).status, 200);
  });

  it("never expires", async () => {
    const { refresh_token } = await tokensFor(sandbox());
    clock.advance(5 * 365 * 86_400);
    assert.equal(
      (await tokensOf(await refresh(sandbox(), refresh_token))).scope,
      "profile email networks amr",
    );
  });

  it("loses the AMR", async () => {
    const first = await tokensFor(sandbox());
    assert.deepEqual((await profileOf(sandbox(), first.access_token)).amr, ["pwd", "otp", "mfa"]);
    const second = await tokensOf(await refresh(sandbox(), first.refresh_token));
    assert.deepEqual((await profileOf(sandbox(), second.access_token)).amr, []);
  });

  it("may ask for fewer scopes, and not for more", async () => {
    const { refresh_token } = await tokensFor(sandbox(), 1001, { scope: "profile email" });
    const more = await refresh(sandbox(), refresh_token, { scope: "profile networks" });
    await assertRefused(more, 400, "invalid_scope");
    const fewer = await refresh(sandbox(), refresh_token, { scope: "profile" });
    assert.equal((await tokensOf(fewer)).scope, "profile");
  });

  it("belongs to its client", async (t) => {
    const { startSandbox } = await import("../src/index.ts");
    const clients = [
      { id: "a", secret: "a-secret" },
      { id: "b", secret: "b-secret" },
    ];
    const two = await startSandbox({ clients });
    t.after(() => two.close());
    const [a, b] = clients.map(({ id, secret }) => ({ client_id: id, client_secret: secret }));
    const location = await two.signIn(authorizeUrl(two, { client_id: "a" }), { person: 1001 });
    const code = callback(location).code ?? "";
    await assertRefused(await redeem(two, code, b), 400, "invalid_grant");
    const { refresh_token } = await tokensOf(await redeem(two, code, a));
    await assertRefused(await refresh(two, refresh_token, b), 400, "invalid_grant");
    assert.equal((await refresh(two, refresh_token, a)).status, 200);
  });
});
