import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { EmailAuth } from "../../src/backends/email.ts";
import type { AuthError } from "../../src/errors.ts";
import type { ValidationMail } from "../../src/steps/mail-validation.ts";
import { pipelineFor } from "../../src/testing/pipeline.ts";
import type { Browser } from "../browser.ts";
import { codeOf, startSite } from "../site.ts";

// What a fixture cannot show: the mail, and the link in it. Addresses are in the fixture.

async function start(t: TestContext) {
  const mails: ValidationMail[] = [];
  const send = async (mail: ValidationMail) => {
    mails.push(mail);
  };
  const backends = () => [new EmailAuth()];
  const site = await startSite(t, { backends, pipeline: pipelineFor(new EmailAuth(), send) });
  return { ...site, mails, last: () => mails.at(-1) ?? assert.fail("no mail was sent") };
}

/** Enters an address in the form. */
async function enter(browser: Browser, email: string): Promise<Response> {
  const page = await (await browser.get("/auth/login/email")).text();
  const state = /name="state" value="([^"]+)"/.exec(page)?.[1] ?? "";
  const said = new URLSearchParams({ state, email });
  return browser.post("/auth/complete/email", undefined, said);
}

const isSignedIn = (browser: Browser) => browser.named("session").length === 1;

test("the link that was sent signs in, and nothing does before it", async (t) => {
  const { browser, storage, last } = await start(t);
  const person = browser();
  const waits = await enter(person, "Ada@example.net");
  assert.match(await (await person.follow(waits)).text(), /a link to ada@example\.net/);
  assert.ok(!isSignedIn(person));
  assert.equal(await storage.associations.find("email", "ada@example.net"), undefined);
  const { to, link } = last();
  assert.equal(to, "ada@example.net");

  await person.get(link, {});
  assert.ok(!isSignedIn(person), "a link alone, which mail programs follow, signs nobody in");
  assert.equal((await person.post(link)).headers.get("location"), "/");
  assert.ok(isSignedIn(person));
  const [user] = await storage.users.findByEmail("ada@example.net");
  assert.equal(user?.emailVerified, true);
});

test("another browser signs in by the link after a confirmation, and the first does not", async (t) => {
  const { browser, last } = await start(t);
  const [here, elsewhere] = [browser(), browser()];
  await enter(here, "ada@example.net");
  const page = await elsewhere.get(last().link, {});
  assert.match(await page.text(), /begun in another browser/);
  assert.ok(!isSignedIn(elsewhere));
  await elsewhere.post(last().link);
  assert.ok(isSignedIn(elsewhere));
  assert.ok(!isSignedIn(here));
});

test("who is known needs a new link at every login, and a link counts once", async (t) => {
  const { browser, mails, last } = await start(t);
  const first = browser();
  await enter(first, "ada@example.net");
  await first.post(last().link);

  const again = browser();
  await enter(again, "ada@example.net");
  assert.equal(mails.length, 2);
  assert.ok(!isSignedIn(again));
  const used = await browser().post(mails[0]?.link ?? "");
  assert.equal(await codeOf(used), "resume_unknown");
  await again.post(last().link);
  assert.ok(isSignedIn(again));
});

test("without the link the login does not go on, and sends no mail within a minute", async (t) => {
  const { browser, mails, clock } = await start(t);
  const person = browser();
  const address = (await enter(person, "ada@example.net")).headers.get("location") ?? "";
  await person.post(address);
  assert.equal(mails.length, 1);
  clock.advance(2);
  await person.post(address);
  assert.equal(mails.length, 2);
  assert.equal(mails[0]?.link, mails[1]?.link);
  assert.ok(!isSignedIn(person));
});

for (const wrong of [
  "ada@example.net\r\nBcc: eve@example.org",
  "ada@example.net,eve@example.org",
  "аda@example.net",
  "ada＠example.net",
  "ada@exämple.net",
]) {
  test(`no mail goes to ${JSON.stringify(wrong)}`, async (t) => {
    const { browser, mails } = await start(t);
    assert.equal(await codeOf(await enter(browser(), wrong)), "data_invalid");
    assert.deepEqual(mails, []);
  });
}

test("without the step that sends the link it does not start", async (t) => {
  await assert.rejects(startSite(t, { backends: () => [new EmailAuth()] }), (error: AuthError) => {
    assert.equal(error.code, "settings_invalid");
    assert.match(error.message, /email.*mail-validation/);
    return true;
  });
});
