import assert from "node:assert/strict";
import { test } from "node:test";
import { browserOf, type RunningExample, startExample } from "./running-example.ts";

// What a browser's own checks keep from happening. The rest is in onboarding.ci-test.ts.

test("who leaves the terms, or the name, is asked again and nothing is forgotten", async (t) => {
  const person = await newPerson(await startExample(t, "onboarding/app.ts"), 1001);
  assert.equal(await person.say({ username: "", terms: "on" }), person.question);
  assert.match(await person.page(), /name="username" value="" aria-invalid="true"/);
  assert.match(await person.page(), /name="terms" checked required/);
  assert.equal(await person.say({ username: "countess" }), person.question);
  assert.match(await person.page(), /name="username" value="countess" required/);
  assert.match(await person.page(), /name="terms" aria-invalid="true"/);
  assert.equal(await person.say({ username: "countess", terms: "on" }), "/");
});

test("of several who want one username at once one gets it, and the others are asked again", async (t) => {
  const site = await startExample(t, "onboarding/app.ts");
  const people = await Promise.all([1001, 1002, 1003].map((person) => newPerson(site, person)));
  const led = await Promise.all(people.map(({ say }) => say({ username: "king", terms: "on" })));
  assert.equal(led.filter((location) => location === "/").length, 1);
  for (const [at, { question, page, say }] of people.entries()) {
    if (led[at] === "/") continue;
    assert.equal(led[at], question);
    assert.match(await page(), /Somebody has this username already\./);
    assert.equal(await say({ username: `king-${at}`, terms: "on" }), "/");
  }
});

/** Somebody who is asked for a username. */
async function newPerson({ origin, sandbox }: RunningExample, person: number) {
  const open = browserOf(origin);
  const left = locationOf(await open("/auth/login/peeringdb"));
  const question = locationOf(await open(await sandbox.signIn(left, { person })));
  assert.ok(question.startsWith(`${origin}/auth/resume/`));
  return {
    question,
    page: async () => (await open(question)).text(),
    /** Posts the form; gives where that leads. */
    say: async (fields: Record<string, string>) => {
      const body = new URLSearchParams(fields);
      return locationOf(await open(question, { method: "POST", headers: { origin }, body }));
    },
  };
}

function locationOf(response: Response): string {
  return response.headers.get("location") ?? assert.fail(`no redirect: ${response.status}`);
}
