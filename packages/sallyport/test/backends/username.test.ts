import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { UsernameAuth } from "../../src/backends/username.ts";
import { sqliteStorage } from "../../src/storage/sqlite.ts";
import { bound } from "../backend.ts";
import { startSite, temporaryFile } from "../site.ts";

const password = " correct horse, battery staple ";

async function verify(username: string, said: string) {
  if (username !== "ada" || said !== password) return undefined;
  return { uid: "4711", details: { username: "ada", emailVerified: false } };
}

async function start(t: TestContext) {
  const site = await startSite(t, {
    backends: () => [new UsernameAuth({ verify })],
    storage: sqliteStorage(temporaryFile(t)),
  });
  const browser = site.browser();
  const enter = async (username: string, said: string) => {
    const page = await (await browser.get("/auth/login/username")).text();
    const state = /name="state" value="([^"]+)"/.exec(page)?.[1] ?? "";
    const fields = new URLSearchParams({ state, username, password: said });
    return browser.post("/auth/complete/username", undefined, fields);
  };
  return { ...site, browser, enter };
}

test("a person signs in, and the password is in no log, cookie, answer or table", async (t) => {
  const { enter, browser, lines, storage } = await start(t);
  const answer = await enter("ada", password);
  assert.equal(answer.status, 303);
  assert.equal(browser.named("session").length, 1);
  const tables = ["users", "social_auth", "sessions", "social_partial"];
  const rows = await Promise.all(
    tables.map((table) => storage.sql?.all(`select * from ${table}`, [])),
  );
  assert.equal(rows[0]?.length, 1);
  const all = JSON.stringify([rows, lines, [...answer.headers], browser.cookieHeader()]);
  assert.doesNotMatch(all, /correct|battery/);
});

test("an unknown name and a wrong password are refused in the same words", async (t) => {
  const { enter, lines, browser } = await start(t);
  const answers = [await enter("nobody", password), await enter("ada", "correct battery")];
  const [unknown, wrong] = await Promise.all(answers.map((answer) => answer.text()));
  assert.equal(unknown, wrong);
  assert.deepEqual(
    answers.map(({ status }) => status),
    [400, 400],
  );
  assert.equal(browser.named("session").length, 0);
  const messages = lines.map((line) => JSON.stringify(line));
  assert.equal(messages.length, 2);
  assert.equal(messages[0], messages[1]);
  assert.doesNotMatch(`${messages} ${unknown}`, /correct|battery|nobody/);
});

test("without something that checks passwords it does not start", () => {
  assert.throws(() => bound(new UsernameAuth()), { code: "settings_invalid", message: /verify/ });
});
