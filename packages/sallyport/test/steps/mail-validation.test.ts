import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { EventFacts, LimitSettings } from "../../src/index.ts";
import { pipeline } from "../../src/pipeline.ts";
import { associateUser } from "../../src/steps/associate-user.ts";
import { createUser } from "../../src/steps/create-user.ts";
import { getUsername } from "../../src/steps/get-username.ts";
import {
  type MailValidationOptions,
  mailValidation,
  type ValidationMail,
} from "../../src/steps/mail-validation.ts";
import { socialDetails } from "../../src/steps/social-details.ts";
import { socialUid } from "../../src/steps/social-uid.ts";
import { socialUser } from "../../src/steps/social-user.ts";
import { codeOf, ExampleOAuth2, type Site, settingsFor, startSite } from "../site.ts";

class Unproven extends ExampleOAuth2 {
  override readonly requiresEmailValidation: boolean = true;
}

class Silent extends ExampleOAuth2 {
  override getUserDetails(person: Parameters<ExampleOAuth2["getUserDetails"]>[0]) {
    return { ...super.getUserDetails(person), emailVerified: false };
  }
}

interface Given extends Partial<MailValidationOptions> {
  readonly Backend?: typeof ExampleOAuth2;
  readonly limits?: LimitSettings | false;
}

async function start(t: TestContext, { Backend = Unproven, limits, ...options }: Given = {}) {
  const mails: ValidationMail[] = [];
  const send = async (mail: ValidationMail) => {
    mails.push(mail);
  };
  const site = await startSite(t, {
    backends: (provider) => [new Backend(settingsFor(provider))],
    limits,
    pipeline: pipeline(
      socialDetails,
      socialUid,
      socialUser,
      mailValidation({ send, ...options }),
      getUsername(),
      createUser(),
      associateUser,
    ),
  });
  site.provider.profile = { id: 1, login: "ada", email: "ada@example.net" };
  const user = () => site.storage.users.findByUsername("ada");
  return { ...site, mails, user, link: () => mails[0]?.link ?? assert.fail("no mail was sent") };
}

test("a new person's address is proven before any row is written, and then verified", async (t) => {
  const { browser, user, link } = await start(t);
  const person = browser();
  await person.signIn("example");
  assert.equal(await user(), undefined);
  await person.post(link());
  assert.deepEqual(
    [(await user())?.email, (await user())?.emailVerified],
    ["ada@example.net", true],
  );
  assert.equal(person.named("session").length, 1);
});

test("who is known already is not asked again", async (t) => {
  const { browser, mails, link } = await start(t);
  const person = browser();
  await person.signIn("example");
  await person.post(link());
  const again = browser();
  assert.equal((await again.signIn("example")).headers.get("location"), "/");
  assert.equal(mails.length, 1);
});

test("a person without an address gets in without a mail", async (t) => {
  const { browser, mails, provider, user } = await start(t);
  provider.profile = { id: 1, login: "ada" };
  assert.equal((await browser().signIn("example")).headers.get("location"), "/");
  assert.equal((await user())?.emailVerified, false);
  assert.deepEqual(mails, []);
});

test("where the provider vouches nobody is asked, also where it is forced", async (t) => {
  const { browser, mails } = await start(t, { Backend: ExampleOAuth2, force: true });
  assert.equal((await browser().signIn("example")).headers.get("location"), "/");
  assert.deepEqual(mails, []);
});

for (const [force, sent] of [
  [false, 0],
  [true, 1],
] as const) {
  test(`where no provider vouches, force ${force} sends ${sent} mails`, async (t) => {
    const { browser, mails } = await start(t, { Backend: Silent, force });
    await browser().signIn("example");
    assert.equal(mails.length, sent);
  });
}

test("the link is good for an hour, or as long as is said", async (t) => {
  for (const [lifetime, minutes] of [
    [undefined, 61],
    [120, 3],
  ] as const) {
    const { browser, clock, link, user } = await start(t, { lifetime });
    await browser().signIn("example");
    clock.advance(minutes);
    assert.equal(await codeOf(await browser().post(link())), "resume_unknown");
    assert.equal(await user(), undefined);
  }
});

/** Sets out to sign in again and again, each time in a new browser; gives the last answer. */
async function signInTimes(times: number, { browser }: Pick<Site, "browser">): Promise<Response> {
  let answer = await browser().signIn("example");
  for (let time = 1; time < times; time++) answer = await browser().signIn("example");
  return answer;
}

test("one mailbox gets five mails an hour, however many logins there are", async (t) => {
  const site = await start(t);
  const { clock, link, mails, provider, user } = site;
  const limited: EventFacts["limited"][] = [];
  site.auth.on("limited", (facts) => void limited.push(facts));
  assert.equal((await signInTimes(5, site)).status, 303);
  provider.profile = { id: 2, login: "other", email: "ADA@Example.net" };
  const refused = await signInTimes(2, site);
  assert.deepEqual([refused.status, await codeOf(refused)], [429, "too_many_requests"]);
  assert.equal(refused.headers.get("retry-after"), "3600");
  assert.equal(mails.length, 5);
  assert.match(JSON.stringify(limited), /^\[{"limit":"messages","who":"address [\w-]{8}"}\]$/);
  assert.doesNotMatch(JSON.stringify(site.lines), /example\.net/i);

  provider.profile = { id: 3, login: "ben", email: "ben@example.net" };
  assert.equal((await signInTimes(1, site)).status, 303);
  clock.advance(59);
  await site.browser().post(link());
  assert.ok(await user(), "the link that was sent is good all the same");
  clock.advance(1);
  provider.profile = { id: 2, login: "other", email: "ada@example.net" };
  assert.equal((await signInTimes(1, site)).status, 303);
  assert.equal(mails.length, 7);
});

test("sending again counts too, and a refusal leaves the login as it is", async (t) => {
  const { browser, clock, link, mails, user } = await start(t, {
    limits: { messages: { hour: 2 } },
  });
  const person = browser();
  const waiting = (await person.signIn("example")).headers.get("location") ?? "";
  const again = () => person.post(waiting, undefined, new URLSearchParams());
  clock.advance(1);
  assert.equal((await again()).status, 303);
  // Too soon for another mail, so there is none to refuse.
  assert.equal((await again()).status, 303);
  clock.advance(1);
  assert.equal((await again()).status, 429);
  assert.equal(mails.length, 2);
  await person.post(link());
  assert.ok(await user());
});

for (const [limits, sent] of [
  [{ messages: { hour: 3 } }, 3],
  [{ messages: false }, 8],
  [false, 8],
] as const) {
  test(`limits: ${JSON.stringify(limits)} lets ${sent} of 8 mails go`, async (t) => {
    const site = await start(t, { limits });
    await signInTimes(8, site);
    assert.equal(site.mails.length, sent);
  });
}

test("a mail that cannot be sent is told, and makes nobody", async (t) => {
  const send = () => Promise.reject(new Error("550 no such mailbox"));
  const { browser, user } = await start(t, { send });
  assert.equal(await codeOf(await browser().signIn("example")), "message_not_sent");
  assert.equal(await user(), undefined);
});
