import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Fault, Faults } from "sallyport-sandbox";
import { nobody, startSite, usersIn } from "./running-portal.ts";

const tenMegabytes = 10 * 1024 * 1024;

interface Outage {
  readonly at: "token" | "profile";
  readonly fault: Fault;
  readonly status: number;
  readonly code: string;
  readonly sentence: RegExp;
}

const failed = { status: 502, code: "provider_failed", sentence: /provider has a problem/ };
const unreadable = { status: 502, code: "answer_invalid", sentence: /could not be understood/ };
const tooLarge = { status: 502, code: "answer_too_large", sentence: /answer is too large/ };
const busy = { status: 503, code: "provider_busy", sentence: /is too busy/ };
const away = { status: 502, code: "provider_unreachable", sentence: /cannot be reached/ };
const silent = { status: 502, code: "provider_timeout", sentence: /did not answer in time/ };
const nameless = { status: 502, code: "uid_missing", sentence: /did not say which account is/ };

const outages: Readonly<Record<string, Outage>> = {
  "500 for tokens": { at: "token", fault: { status: 500 }, ...failed },
  "500 for the profile": { at: "profile", fault: { status: 500 }, ...failed },
  "a page instead of tokens": { at: "token", fault: { html: true }, ...unreadable },
  "a page instead of a profile": { at: "profile", fault: { html: true }, ...unreadable },
  "broken JSON": { at: "profile", fault: { body: '{"id": 1001,' }, ...unreadable },
  "tokens of 10 MB": { at: "token", fault: { bytes: tenMegabytes }, ...tooLarge },
  "a profile of 10 MB": { at: "profile", fault: { bytes: tenMegabytes }, ...tooLarge },
  "429 with a time to wait": { at: "token", fault: { status: 429, retryAfter: 17 }, ...busy },
  "a cut connection": { at: "profile", fault: { drop: true }, ...away },
  "no tokens, ever": { at: "token", fault: { hang: true }, ...silent },
  "no profile, ever": { at: "profile", fault: { hang: true }, ...silent },
  "an error with status 200": {
    at: "token",
    fault: { body: { error: "temporarily_unavailable" } },
    status: 502,
    code: "provider_refused",
    sentence: /refused this sign-in/,
  },
  "a code that is no longer good": {
    at: "token",
    fault: { status: 400, body: { error: "invalid_grant" } },
    status: 400,
    code: "code_refused",
    sentence: /it may have taken too long/,
  },
  "a client that it does not know": {
    at: "token",
    fault: { status: 401, body: { error: "invalid_client" } },
    status: 502,
    code: "client_refused",
    sentence: /does not accept this site's credentials/,
  },
  "an error in place of a profile": { at: "profile", fault: { body: { error: "x" } }, ...nameless },
  "a profile without id": {
    at: "profile",
    fault: { body: { name: "x", verified_user: true, verified_email: true, networks: [] } },
    ...nameless,
  },
  "a profile that is null": { at: "profile", fault: { body: null }, ...unreadable },
};

describe("what PeeringDB may do wrong", { concurrency: true }, () => {
  for (const [what, { at, fault, status, code, sentence }] of Object.entries(outages)) {
    test(`${what}: ${code}, within the time limit, and no user is written`, async (t) => {
      const site = await startSite(t);
      const ada = site.browser();
      const back = await ada.decide(1001);
      const faults: Faults = { [at]: fault };
      site.sandbox.setFaults(faults);
      const begun = performance.now();
      const page = await ada.comeBack(back);
      assert.ok(performance.now() - begun < 16_000);

      assert.deepEqual([page.status, page.code], [status, code], page.words);
      assert.match(page.words, sentence);
      assert.match(page.html, /href="\/auth\/login"/);
      if (status === 503) assert.equal(page.headers.get("retry-after"), "17");
      assert.deepEqual(usersIn(site), nobody);

      site.sandbox.setFaults({});
      assert.equal((await ada.signIn(1001)).status, 200, "the next login is none the worse");
    });
  }
});

test("a PeeringDB that is gone is named as unreachable, and nobody is let in", async (t) => {
  const site = await startSite(t);
  const ada = site.browser();
  const back = await ada.decide(1001);
  await site.sandbox.close();
  const page = await ada.comeBack(back);
  assert.deepEqual([page.status, page.code], [502, "provider_unreachable"]);
  assert.match(page.words, /cannot be reached. Please try again in a few minutes/);
  assert.match(page.html, /href="\/auth\/login"/);
  assert.deepEqual(usersIn(site), nobody);
  const [line] = site.lines;
  assert.deepEqual([line?.level, line?.message], ["error", "a login failed"]);
});

test("whoever is signed in already stays so while PeeringDB is gone", async (t) => {
  const site = await startSite(t);
  const ada = site.browser();
  await ada.signIn(1001);
  const back = await ada.decide(1001);
  site.sandbox.setFaults({ profile: { status: 500 } });
  assert.equal((await ada.comeBack(back)).code, "provider_failed");
  assert.equal((await ada.me()).status, 200);
});

test("a fault of the portal's own gets a page that tells nothing of it, and a line in the log", async (t) => {
  const site = await startSite(t);
  const ada = site.browser();
  await ada.signIn(1001);
  site.database.exec("drop table affiliations");
  const page = await ada.open("/");
  assert.deepEqual([page.status, page.code], [500, "application_fault"]);
  assert.equal(page.headers.get("cache-control"), "no-store");
  assert.doesNotMatch(page.html, /table|affiliations|sqlite/i);
  assert.deepEqual((await ada.me()).status, 500);
  const { level, message, facts } = site.lines.at(-1) ?? assert.fail("no line");
  assert.deepEqual([level, message], ["error", "a request failed"]);
  assert.match(JSON.stringify(facts), /no such table/);
});
