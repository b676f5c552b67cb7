import assert from "node:assert/strict";
import { test } from "node:test";
import type { Storage } from "../src/storage.ts";
import { codeOf, ExampleOAuth2, settingsFor, startSite } from "./site.ts";

test("a person who signs in is known from then on", async (t) => {
  const { auth, provider, browser } = await startSite(t);
  provider.profile = { id: 7, login: "ada", email: "ada@example.net", name: "Ada Lovelace" };
  const person = browser();

  const answer = await person.signIn("example", "/ports?tab=2");

  assert.equal(answer.status, 303);
  assert.equal(answer.headers.get("location"), "/ports?tab=2");
  const session = await auth.session({ headers: { cookie: person.cookieHeader() } });
  assert.equal(session?.backend, "example");
  assert.equal(session?.user.username, "ada");
  assert.equal(session?.user.email, "ada@example.net");
  assert.equal(session?.user.emailVerified, true);
  assert.equal(session?.user.fullName, "Ada Lovelace");
  assert.equal(session?.user.creator, "example");
  const [association, ...others] = await auth.associations(session.user);
  assert.deepEqual([association?.provider, association?.uid, others], ["example", "7", []]);
});

test("starting a login does not touch the database", async (t) => {
  // A storage without tables: whatever is asked of it throws.
  const storage = { close: async () => {} } as Storage;
  const { browser } = await startSite(t, { storage });
  assert.equal((await browser().get("/auth/login/example")).status, 303);
});

test("a returning person is the same user, and the time of the login is kept", async (t) => {
  const { auth, clock, storage, provider, browser } = await startSite(t);
  await browser().signIn("example");
  clock.advance(60);
  provider.profile = { id: 1, login: "ada-renamed" };
  const person = browser();
  await person.signIn("example");

  const user = await auth.user({ headers: { cookie: person.cookieHeader() } });
  assert.equal(user?.username, "ada");
  assert.deepEqual(user?.lastLoginAt, clock.now);
  assert.equal(await storage.users.findByUsername("ada-renamed"), undefined);
});

test("the session's id is new at each login, and the old one is dead", async (t) => {
  const { auth, browser } = await startSite(t);
  const person = browser();
  await person.signIn("example");
  const first = person.cookieHeader();
  await person.signIn("second");
  const second = person.cookieHeader();

  assert.notEqual(first, second);
  assert.equal(await auth.user({ headers: { cookie: first } }), undefined);
  assert.ok(await auth.user({ headers: { cookie: second } }));
});

test("a session's id that was planted before the login does not live on", async (t) => {
  const { auth, browser } = await startSite(t);
  const person = browser();
  person.cookies.set("__Host-sallyport-session", "planted");
  // Planted ids are no sessions, so this is a first login.
  await person.follow(await person.follow(await person.get("/auth/login/example")));

  assert.notEqual(person.cookies.get("__Host-sallyport-session"), "planted");
  const planted = { headers: { cookie: "__Host-sallyport-session=planted" } };
  assert.equal(await auth.user(planted), undefined);
  assert.ok(await auth.user({ headers: { cookie: person.cookieHeader() } }));
});

test("a refused login leaves the session alone that was there", async (t) => {
  const { auth, provider, browser } = await startSite(t);
  const person = browser();
  await person.signIn("example");
  provider.on("/token", { status: 500 });
  assert.equal(await codeOf(await person.signIn("second")), "provider_failed");
  assert.ok(await auth.user({ headers: { cookie: person.cookieHeader() } }));
});

test("two tabs begin at once, and both arrive", async (t) => {
  const { browser } = await startSite(t);
  const person = browser();
  const [one, other] = [
    await person.leaveFor("example", "/one"),
    await person.leaveFor("example", "/other"),
  ];
  assert.equal(person.named("flow").length, 2);

  // The first to arrive signs in, which the second tab, begun by nobody, does not mind.
  const second = await person.send("GET", other);
  const first = await person.send("GET", one);
  assert.deepEqual(
    [first.headers.get("location"), second.headers.get("location")],
    ["/one", "/other"],
  );
  assert.deepEqual(person.named("flow"), []);
});

test("somebody signed in connects a second account to the same user", async (t) => {
  const { auth, provider, browser } = await startSite(t);
  const person = browser();
  await person.signIn("example");
  provider.profile = { id: "other-id", login: "somebody-else" };
  await person.signIn("second");

  const user = await auth.user({ headers: { cookie: person.cookieHeader() } });
  assert.equal(user?.username, "ada");
  const accounts = await auth.associations(user);
  assert.deepEqual(
    accounts.map(({ provider, uid }) => `${provider} ${uid}`),
    ["example 1", "second other-id"],
  );
});

test("an account of somebody else is not connected, and stays theirs", async (t) => {
  const { auth, provider, storage, browser } = await startSite(t);
  await browser().signIn("second");
  const person = browser();
  provider.profile = { id: 2, login: "bob" };
  await person.signIn("example");
  provider.profile = { id: 1, login: "ada" };
  const answer = await person.signIn("second");

  assert.equal(answer.status, 409);
  assert.equal(await codeOf(answer), "account_in_use");
  const [ada, bob] = [
    await storage.users.findByUsername("ada"),
    await storage.users.findByUsername("bob"),
  ];
  assert.equal((await storage.associations.find("second", "1"))?.userId, ada?.id);
  assert.equal((await auth.associations({ id: bob?.id ?? 0 })).length, 1);
});

test("a disabled user does not get in, and nothing about them changes", async (t) => {
  const { clock, provider, storage, browser } = await startSite(t);
  await browser().signIn("example");
  const user = await storage.users.findByUsername("ada");
  assert.ok(user);
  await storage.users.update(user.id, { isActive: false }, clock.now);
  const before = [await storage.users.find(user.id), await storage.associations.ofUser(user.id)];

  clock.advance(60);
  provider.profile = { id: 1, login: "ada", name: "A new name" };
  const person = browser();
  const answer = await person.signIn("example");

  assert.equal(answer.status, 403);
  assert.equal(await codeOf(answer), "user_inactive");
  assert.deepEqual(person.named("session"), []);
  const after = [await storage.users.find(user.id), await storage.associations.ofUser(user.id)];
  assert.deepEqual(after, before);
});

test("the session of a user who is disabled no longer counts", async (t) => {
  const { auth, clock, storage, browser } = await startSite(t);
  const person = browser();
  await person.signIn("example");
  const request = { headers: { cookie: person.cookieHeader() } };
  const user = await auth.user(request);
  assert.ok(user);
  await storage.users.update(user.id, { isActive: false }, clock.now);
  assert.equal(await auth.user(request), undefined);
});

test("a state that travels in our own address is checked just so", async (t) => {
  class RedirectState extends ExampleOAuth2 {
    override readonly stateParameter = false;
    override readonly redirectState = true;
  }
  const { provider, browser } = await startSite(t, {
    backends: (at) => [new RedirectState(settingsFor(at))],
  });
  const person = browser();
  const back = new URL(await person.leaveFor("example"));
  assert.equal(back.searchParams.has("state"), false);
  const without = new URL(back);
  without.searchParams.delete("redirect_state");

  assert.equal(await codeOf(await person.send("GET", without.href)), "state_missing");
  assert.equal(await codeOf(await browser().send("GET", back.href)), "state_unknown");
  assert.equal(provider.to("/token").length, 0);
  assert.equal((await person.send("GET", back.href)).status, 303);
});
