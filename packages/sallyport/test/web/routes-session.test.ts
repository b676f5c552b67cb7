import assert from "node:assert/strict";
import { test } from "node:test";
import { startSite } from "../site.ts";

test("/session says who is signed in, how and until when", async (t) => {
  const { provider, browser } = await startSite(t);
  provider.profile = { id: 1, login: "ada", email: "ada@example.net", name: "Ada" };
  const person = browser();
  await person.signIn("example");
  const answer = await person.get("/auth/session");
  assert.equal(answer.status, 200);
  assert.equal(answer.headers.get("cache-control"), "no-store");
  assert.deepEqual(await answer.json(), {
    user: { id: 1, username: "ada", email: "ada@example.net", fullName: "Ada" },
    backend: "example",
    amr: null,
    authenticatedAt: "2026-11-20T12:00:00.000Z",
    expiresAt: "2026-11-27T12:00:00.000Z",
  });
});

test("/session is null where nobody is signed in", async (t) => {
  const { browser } = await startSite(t);
  const person = browser();
  assert.equal(await (await person.get("/auth/session")).json(), null);
  person.cookies.set("__Host-sallyport-session", "nonsense");
  assert.equal(await (await person.get("/auth/session")).json(), null);
});

test("signing out ends the session in the browser and in the database", async (t) => {
  const { auth, browser } = await startSite(t, { logoutRedirectUrl: "/bye" });
  const person = browser();
  await person.signIn("example");
  const cookie = person.cookieHeader();

  const answer = await person.post("/auth/logout");
  assert.equal(answer.status, 303);
  assert.equal(answer.headers.get("location"), "/bye");
  assert.deepEqual(answer.headers.getSetCookie(), [
    "__Host-sallyport-session=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax; Secure",
  ]);
  assert.equal(person.cookies.size, 0);
  assert.equal(await auth.user({ headers: { cookie } }), undefined);
});

test("signing out ends no other session of the same person", async (t) => {
  const { auth, browser } = await startSite(t);
  const [phone, laptop] = [browser(), browser()];
  await phone.signIn("example");
  await laptop.signIn("example");
  await phone.post("/auth/logout");
  assert.ok(await auth.user({ headers: { cookie: laptop.cookieHeader() } }));
});

test("signing out without being signed in is no fault", async (t) => {
  const { browser } = await startSite(t);
  assert.equal((await browser().post("/auth/logout")).status, 303);
  const answer = await browser().post("/auth/logout", { accept: "application/json" });
  assert.equal(answer.status, 200);
  assert.equal(await answer.json(), null);
});

test("the session's cookie is bound to this host and out of scripts' reach", async (t) => {
  const { browser } = await startSite(t);
  const answer = await browser().signIn("example");
  const [cookie] = answer.headers.getSetCookie().filter((line) => line.includes("session"));
  assert.match(
    cookie ?? "",
    /^__Host-sallyport-session=[\w-]{43}; Max-Age=604800; Path=\/; HttpOnly; SameSite=Lax; Secure$/,
  );
});

test("a logout while a request is in flight is not undone by it", async (t) => {
  const { auth, clock, browser } = await startSite(t);
  const person = browser();
  await person.signIn("example");
  const request = { headers: { cookie: person.cookieHeader() } };
  // Long enough for the request to be written down as seen.
  clock.advance(60);
  await Promise.all([auth.user(request), person.post("/auth/logout"), auth.user(request)]);
  assert.equal(await auth.user(request), undefined);
});
