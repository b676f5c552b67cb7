import assert from "node:assert/strict";
import { test } from "node:test";
import { pause, pipeline, refuse, within } from "../../src/index.ts";
import { createUser } from "../../src/steps/create-user.ts";
import { getUsername } from "../../src/steps/get-username.ts";
import { mailValidation } from "../../src/steps/mail-validation.ts";
import { socialDetails } from "../../src/steps/social-details.ts";
import { socialUid } from "../../src/steps/social-uid.ts";
import { socialUser } from "../../src/steps/social-user.ts";
import { ExampleOAuth2, settingsFor, startSite } from "../site.ts";
import { ada, knownAda, outcomeOf } from "./sight.ts";

test("a login that is refused after it waited leads where its backend says", async (t) => {
  const form = { title: "Who sent you?", fields: [{ name: "friend", label: "Your friend" }] };
  const askFriend = within("ask-friend", (_, { reply }) =>
    reply ? refuse("account_not_allowed") : pause({ form }),
  );
  const site = await startSite(t, {
    backends: (provider) => [
      new ExampleOAuth2({ ...settingsFor(provider), loginErrorUrl: "/sorry" }),
    ],
    loginErrorUrl: "/failed",
    pipeline: pipeline(
      socialDetails,
      socialUid,
      socialUser,
      askFriend,
      getUsername(),
      createUser(),
    ),
  });
  const browser = site.browser();
  const asked = (await browser.signIn("example")).headers.get("location") ?? "";
  const said = new URLSearchParams({ friend: "bob" });
  const answer = await browser.post(asked, undefined, said);
  assert.equal(answer.headers.get("location"), "/sorry?error=account_not_allowed&backend=example");
});

test("no setting takes the proof away from a backend whose address is the account", async (t) => {
  class ByAddress extends ExampleOAuth2 {
    override readonly requiresEmailValidation: boolean = true;
    override readonly passwordless: boolean = true;
  }
  const site = await startSite(t, {
    backends: (provider) => [
      new ByAddress({ ...settingsFor(provider), passwordless: false, forceEmailValidation: false }),
    ],
    pipeline: pipeline(
      socialDetails,
      socialUid,
      socialUser,
      mailValidation({ send: async () => {} }),
      getUsername(),
      createUser(),
    ),
  });
  await knownAda(site);
  assert.equal(await outcomeOf(site, ada), "asked");
});
