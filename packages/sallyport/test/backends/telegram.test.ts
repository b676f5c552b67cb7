import assert from "node:assert/strict";
import { createHash, createHmac } from "node:crypto";
import { test } from "node:test";
import { TelegramAuth, type TelegramSettings } from "../../src/backends/telegram.ts";
import type { Identity } from "../../src/identity.ts";
import { bound, departure, failureOf, httpFor, now, once, redirectUri } from "../backend.ts";
import { codeOf, startSite } from "../site.ts";

const botToken = "7654321:a-token_of_the_tests";
const inSeconds = Math.floor(now.getTime() / 1000);
const ada = {
  id: "583231",
  first_name: "Ada",
  last_name: "Lovelace & co",
  username: "ada",
  photo_url: "https://t.me/i/userpic/320/ada.jpg",
  auth_date: String(inSeconds - 5),
};

/** What Telegram's page says to do, with Node's own functions. */
function signed(fields: Readonly<Record<string, string | number>>, token = botToken) {
  const names = Object.keys(fields).sort();
  const text = names.map((name) => `${name}=${fields[name]}`).join("\n");
  const key = createHash("sha256").update(token).digest();
  return { ...fields, hash: createHmac("sha256", key).update(text).digest("hex") };
}

function asQuery(fields: Readonly<Record<string, string | number>>): URLSearchParams {
  const texts = Object.entries(fields).map(([name, value]) => [name, String(value)]);
  return new URLSearchParams([["redirect_state", "the-state"], ...texts]);
}

function asResult(fields: unknown): URLSearchParams {
  const tgAuthResult = Buffer.from(JSON.stringify(fields)).toString("base64url");
  return new URLSearchParams({ redirect_state: "the-state", tgAuthResult });
}

function arrive(
  callback: URLSearchParams,
  { settings = {}, at = now, counts = once }: Partial<Arriving> = {},
): Promise<Identity> {
  const backend = bound(new TelegramAuth({ botToken, ...settings }));
  const http = httpFor(backend);
  const given = { http, redirectUri, callback, headers: {}, keep: {}, once: counts, now: at };
  return backend.authComplete(given);
}

interface Arriving {
  readonly settings: TelegramSettings;
  readonly at: Date;
  readonly counts: typeof once;
}

test("it sends the browser to Telegram, with the bot's number and not its secret", async () => {
  const { url } = await departure(bound(new TelegramAuth({ botToken })));
  assert.equal(url.origin + url.pathname, "https://oauth.telegram.org/auth");
  assert.deepEqual(Object.fromEntries(url.searchParams), {
    bot_id: "7654321",
    origin: "https://portal.example.net",
    return_to: redirectUri,
  });
});

// OpenSSL and a shell computed this hash, no code of ours.
test("a hash that was computed elsewhere holds", async () => {
  const fields = {
    auth_date: "1795780800",
    first_name: "Ada",
    id: "42",
    hash: "b4c8d62662b461b8be6dc0a04c0b7baf0c72093594d53c1dab56b5ce99d6addb",
  };
  const at = new Date(1795780800 * 1000);
  const settings = { botToken: "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw" };
  assert.equal((await arrive(asQuery(fields), { settings, at })).uid, "42");
});

for (const [form, callback] of [
  ["in parameters, as the widget answers", asQuery(signed(ada))],
  [
    "in one parameter, as oauth.telegram.org answers",
    asResult(signed({ ...ada, id: 583231, auth_date: inSeconds - 5 })),
  ],
] as const) {
  test(`a person comes ${form}`, async () => {
    const { provider, uid, details, extraData } = await arrive(callback);
    assert.deepEqual([provider, uid], ["telegram", "583231"]);
    assert.deepEqual(details, {
      username: "ada",
      emailVerified: false,
      fullName: "Ada Lovelace & co",
      firstName: "Ada",
      lastName: "Lovelace & co",
    });
    assert.deepEqual(extraData, ada);
  });
}

test("a person without a user name goes by the id", async () => {
  const { id, first_name, auth_date } = ada;
  const { details } = await arrive(asQuery(signed({ id, first_name, auth_date })));
  assert.equal(details.username, "583231");
});

for (const [what, callback] of [
  ["a changed field", asQuery({ ...signed(ada), id: "1" })],
  ["another bot's hash", asQuery(signed(ada, "1:another"))],
  ["no hash", asQuery(ada)],
  ["a hash in capitals", asQuery({ ...signed(ada), hash: signed(ada).hash.toUpperCase() })],
  ["a field left out", asQuery({ hash: signed(ada).hash, id: ada.id, auth_date: ada.auth_date })],
  ["a field twice", new URLSearchParams([...asQuery(signed(ada)), ["id", "583231"]])],
  ["two answers", new URLSearchParams([...asResult(signed(ada)), ...asResult(signed(ada))])],
  ["an answer that is no JSON", new URLSearchParams({ tgAuthResult: "e30x" })],
  ["an answer that is no base64url", new URLSearchParams({ tgAuthResult: "{}" })],
  ["no date", asQuery(signed({ id: ada.id }))],
  ["a date that is none", asQuery(signed({ ...ada, auth_date: "now" }))],
  ["a date of ten minutes ago", asQuery(signed({ ...ada, auth_date: inSeconds - 600 }))],
  ["a date that is yet to come", asQuery(signed({ ...ada, auth_date: inSeconds + 120 }))],
] as const) {
  test(`an answer with ${what} is refused`, async () => {
    assert.equal((await failureOf(arrive(callback))).code, "callback_invalid");
  });
}

test("a signed answer without an id is nobody's", async () => {
  const { auth_date, username } = ada;
  const failure = await failureOf(arrive(asQuery(signed({ auth_date, username }))));
  assert.equal(failure.code, "uid_missing");
});

test("a person who refuses is told so", async () => {
  const callback = new URLSearchParams({ tgAuthResult: "false" });
  assert.equal((await failureOf(arrive(callback))).code, "access_denied");
});

test("an older answer counts where the setting says so", async () => {
  const callback = asQuery(signed({ ...ada, auth_date: inSeconds - 3599 }));
  assert.equal((await arrive(callback, { settings: { authDateMaxAge: 3600 } })).uid, "583231");
});

test("an answer is remembered for as long as it would count", async () => {
  const asked: [string, Date][] = [];
  const counts = async (...of: [string, Date]) => asked.push(of) < 2;
  const first = await arrive(asQuery(signed(ada)), { counts: counts as typeof once });
  assert.equal(first.uid, "583231");
  const again = arrive(asResult(signed(ada)), { counts: counts as typeof once });
  assert.equal((await failureOf(again)).code, "callback_invalid");
  const until = new Date((inSeconds - 5 + 600) * 1000);
  const { hash } = signed(ada);
  assert.deepEqual(asked, [
    [hash, until],
    [hash, until],
  ]);
});

test("a site lets a person in once for each answer, whatever the state", async (t) => {
  const site = await startSite(t, { backends: () => [new TelegramAuth({ botToken })] });
  const comeBack = async () => {
    const browser = site.browser();
    const left = await browser.get("/auth/login/telegram");
    const back = new URL(left.headers.get("location") ?? "").searchParams.get("return_to");
    return browser.get(`${back}&${new URLSearchParams(signed(ada))}`);
  };
  assert.equal((await comeBack()).status, 303);
  assert.ok(await site.storage.associations.find("telegram", "583231"));
  assert.equal(await codeOf(await comeBack()), "callback_invalid");
});

for (const [setting, changed] of [
  ["botToken", { botToken: "" }],
  ["botToken", { botToken: "secret" }],
  ["authDateMaxAge", { authDateMaxAge: 86401 }],
  ["authDateMaxAge", { authDateMaxAge: 0 }],
] as const) {
  test(`${setting} cannot be ${JSON.stringify(changed[setting as keyof typeof changed])}`, () => {
    assert.throws(() => bound(new TelegramAuth({ botToken, ...changed })), {
      code: "settings_invalid",
      message: new RegExp(setting),
    });
  });
}
