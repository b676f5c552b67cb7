import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { pipeline } from "../../src/pipeline.ts";
import { type AskNewPeopleOptions, askNewPeople } from "../../src/steps/ask-new-people.ts";
import { associateUser } from "../../src/steps/associate-user.ts";
import { createUser } from "../../src/steps/create-user.ts";
import { getUsername } from "../../src/steps/get-username.ts";
import { socialDetails } from "../../src/steps/social-details.ts";
import { socialUid } from "../../src/steps/social-uid.ts";
import { socialUser } from "../../src/steps/social-user.ts";
import { startSite } from "../site.ts";

const form = {
  title: "Welcome",
  fields: [
    { name: "nick", label: "Your nickname" },
    { name: "phone", label: "Your telephone", optional: true },
    { name: "terms", label: "I agree", type: "checkbox" },
  ],
} as const;

async function start(t: TestContext, options: Partial<AskNewPeopleOptions> = {}) {
  const steps = pipeline(
    socialDetails,
    socialUid,
    socialUser,
    askNewPeople({ form, ...options }),
    getUsername(),
    createUser(),
    associateUser,
  );
  const site = await startSite(t, { pipeline: steps });
  const browser = site.browser();
  const asked = await browser.signIn("example");
  const address = asked.headers.get("location") ?? "";
  assert.match(address, /\/auth\/resume\//);
  const say = (fields: Record<string, string>) =>
    browser.post(address, undefined, new URLSearchParams(fields));
  const page = async () => (await browser.get(address)).text();
  const isSignedIn = () => browser.named("session").length === 1;
  return { ...site, browser, say, page, isSignedIn };
}

test("new people are asked before any row is written, and never again", async (t) => {
  const { say, isSignedIn, storage, browser } = await start(t);
  assert.equal(await storage.users.findByUsername("ada"), undefined);
  await say({ nick: "countess", terms: "on" });
  assert.ok(isSignedIn());
  assert.ok(await storage.associations.find("example", "1"));
  browser.cookies.clear();
  assert.equal((await browser.signIn("example")).headers.get("location"), "/");
});

test("what is suggested stands in the fields", async (t) => {
  const { page } = await start(t, { suggest: ({ username }) => ({ nick: username, terms: "on" }) });
  const text = await page();
  assert.match(text, /name="nick" value="ada"/);
  assert.doesNotMatch(text, /name="terms" value/);
});

for (const [what, said] of [
  ["a field", { terms: "on" }],
  ["a field, of which only spaces came,", { nick: "  ", terms: "on" }],
  ["the tick", { nick: "countess" }],
] as const) {
  test(`who leaves ${what} out is asked again, and keeps what they said`, async (t) => {
    const { say, page, isSignedIn } = await start(t);
    await say({ phone: "123", ...said });
    assert.ok(!isSignedIn());
    const text = await page();
    assert.match(text, /This is needed\./);
    assert.match(text, /name="phone" value="123"/);
  });
}

test("a problem that the application finds is told beside its field", async (t) => {
  const { say, page, isSignedIn } = await start(t, {
    check: async ({ nick = "" }, { users }) => ({
      nick: nick === "root" || (await users.findByUsername(nick)) ? "That is taken." : undefined,
    }),
  });
  await say({ nick: "root", terms: "on" });
  assert.ok(!isSignedIn());
  assert.match(
    await page(),
    /Your nickname .*value="root".*<strong id="[\w-]+">That is taken\.<\/strong>/,
  );
  await say({ nick: "countess", terms: "on" });
  assert.ok(isSignedIn());
});
