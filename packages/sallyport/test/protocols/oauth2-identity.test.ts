import assert from "node:assert/strict";
import { test } from "node:test";
import type { ExtraDataEntry } from "../../src/backend.ts";
import type { Json, Tokens } from "../../src/identity.ts";
import { bound, failureOf, httpFor, identityFrom, now, once, redirectUri } from "../backend.ts";

import { startProvider } from "../provider.ts";
import { ExampleOAuth2, settingsFor } from "../site.ts";

const settings = { url: "https://provider.example", clientId: "me" };
const tokens: Tokens = { accessToken: "opaque", tokenType: "bearer", answer: {} };

const example = () => bound(new ExampleOAuth2(settings));
const withId = (id: unknown) => ({ id, login: "ada" });

for (const [id, uid] of [
  [1, "1"],
  [0, "0"],
  [Number.MAX_SAFE_INTEGER, "9007199254740991"],
  ["abc", "abc"],
  ["007", "007"],
  [" 7 ", " 7 "],
  ["é", "é"],
  ["x".repeat(255), "x".repeat(255)],
] as const) {
  test(`the id ${JSON.stringify(id).slice(0, 30)} is kept as it is, as text`, () => {
    assert.equal(example().toIdentity(withId(id), tokens).uid, uid);
  });
}

for (const [what, id] of [
  ["missing", undefined],
  ["null", null],
  ["true", true],
  ["false", false],
  ["not a number", Number.NaN],
  ["a fraction", 1.5],
  ["larger than JSON carries exactly", 2 ** 53],
  ["infinite", Number.POSITIVE_INFINITY],
  ["empty", ""],
  ["blank", " \t "],
  ["256 characters long", "x".repeat(256)],
  ["a list", [1]],
  ["an object", { id: 1 }],
] as const) {
  test(`an id that is ${what} is refused, and never becomes text`, async () => {
    const error = await failureOf(
      Promise.resolve().then(() => example().toIdentity(withId(id), tokens)),
    );
    assert.deepEqual(
      [error.code, error.stage, error.backend],
      ["uid_missing", "identity", "example"],
    );
    assert.match(error.message, /expected an id in "id"/);
  });
}

test("the id is read from the field that idKey names", () => {
  class Keyed extends ExampleOAuth2 {
    override readonly idKey = "login";
  }
  assert.equal(bound(new Keyed(settings)).toIdentity(withId(1), tokens).uid, "ada");
});

/** The extra data of a backend that declares these entries. */
function kept(
  entries: readonly ExtraDataEntry[],
  more: { all?: boolean; set?: ExtraDataEntry[]; expires?: Json | undefined },
) {
  class Keeping extends ExampleOAuth2 {
    override readonly extraData = entries;
    override readonly getAllExtraData = more.all ?? false;
  }
  const backend = bound(new Keeping({ ...settings, extraData: more.set ?? [] }));
  const expires = "expires" in more ? more.expires : 3600;
  const answer = { expires, team: "from the token answer", login: "from the token answer" };
  return backend.toIdentity({ id: 1, login: "ada", name: "Ada" }, { ...tokens, answer }).extraData;
}

test("declared fields of profile and token answer are kept, and no others", () => {
  assert.deepEqual(kept(["id", "team"], {}), { id: 1, team: "from the token answer" });
});

test("the profile wins over the token answer", () => {
  assert.deepEqual(kept(["login"], {}), { login: "ada" });
});

test("a field can be kept under another name", () => {
  assert.deepEqual(kept([{ expires: "expires_in", login: "handle" }], {}), {
    expires_in: 3600,
    handle: "ada",
  });
});

for (const empty of ["", 0, null, false, undefined]) {
  test(`a field to discard is left out where it is ${JSON.stringify(empty)}`, () => {
    const entries = [{ expires: { as: "expires_on", discard: true }, login: { discard: true } }];
    assert.deepEqual(kept(entries, { expires: empty }), { login: "ada" });
    assert.deepEqual(kept(entries, { expires: 1 }), { expires_on: 1, login: "ada" });
  });
}

test("what the provider does not say under a name is taken from the details", () => {
  assert.deepEqual(kept(["username", { handle: "fullname" }], {}), {
    username: "ada",
    fullname: "Ada",
  });
  assert.deepEqual(kept([{ login: "email" }, "expires"], { expires: null }), {
    email: "ada",
    expires: null,
  });
});

test("a token is kept under no other name", () => {
  assert.deepEqual(kept([{ access_token: { as: "token" }, id: "number" }], {}), { number: 1 });
});

test("the settings can declare more fields", () => {
  assert.deepEqual(kept(["id"], { set: ["name", { team: "group" }] }), {
    id: 1,
    name: "Ada",
    group: "from the token answer",
  });
});

test("getAllExtraData keeps every field", () => {
  assert.deepEqual(kept([], { all: true }), {
    expires: 3600,
    team: "from the token answer",
    login: "ada",
    id: 1,
    name: "Ada",
  });
});

for (const [query, code] of [
  ["error=access_denied", "access_denied"],
  ["error=user_cancelled_login", "access_denied"],
  ["error=canceled", "access_denied"],
  ["denied=token", "access_denied"],
  ["error=server_error&code=1", "provider_refused"],
  ["error=", "provider_refused"],
  ["code=", "callback_invalid"],
  ["", "callback_invalid"],
  ["code=1&code=2", "callback_invalid"],
] as const) {
  test(`a callback of "${query}" ends with ${code}, and asks nothing`, async (t) => {
    const provider = await startProvider(t);
    const backend = bound(new ExampleOAuth2(settingsFor(provider)));
    const callback = new URLSearchParams(query);
    const http = httpFor(backend);
    const error = await failureOf(
      backend.authComplete({ http, redirectUri, callback, keep: {}, headers: {}, once, now }),
    );
    assert.deepEqual([error.code, error.stage], [code, "callback"]);
    assert.equal(provider.requests.length, 0);
  });
}

test("a provider's error word is quoted short, and its description not at all", async () => {
  const callback = new URLSearchParams({
    error: `line\nbreak ${"x".repeat(500)}`,
    error_description: "words",
  });
  const backend = example();
  const error = await failureOf(
    backend.authComplete({
      http: httpFor(backend),
      redirectUri,
      callback,
      keep: {},
      headers: {},
      once,
      now,
    }),
  );
  assert.ok(error.message.length < 120);
  assert.match(error.message, /line\\nbreak/);
  assert.doesNotMatch(error.message, /words/);
});

test("a login gives profile, tokens and details", async (t) => {
  const provider = await startProvider(t);
  provider.profile = { id: 5, login: "ada", email: "ada@example.net" };
  const identity = await identityFrom(bound(new ExampleOAuth2(settingsFor(provider))));
  assert.equal(identity.provider, "example");
  assert.equal(identity.uid, "5");
  assert.equal(identity.details.email, "ada@example.net");
  assert.deepEqual(identity.response, provider.profile);
  assert.deepEqual(identity.tokens?.expiresAt, new Date("2026-11-20T13:00:00Z"));
  assert.equal(identity.tokens?.scope, "profile");
});

test("an access token travels in a header, never in an address", async (t) => {
  const provider = await startProvider(t);
  const { tokens: got } = await identityFrom(bound(new ExampleOAuth2(settingsFor(provider))));
  const [request] = provider.to("/profile");
  assert.equal(request?.headers.authorization, `Bearer ${got?.accessToken}`);
  assert.equal(request?.query.size, 0);
});
