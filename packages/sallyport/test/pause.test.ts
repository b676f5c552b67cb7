import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { pause } from "../src/pause.ts";
import { pipeline, type StartFacts } from "../src/pipeline.ts";
import { within } from "../src/step.ts";
import { associateUser } from "../src/steps/associate-user.ts";
import { createUser } from "../src/steps/create-user.ts";
import { loadExtraData } from "../src/steps/load-extra-data.ts";
import { socialDetails } from "../src/steps/social-details.ts";
import { socialUid } from "../src/steps/social-uid.ts";
import { socialUser } from "../src/steps/social-user.ts";
import { sqliteStorage } from "../src/storage/sqlite.ts";
import type { User } from "../src/storage.ts";
import type { Browser } from "./browser.ts";
import { codeOf, startSite, temporaryFile } from "./site.ts";

const form = { title: "Who are you here?", fields: [{ name: "name", label: "Your name here" }] };

/** Asks new people for a name; "root" is taken. */
const askName = within(
  "ask-name",
  (
    { user }: StartFacts & { readonly user: User | undefined },
    { reply },
  ): { username: string } | ReturnType<typeof pause> => {
    if (user) return { username: user.username };
    const name = reply?.said.name;
    return name && name !== "root"
      ? { username: name }
      : pause({ form }, { keep: { asked: true } });
  },
);

const asking = pipeline(
  socialDetails,
  socialUid,
  socialUser,
  askName,
  createUser(),
  associateUser,
  loadExtraData,
);

async function startAsking(t: TestContext, steps = asking) {
  const site = await startSite(t, { pipeline: steps, storage: sqliteStorage(temporaryFile(t)) });
  return { ...site, browser: site.browser(), another: site.browser };
}

const here = (browser: Browser) => ({ "sec-fetch-site": "same-origin", origin: browser.origin });

/** Signs in until the question; gives its address. */
async function untilAsked(browser: Browser, next = ""): Promise<string> {
  const answer = await browser.signIn("example", next);
  assert.equal(answer.status, 303);
  const address = answer.headers.get("location") ?? "";
  assert.match(address, /^https:\/\/portal\.example\.net\/auth\/resume\/[\w-]{43}$/);
  return address;
}

const say = (browser: Browser, address: string, fields: Record<string, string>) =>
  browser.post(address, here(browser), new URLSearchParams(fields));

test("a step asks on a page, nothing is written yet, and the reply signs in", async (t) => {
  const { browser, storage, auth } = await startAsking(t);
  const address = await untilAsked(browser, "/ports");
  assert.equal(await storage.users.findByUsername("ada"), undefined);
  assert.equal(
    await auth.user({ headers: new Headers({ cookie: browser.cookieHeader() }) }),
    undefined,
  );

  const page = await browser.get(address);
  assert.match(
    await page.text(),
    /Who are you here\?.*<label>Your name here <input name="name" required>/s,
  );
  const answer = await say(browser, address, { name: "countess", extra: "not asked" });
  assert.equal(answer.headers.get("location"), "/ports");
  assert.equal((await storage.users.findByUsername("countess"))?.creator, "example");
  assert.equal(browser.named("session").length, 1);
  assert.equal(
    [...browser.cookies.keys()].some((name) => name.includes("paused")),
    false,
  );
});

test("a reply that does not do is asked for again, and the next one counts", async (t) => {
  const { browser, storage } = await startAsking(t);
  const address = await untilAsked(browser);
  const again = await say(browser, address, { name: "root" });
  assert.equal(again.headers.get("location"), address);
  assert.equal(await storage.users.findByUsername("root"), undefined);
  assert.equal((await say(browser, address, { name: "ada" })).status, 303);
  assert.ok(await storage.users.findByUsername("ada"));
});

test("another browser is refused, and changes nothing", async (t) => {
  const { browser, storage, another } = await startAsking(t);
  const address = await untilAsked(browser);
  const stranger = another();
  for (const answer of [
    await stranger.get(address),
    await say(stranger, address, { name: "eve" }),
  ]) {
    assert.equal(answer.status, 403);
    assert.equal(await codeOf(answer), "resume_foreign");
  }
  assert.equal(await storage.users.findByUsername("eve"), undefined);
  assert.equal((await say(browser, address, { name: "ada" })).headers.get("location"), "/");
});

test("a login that waits in one tab does not disturb one in another", async (t) => {
  const { browser, storage, provider } = await startAsking(t);
  const first = await untilAsked(browser);
  provider.profile = { id: 8, login: "grace" };
  const second = await untilAsked(browser);
  await say(browser, second, { name: "grace" });
  await say(browser, first, { name: "ada" });
  assert.deepEqual(
    [
      await storage.associations.find("example", "8"),
      await storage.associations.find("example", "1"),
    ].map((account) => account?.userId),
    [
      (await storage.users.findByUsername("grace"))?.id,
      (await storage.users.findByUsername("ada"))?.id,
    ],
  );
});

test("the form sent twice, or from the page before, finds the person signed in", async (t) => {
  const { browser, storage } = await startAsking(t);
  const address = await untilAsked(browser);
  await say(browser, address, { name: "ada" });
  for (const answer of [await say(browser, address, { name: "eve" }), await browser.get(address)]) {
    assert.equal(answer.status, 303);
    assert.equal(answer.headers.get("location"), "/");
  }
  assert.equal(await storage.users.findByUsername("eve"), undefined);
});

test("of 20 replies at once exactly one signs in", async (t) => {
  const { browser, storage } = await startAsking(t);
  const address = await untilAsked(browser);
  const cookie = browser.cookieHeader();
  const replies = await Promise.all(
    Array.from({ length: 20 }, (_, at) =>
      browser.send(
        "POST",
        address,
        { ...here(browser), cookie },
        new URLSearchParams({ name: `n${at}` }),
      ),
    ),
  );
  const signedIn = replies.filter((answer) =>
    /session=[\w-]{43}/.test(answer.headers.get("set-cookie") ?? ""),
  );
  assert.equal(signedIn.length, 1);
  assert.equal((await storage.associations.ofUser(1)).length, 1);
});

test("a login that waits too long is refused", async (t) => {
  const { browser, clock } = await startAsking(t);
  const address = await untilAsked(browser);
  clock.advance(61);
  const answer = await say(browser, address, { name: "ada" });
  assert.deepEqual([answer.status, await codeOf(answer)], [400, "resume_unknown"]);
});

test("a reply from another site's page is refused", async (t) => {
  const { browser, storage } = await startAsking(t);
  const address = await untilAsked(browser);
  const headers = { "sec-fetch-site": "cross-site", origin: "https://evil.example" };
  const answer = await browser.post(address, headers, new URLSearchParams({ name: "eve" }));
  assert.equal(await codeOf(answer), "request_forged");
  assert.equal(await storage.users.findByUsername("eve"), undefined);
});

test("at rest a paused login says nothing", async (t) => {
  const { browser, storage } = await startAsking(t);
  await untilAsked(browser);
  const rows = JSON.stringify(await storage.sql?.all("select * from social_partial", []));
  assert.equal(JSON.parse(rows).length, 1);
  assert.doesNotMatch(rows, /ada\\"|access|token|ask-name|Your name/i);
});

test("the application may ask on a page of its own", async (t) => {
  const elsewhere = within("ask-name", (_: StartFacts, { reply }) => {
    const username = reply?.said.nick;
    return username ? { username } : pause({ location: "/welcome?step=1" });
  });
  const steps = pipeline(
    socialDetails,
    socialUid,
    socialUser,
    elsewhere,
    createUser(),
    associateUser,
  );
  const { browser, storage } = await startAsking(t, steps);
  const answer = await browser.signIn("example");
  const [, id] =
    /^\/welcome\?step=1&resume=([\w-]{43})$/.exec(answer.headers.get("location") ?? "") ?? [];
  assert.ok(id);
  await say(browser, `/auth/resume/${id}`, { nick: "ada" });
  assert.ok(await storage.users.findByUsername("ada"));
});

test("a program is told by JSON whether a login waits, and where it asks", async (t) => {
  const elsewhere = within("ask-name", (_: StartFacts, { reply }) =>
    reply ? { username: reply.said.nick ?? "" } : pause({ location: "/welcome" }),
  );
  const steps = pipeline(
    socialDetails,
    socialUid,
    socialUser,
    elsewhere,
    createUser(),
    associateUser,
  );
  const { browser, another } = await startAsking(t, steps);
  const [, id = ""] =
    /resume=(.+)/.exec((await browser.signIn("example")).headers.get("location") ?? "") ?? [];
  const path = `/auth/resume/${id}`;
  const json = { ...here(browser), accept: "application/json" };
  const waits = await browser.send("GET", path, json);
  assert.deepEqual(await waits.json(), { paused: { id, location: "/welcome" } });
  assert.equal((await another().send("GET", path, json)).status, 403);

  const nick = new URLSearchParams({ nick: "ada" });
  const done = (await (await browser.send("POST", path, json, nick)).json()) as { next: string };
  assert.equal(done.next, "/");
  for (const method of ["GET", "POST"]) {
    assert.deepEqual(await (await browser.send(method, path, json)).json(), { paused: null });
  }
});

test("a program that completes by JSON is told what is asked", async (t) => {
  const { browser } = await startAsking(t);
  const callback = await browser.leaveFor("example");
  const answer = await browser.send("GET", callback, { accept: "application/json" });
  assert.equal(answer.status, 202);
  const { paused } = (await answer.json()) as { paused: { id: string; form: unknown } };
  assert.deepEqual(paused.form, form);
});

/** Sends a link, and goes on once it is followed. */
function byMail(sent: string[]) {
  const confirm = within("confirm", (_: StartFacts, { reply }) =>
    reply?.byLink
      ? { username: "ada" }
      : pause(
          { form: { title: "Look into your mail", fields: [], button: "Send it again" } },
          {
            send: async (link) => {
              sent.push(link);
            },
          },
        ),
  );
  return pipeline(socialDetails, socialUid, socialUser, confirm, createUser(), associateUser);
}

test("a link that was sent goes on in another browser, after a confirmation", async (t) => {
  const sent: string[] = [];
  const { auth, browser, storage, another } = await startAsking(t, byMail(sent));
  browser.userAgent = "Where it began";
  const address = await untilAsked(browser);
  assert.equal(sent.length, 1);
  const [link = ""] = sent;
  const elsewhere = another();
  elsewhere.userAgent = "Where the link was opened";
  // Mail programs follow links: nothing happens by a GET.
  const page = await elsewhere.get(link, {});
  assert.match(await page.text(), /sign in as ada.*begun in another browser/s);
  assert.equal(await storage.users.findByUsername("ada"), undefined);
  const answer = await say(elsewhere, link, {});
  assert.equal(answer.headers.get("location"), "/");
  assert.equal(elsewhere.named("session").length, 1);
  const [session] = await auth.sessions((await storage.users.findByUsername("ada")) ?? { id: 0 });
  assert.equal(session?.userAgent, "Where the link was opened");
  const late = await browser.get(address);
  assert.equal(await codeOf(late), "resume_unknown");
});

test("without its link a login that sent one does not go on; it sends the same link again", async (t) => {
  const sent: string[] = [];
  const { browser, storage, another } = await startAsking(t, byMail(sent));
  const address = await untilAsked(browser);
  await say(browser, address, {});
  assert.equal(sent.length, 2);
  assert.equal(sent[0], sent[1]);
  assert.equal(await storage.users.findByUsername("ada"), undefined);
  const wrong = await another().get(`${address}?link=${"x".repeat(43)}`, {});
  assert.equal(await codeOf(wrong), "resume_foreign");
});

test("where the link cannot be sent the person is told so", async (t) => {
  const fails = within("confirm", (_: StartFacts, { reply }) =>
    reply
      ? { username: "ada" }
      : pause({ form }, { send: () => Promise.reject(new Error("550 no such mailbox")) }),
  );
  const steps = pipeline(socialDetails, socialUid, socialUser, fails, createUser(), associateUser);
  const { browser, lines } = await startAsking(t, steps);
  const answer = await browser.signIn("example");
  assert.deepEqual([answer.status, await codeOf(answer)], [503, "message_not_sent"]);
  assert.match(JSON.stringify(lines), /550 no such mailbox/);
});
