import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { EmailAuth } from "../src/backends/email.ts";
import { pipeline } from "../src/pipeline.ts";
import { askNewPeople, type Said } from "../src/steps/ask-new-people.ts";
import { associateUser } from "../src/steps/associate-user.ts";
import { createUser } from "../src/steps/create-user.ts";
import { getUsername } from "../src/steps/get-username.ts";
import { mailValidation } from "../src/steps/mail-validation.ts";
import { socialDetails } from "../src/steps/social-details.ts";
import { socialUid } from "../src/steps/social-uid.ts";
import { socialUser } from "../src/steps/social-user.ts";
import { sqliteStorage } from "../src/storage/sqlite.ts";
import type { Browser } from "./browser.ts";
import { codeOf, ExampleOAuth2, settingsFor, startSite, temporaryFile } from "./site.ts";
import { type Post, startPost } from "./smtp.ts";

/** A provider that vouches for no address. */
class CarelessOAuth2 extends ExampleOAuth2 {
  override readonly requiresEmailValidation: boolean = true;
}

const ada = "ada@example.org";

async function startValidating(t: TestContext, steps = validating) {
  const post = await startPost(t);
  const site = await startSite(t, {
    storage: sqliteStorage(temporaryFile(t)),
    backends: (at) => [new CarelessOAuth2(settingsFor(at)), new EmailAuth()],
    pipeline: steps(post),
  });
  site.provider.profile = { id: 1, login: "ada", email: ada };
  return { ...site, post, ada: site.browser(), another: site.browser };
}

const validating = ({ send }: Post) =>
  pipeline(
    socialDetails,
    socialUid,
    socialUser,
    mailValidation({ send }),
    getUsername(),
    createUser(),
    associateUser,
  );

/** Signs in until the mail is on its way; gives the address of the page that says so. */
async function untilSent(browser: Browser): Promise<string> {
  const answer = await browser.signIn("example", "/ports");
  assert.match(answer.headers.get("location") ?? "", /\/auth\/resume\/[\w-]{43}$/);
  return answer.headers.get("location") ?? "";
}

/** The link in the message that came last. */
function linkIn({ received }: Post): string {
  const [link] = /https:\S+/.exec(received.at(-1)?.text ?? "") ?? assert.fail("no link came");
  return link;
}

const press = (browser: Browser, address: string) =>
  browser.post(address, undefined, new URLSearchParams());

test("the link in the mail proves the address, and the login goes on", async (t) => {
  const { ada: browser, post, storage } = await startValidating(t);
  const page = await (await browser.get(await untilSent(browser))).text();
  assert.match(page, /We have sent a link to ada@example\.org\./);
  assert.deepEqual(post.received[0]?.to, [ada]);
  assert.equal(await storage.users.findByUsername("ada"), undefined);

  const confirm = await (await browser.get(linkIn(post), {})).text();
  assert.match(confirm, /sign in as ada/);
  assert.doesNotMatch(confirm, /another browser/);
  const answer = await press(browser, linkIn(post));
  assert.equal(answer.headers.get("location"), "/ports");
  const user = await storage.users.findByUsername("ada");
  assert.deepEqual([user?.email, user?.emailVerified], [ada, true]);
});

test("the mail is read on the phone: the phone is signed in, after a confirmation", async (t) => {
  const { ada: browser, another, post, storage } = await startValidating(t);
  const waiting = await untilSent(browser);
  const phone = another();
  // A mail program that looks at links first changes nothing.
  await another().get(linkIn(post), {});
  assert.equal(await storage.users.findByUsername("ada"), undefined);

  assert.match(await (await phone.get(linkIn(post), {})).text(), /begun in another browser/);
  assert.equal((await press(phone, linkIn(post))).headers.get("location"), "/ports");
  assert.equal(phone.named("session").length, 1);
  assert.equal(browser.named("session").length, 0);
  for (const late of [await browser.get(waiting), await press(another(), linkIn(post))]) {
    assert.equal(await codeOf(late), "resume_unknown");
  }
});

test("without the link nobody goes on, in the browser that began neither", async (t) => {
  const { ada: browser, another, storage } = await startValidating(t);
  const waiting = await untilSent(browser);
  assert.equal((await press(browser, waiting)).headers.get("location"), waiting);
  const guess = `${waiting}?link=${"x".repeat(43)}`;
  assert.equal((await press(browser, guess)).headers.get("location"), waiting);
  assert.equal(await codeOf(await press(another(), guess)), "resume_foreign");
  assert.equal(await storage.users.findByUsername("ada"), undefined);
});

test("who presses the button gets one mail a minute, each with the same link", async (t) => {
  const { ada: browser, clock, post } = await startValidating(t);
  const waiting = await untilSent(browser);
  for (let time = 0; time < 5; time++) await press(browser, waiting);
  assert.equal(post.received.length, 1);
  clock.advance(1);
  for (let time = 0; time < 5; time++) await press(browser, waiting);
  assert.equal(post.received.length, 2);
  assert.equal(post.received[0]?.text, post.received[1]?.text);
});

test("a mailbox that does not exist: the person is told, and nothing is kept", async (t) => {
  const { ada: browser, lines, post, storage } = await startValidating(t);
  post.unknown.add(ada);
  const answer = await browser.signIn("example");
  assert.deepEqual([answer.status, await codeOf(answer)], [503, "message_not_sent"]);
  assert.match(JSON.stringify(lines), /550 no such mailbox/);
  assert.deepEqual(await storage.sql?.all("select * from social_partial", []), []);

  post.unknown.clear();
  await untilSent(browser);
  assert.equal((await press(browser, linkIn(post))).headers.get("location"), "/ports");
});

test("a mail server that is down: once it is back the button sends at once", async (t) => {
  const { ada: browser, clock, post } = await startValidating(t);
  const waiting = await untilSent(browser);
  clock.advance(2);
  await post.down();
  const answer = await press(browser, waiting);
  assert.deepEqual([answer.status, await codeOf(answer)], [503, "message_not_sent"]);

  await post.up();
  assert.equal((await press(browser, waiting)).headers.get("location"), waiting);
  assert.equal(post.received.length, 2);
  assert.equal((await press(browser, linkIn(post))).headers.get("location"), "/ports");
});

test("where a question came before the mail, its answer is asked again after a failure", async (t) => {
  const form = { title: "Who are you here?", fields: [{ name: "name", label: "Username" }] };
  const {
    ada: browser,
    post,
    storage,
  } = await startValidating(t, ({ send }) =>
    pipeline(
      socialDetails,
      socialUid,
      socialUser,
      askNewPeople({ form }),
      mailValidation({ send }),
      getUsername(({ answers }: { readonly answers: Said }) => [answers.name ?? ""]),
      createUser(),
      associateUser,
    ),
  );
  const waiting = await untilSent(browser);
  const answer = () => browser.post(waiting, undefined, new URLSearchParams({ name: "countess" }));
  await post.down();
  assert.equal(await codeOf(await answer()), "message_not_sent");
  await post.up();
  assert.match(await (await browser.get(waiting)).text(), /Who are you here\?/);
  assert.equal((await answer()).headers.get("location"), waiting);
  assert.equal((await press(browser, linkIn(post))).headers.get("location"), "/ports");
  assert.ok(await storage.users.findByUsername("countess"));
});

test("a link is good for an hour", async (t) => {
  const { ada: browser, clock, post } = await startValidating(t);
  await untilSent(browser);
  clock.advance(61);
  assert.equal(await codeOf(await press(browser, linkIn(post))), "resume_unknown");
});

test("who signs in by e-mail alone proves the address each time", async (t) => {
  const { another, clock, post } = await startValidating(t);
  for (const mails of [1, 2]) {
    const browser = another();
    const page = await (await browser.get("/auth/login/email")).text();
    const [, state = ""] = /name="state" value="([^"]+)"/.exec(page) ?? [];
    const fields = new URLSearchParams({ state, email: "Ada@Example.org" });
    const answer = await browser.post("/auth/complete/email", undefined, fields);
    assert.match(answer.headers.get("location") ?? "", /\/auth\/resume\//);
    assert.equal(post.received.length, mails);
    assert.deepEqual(post.received.at(-1)?.to, [ada]);
    assert.equal((await press(browser, linkIn(post))).headers.get("location"), "/");
    assert.equal(browser.named("session").length, 1);
    clock.advance(5);
  }
});
