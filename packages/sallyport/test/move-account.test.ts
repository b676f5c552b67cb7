import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { pause } from "../src/pause.ts";
import { pipeline, type StartFacts } from "../src/pipeline.ts";
import { within } from "../src/step.ts";
import { associateUser } from "../src/steps/associate-user.ts";
import { createUser } from "../src/steps/create-user.ts";
import { getUsername } from "../src/steps/get-username.ts";
import { loadExtraData } from "../src/steps/load-extra-data.ts";
import { socialDetails } from "../src/steps/social-details.ts";
import { socialUid } from "../src/steps/social-uid.ts";
import { socialUser } from "../src/steps/social-user.ts";
import { sqliteStorage } from "../src/storage/sqlite.ts";
import { codeOf, startSite, temporaryFile } from "./site.ts";

/** The step of docs/how-to/link-accounts.md, letter by letter. */
const moveAccount = within(
  "move-account",
  async (
    { identity, uid, signedIn, recentlySignedIn }: StartFacts & { readonly uid: string },
    { tables, reply },
  ) => {
    const account = await tables.associations.find(identity.provider, uid);
    if (!account || !signedIn || !recentlySignedIn || account.userId === signedIn.id) return {};
    const owner = await tables.users.find(account.userId);
    // Whoever was shut out must not come in through somebody else's door.
    if (!owner?.isActive) return {};
    if (reply?.said.move !== "on") {
      const label = `Move it from ${owner.username} to ${signedIn.username}`;
      const fields = [{ name: "move", label, type: "checkbox" as const }];
      return pause({ form: { title: "This account is another user's", fields } });
    }
    await tables.sessions.removeAllOfAssociation(account.id);
    await tables.associations.remove(account.id);
    return {};
  },
);

const moving = pipeline(
  socialDetails,
  socialUid,
  moveAccount,
  socialUser,
  getUsername(),
  createUser(),
  associateUser,
  loadExtraData,
);

/** Two users: ada by `example`, bob by `second`, who now connects ada's account. */
async function startMoving(t: TestContext) {
  const site = await startSite(t, { pipeline: moving, storage: sqliteStorage(temporaryFile(t)) });
  const ada = site.browser();
  await ada.signIn("example");
  const bob = site.browser();
  site.provider.profile = { id: 2, login: "bob" };
  await bob.signIn("second");
  site.provider.profile = { id: 1, login: "ada" };
  const ownerOf = async () => (await site.storage.associations.find("example", "1"))?.userId;
  return { ...site, ada, bob, ownerOf };
}

test("an account moves where the person who holds it says so, and its sessions end", async (t) => {
  const { auth, ada, bob, ownerOf } = await startMoving(t);
  const question = (await bob.signIn("example")).headers.get("location") ?? "";
  assert.match(await (await bob.get(question)).text(), /Move it from ada to bob/);
  assert.equal(await ownerOf(), 1);
  await bob.post(question, undefined, new URLSearchParams());
  assert.equal(await ownerOf(), 1);

  await bob.post(question, undefined, new URLSearchParams({ move: "on" }));
  assert.equal(await ownerOf(), 2);
  const signedIn = (browser: typeof ada) =>
    auth.user({ headers: { cookie: browser.cookieHeader() } });
  assert.equal(await signedIn(ada), undefined);
  assert.equal((await signedIn(bob))?.username, "bob");
});

test("an account of a user who is shut out stays where it is", async (t) => {
  const { storage, clock, bob, ownerOf } = await startMoving(t);
  await storage.users.update(1, { isActive: false }, clock.now);
  assert.equal(await codeOf(await bob.signIn("example")), "account_in_use");
  assert.equal(await ownerOf(), 1);
});

test("an account moves only after a recent sign-in", async (t) => {
  const { clock, bob, ownerOf } = await startMoving(t);
  clock.advance(11);
  assert.equal(await codeOf(await bob.signIn("example")), "account_in_use");
  assert.equal(await ownerOf(), 1);
});
