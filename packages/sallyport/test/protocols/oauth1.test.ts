import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { BaseOAuth1 } from "../../src/protocols/oauth1.ts";
import { createSeal } from "../../src/seal.ts";
import { openToken } from "../../src/stored-tokens.ts";
import type { SignatureMethod } from "../../src/wire/oauth1-signature.ts";
import {
  clientKey,
  ExampleOAuth1,
  oauth1Settings,
  saidBy,
  startOAuth1Site,
} from "../oauth1-provider.ts";
import { codeOf, origin, secret } from "../site.ts";

const fromProvider = { "sec-fetch-site": "cross-site" };

test("a person who signs in is known from then on, after three signed requests", async (t) => {
  const { auth, provider, clock, browser } = await startOAuth1Site(t);
  provider.profile = { id: 7, login: "ada", email: "ada@example.net", name: "Ada Lovelace" };
  const person = browser();

  const answer = await person.signIn("example", "/ports");

  assert.equal(answer.status, 303);
  assert.equal(answer.headers.get("location"), "/ports");
  const session = await auth.session({ headers: { cookie: person.cookieHeader() } });
  assert.equal(session?.user.email, "ada@example.net");
  const [association] = await auth.associations(session.user);
  assert.deepEqual([association?.provider, association?.uid], ["example", "7"]);

  assert.deepEqual(
    provider.requests.map(({ method, path }) => `${method} ${path}`),
    ["GET /request_token", "GET /authorize", "POST /access_token", "GET /profile"],
  );
  const signed = provider.requests.filter(({ path }) => path !== "/authorize").map(saidBy);
  const seconds = String(clock.now.getTime() / 1000);
  assert.deepEqual(
    signed.map(({ oauth_timestamp }) => oauth_timestamp),
    [seconds, seconds, seconds],
  );
  assert.equal(new Set(signed.map(({ oauth_nonce }) => oauth_nonce)).size, 3);
  for (const { oauth_nonce } of signed) assert.match(oauth_nonce ?? "", /^[A-Za-z0-9]{20,30}$/);
});

test("the state travels in the callback's address, and the token's secret does not", async (t) => {
  const { provider, browser } = await startOAuth1Site(t);
  const left = await browser().get("/auth/login/example");
  const location = new URL(left.headers.get("location") ?? "");
  const { oauth_callback } = saidBy(provider.requests[0] ?? assert.fail());
  const state = new URL(oauth_callback ?? "").searchParams.get("redirect_state");
  assert.match(state ?? "", /^[\w-]{43}$/);
  assert.equal(oauth_callback, `${origin}/auth/complete/example?redirect_state=${state}`);
  assert.deepEqual([...location.searchParams.keys()], ["oauth_token", "redirect_uri"]);
  assert.equal(location.searchParams.get("redirect_uri"), oauth_callback);
  const said = left.headers.get("location") + left.headers.getSetCookie().join();
  const requestSecret = provider.secrets.find((one) => one.startsWith("request-secret"));
  assert.ok(requestSecret && !said.includes(requestSecret));
});

const methods: readonly SignatureMethod[] = ["HMAC-SHA1", "HMAC-SHA256", "PLAINTEXT", "RSA-SHA1"];
for (const method of methods) {
  test(`a login succeeds with ${method}`, async (t) => {
    class Signing extends ExampleOAuth1 {
      override readonly signatureMethod = method;
    }
    const { provider, browser } = await startOAuth1Site(t, {
      backends: (at) => {
        const settings = oauth1Settings(at);
        const clientSecret = method === "RSA-SHA1" ? clientKey.privateKey : settings.clientSecret;
        return [new Signing({ ...settings, clientSecret })];
      },
    });
    assert.equal((await browser().signIn("example")).status, 303);
    const used = provider.to("/profile").map((request) => saidBy(request).oauth_signature_method);
    assert.deepEqual(used, [method]);
  });
}

test("token and token secret are kept sealed, and nowhere else", async (t) => {
  class Everything extends ExampleOAuth1 {
    override readonly getAllExtraData = true;
    override readonly extraData = ["oauth_token_secret", { oauth_token: "copy" }];
  }
  const { auth, provider, storage, browser } = await startOAuth1Site(t, {
    backends: (at) => [new Everything(oauth1Settings(at))],
  });
  provider.tokenExtras = { user_id: "1", screen_name: "ada" };
  await browser().signIn("example");

  const user = (await storage.users.findByUsername("ada")) ?? assert.fail();
  const [association] = await auth.associations(user);
  const { id = 0 } = association ?? {};
  const kept = (await storage.associations.get(id)) ?? assert.fail();
  const text = JSON.stringify(kept);
  for (const one of provider.secrets) assert.ok(!text.includes(one), `${one} is in ${text}`);
  const seal = createSeal([secret], "tokens");
  assert.match((await openToken(kept, "access_token", seal)) ?? "", /^access-\d/);
  assert.match((await openToken(kept, "oauth_token_secret", seal)) ?? "", /^access-secret-/);
  assert.equal(kept.extraData.screen_name, "ada");
  assert.equal(kept.extraData.token_type, "oauth1");
  assert.equal("copy" in kept.extraData, false);
});

test("two logins of one browser do not disturb each other", async (t) => {
  const { browser } = await startOAuth1Site(t);
  const person = browser();
  const [first, second] = [await person.leaveFor("example"), await person.leaveFor("example")];
  assert.notEqual(tokenIn(first), tokenIn(second));
  assert.equal((await person.send("GET", second, fromProvider)).status, 303);
  assert.equal((await person.send("GET", first, fromProvider)).status, 303);
});

/** A browser that is back at our door, with the address that the provider sent it to. */
async function left(t: TestContext, backend?: typeof ExampleOAuth1) {
  const site = await startOAuth1Site(
    t,
    backend && { backends: (at) => [new backend(oauth1Settings(at))] },
  );
  const person = site.browser();
  const back = new URL(await person.leaveFor("example"));
  return { ...site, person, back };
}

type Left = Awaited<ReturnType<typeof left>>;

/** Comes back, and is refused without a request to the provider. */
async function refused({ provider, person, back }: Left, code: string, status = 400) {
  const asked = provider.requests.length;
  const answer = await person.send("GET", back.href, fromProvider);
  assert.equal(answer.status, status);
  assert.equal(await codeOf(answer), code);
  assert.equal(provider.requests.length, asked, "the provider was asked");
  assert.deepEqual(person.named("session"), []);
}

test("a callback without its state is refused", async (t) => {
  const came = await left(t);
  came.back.searchParams.delete("redirect_state");
  await refused(came, "state_missing");
});

test("a state as OAuth 2 has it is none", async (t) => {
  const came = await left(t);
  came.back.searchParams.set("state", came.back.searchParams.get("redirect_state") ?? "");
  came.back.searchParams.delete("redirect_state");
  await refused(came, "state_missing");
});

test("another browser's callback is refused", async (t) => {
  const came = await left(t);
  const victim = came.browser();
  await victim.leaveFor("example");
  await refused({ ...came, person: victim }, "state_unknown");
});

test("another backend's state is refused", async (t) => {
  const came = await left(t);
  came.back.pathname = "/auth/complete/second";
  await refused(came, "state_foreign");
});

test("a callback counts once", async (t) => {
  const came = await left(t);
  const cookies = new Map(came.person.cookies);
  assert.equal((await came.person.send("GET", came.back.href, fromProvider)).status, 303);
  const again = came.browser();
  for (const [name, value] of cookies) again.cookies.set(name, value);
  await refused({ ...came, person: again }, "state_used");
});

test("another login's request token is refused", async (t) => {
  const came = await left(t);
  const other = await came.browser().leaveFor("example");
  came.back.searchParams.set("oauth_token", tokenIn(other));
  await refused(came, "callback_invalid");
});

for (const name of ["oauth_token", "oauth_verifier"]) {
  test(`a callback without ${name} is refused`, async (t) => {
    const came = await left(t);
    came.back.searchParams.delete(name);
    await refused(came, "callback_invalid");
  });

  test(`a callback with an empty ${name} is refused`, async (t) => {
    const came = await left(t);
    came.back.searchParams.set(name, "");
    await refused(came, "callback_invalid");
  });

  test(`a callback that has ${name} twice is refused`, async (t) => {
    const came = await left(t);
    came.back.searchParams.append(name, came.back.searchParams.get(name) ?? "");
    await refused(came, "callback_invalid");
  });
}

test("a wrong verifier is the provider's to refuse", async (t) => {
  const { provider, person, back } = await left(t);
  back.searchParams.set("oauth_verifier", "guessed");
  const answer = await person.send("GET", back.href, fromProvider);
  assert.equal(answer.status, 400);
  assert.equal(await codeOf(answer), "code_refused");
  assert.equal(provider.to("/profile").length, 0);
});

for (const [what, parameters, code, status] of [
  ["X's denied", { denied: "the-token" }, "access_denied", 403],
  ["oauth_problem=user_refused", { oauth_problem: "user_refused" }, "access_denied", 403],
  ["permission_denied", { oauth_problem: "permission_denied" }, "access_denied", 403],
  ["another oauth_problem", { oauth_problem: "token_expired" }, "provider_refused", 502],
] as const) {
  test(`${what} in the callback is ${code}`, async (t) => {
    const came = await left(t);
    came.back.searchParams.delete("oauth_token");
    came.back.searchParams.delete("oauth_verifier");
    for (const [name, value] of Object.entries(parameters)) came.back.searchParams.set(name, value);
    await refused(came, code, status);
  });
}

class Old extends ExampleOAuth1 {
  override readonly oauthVersion: BaseOAuth1["oauthVersion"] = "1.0";
}

test("a provider of OAuth 1.0 needs no verifier, where its backend names it one", async (t) => {
  const { provider, browser } = await startOAuth1Site(t, {
    backends: (at) => [new Old(oauth1Settings(at))],
  });
  provider.confirmation = {};
  assert.equal((await browser().signIn("example")).status, 303);
  const [request] = provider.to("/access_token");
  assert.equal(saidBy(request ?? assert.fail()).oauth_verifier, undefined);
});

test("one that confirms the callback all the same must send the verifier", async (t) => {
  const came = await left(t, Old);
  came.back.searchParams.delete("oauth_verifier");
  await refused(came, "callback_invalid");
});

function tokenIn(address: string): string {
  return new URL(address).searchParams.get("oauth_token") ?? "";
}
