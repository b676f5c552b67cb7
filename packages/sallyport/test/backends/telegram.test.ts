import assert from "node:assert/strict";
import { createHash, createHmac } from "node:crypto";
import { test } from "node:test";
import { TelegramAuth, type TelegramSettings } from "../../src/backends/telegram.ts";
import type { Identity } from "../../src/identity.ts";
import { bound, failureOf, httpFor, now, once, redirectUri } from "../backend.ts";
import { codeOf, startSite } from "../site.ts";

const botToken = "7654321:a-token_of_the_tests";
const botName = "portal_bot";
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
function signed(fields: Readonly<Record<string, string | number>>) {
  const names = Object.keys(fields).sort();
  const text = names.map((name) => `${name}=${fields[name]}`).join("\n");
  const key = createHash("sha256").update(botToken).digest();
  return { ...fields, hash: createHmac("sha256", key).update(text).digest("hex") };
}

function asQuery(fields: Readonly<Record<string, string | number>>): URLSearchParams {
  const texts = Object.entries(fields).map(([name, value]) => [name, String(value)]);
  return new URLSearchParams([["redirect_state", "the-state"], ...texts]);
}

function arrive(
  callback: URLSearchParams,
  { settings = {}, at = now, counts = once }: Partial<Arriving> = {},
): Promise<Identity> {
  const backend = bound(new TelegramAuth({ botToken, botName, ...settings }));
  const http = httpFor(backend);
  const given = { http, redirectUri, callback, headers: {}, keep: {}, once: counts, now: at };
  return backend.authComplete(given);
}

interface Arriving {
  readonly settings: TelegramSettings;
  readonly at: Date;
  readonly counts: typeof once;
}

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

test("an answer with a field twice is refused", async () => {
  const callback = new URLSearchParams([...asQuery(signed(ada)), ["id", "583231"]]);
  assert.equal((await failureOf(arrive(callback))).code, "callback_invalid");
});

test("an answer without a date is refused", async () => {
  const callback = asQuery(signed({ id: ada.id }));
  assert.equal((await failureOf(arrive(callback))).code, "callback_invalid");
});

test("an answer is remembered for as long as it would count", async () => {
  const asked: [string, Date][] = [];
  const counts = async (...of: [string, Date]) => asked.push(of) < 2;
  const first = await arrive(asQuery(signed(ada)), { counts: counts as typeof once });
  assert.equal(first.uid, "583231");
  const again = arrive(asQuery(signed(ada)), { counts: counts as typeof once });
  assert.equal((await failureOf(again)).code, "callback_invalid");
  const until = new Date((inSeconds - 5 + 600) * 1000);
  const { hash } = signed(ada);
  assert.deepEqual(asked, [
    [hash, until],
    [hash, until],
  ]);
});

test("a site lets a person in once for each answer, whatever the state", async (t) => {
  const site = await startSite(t, { backends: () => [new TelegramAuth({ botToken, botName })] });
  const comeBack = async () => {
    const browser = site.browser();
    const left = await browser.get("/auth/login/telegram");
    const [, back] = /data-auth-url="([^"]+)"/.exec(await left.text()) ?? [];
    return browser.get(`${back}&${new URLSearchParams(signed(ada))}`);
  };
  assert.equal((await comeBack()).status, 303);
  assert.ok(await site.storage.associations.find("telegram", "583231"));
  assert.equal(await codeOf(await comeBack()), "callback_invalid");
});

for (const [setting, changed] of [
  ["botToken", { botToken: "" }],
  ["botToken", { botToken: "secret" }],
  ["botName", { botName: "" }],
  ["botName", { botName: "@portal_bot" }],
  ["authDateMaxAge", { authDateMaxAge: 86401 }],
  ["authDateMaxAge", { authDateMaxAge: 0 }],
] as const) {
  test(`${setting} cannot be ${JSON.stringify(changed[setting as keyof typeof changed])}`, () => {
    assert.throws(() => bound(new TelegramAuth({ botToken, botName, ...changed })), {
      code: "settings_invalid",
      message: new RegExp(setting),
    });
  });
}
