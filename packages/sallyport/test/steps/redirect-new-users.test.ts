import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { pipeline } from "../../src/pipeline.ts";
import { associateUser } from "../../src/steps/associate-user.ts";
import { createUser } from "../../src/steps/create-user.ts";
import { getUsername } from "../../src/steps/get-username.ts";
import { redirectNewAssociations, redirectNewUsers } from "../../src/steps/redirect-new-users.ts";
import { socialDetails } from "../../src/steps/social-details.ts";
import { socialUid } from "../../src/steps/social-uid.ts";
import { socialUser } from "../../src/steps/social-user.ts";
import { startSite } from "../site.ts";

async function start(t: TestContext, page = "/welcome") {
  const steps = pipeline(
    socialDetails,
    socialUid,
    socialUser,
    getUsername(),
    createUser(),
    associateUser,
    redirectNewUsers(page),
    redirectNewAssociations("/accounts?new=1"),
  );
  const { browser } = await startSite(t, { pipeline: steps });
  const person = browser();
  const signIn = async (backend: string, next = "") =>
    (await person.signIn(backend, next)).headers.get("location");
  return { signIn, person };
}

test("new people are sent to a page of their own, which knows where they wanted to go", async (t) => {
  const { signIn } = await start(t);
  assert.equal(await signIn("example", "/ports?a=1&b=2"), "/welcome?next=%2Fports%3Fa%3D1%26b%3D2");
});

test("that page may have a query", async (t) => {
  const { signIn } = await start(t, "/welcome?from=login");
  assert.equal(await signIn("example"), "/welcome?from=login&next=%2F");
});

test("who is known goes where they wanted to go", async (t) => {
  const { signIn, person } = await start(t);
  await signIn("example");
  person.cookies.clear();
  assert.equal(await signIn("example", "/ports"), "/ports");
});

test("who connects another account is sent to the page for that, once", async (t) => {
  const { signIn, person } = await start(t);
  await signIn("example");
  assert.equal(await signIn("second", "/ports"), "/accounts?new=1&next=%2Fports");
  person.cookies.clear();
  assert.equal(await signIn("second", "/ports"), "/ports");
});
