import assert from "node:assert/strict";
import { test } from "node:test";
import { codeOf, origin, startSite } from "../site.ts";

for (const path of [
  "/",
  "/auth",
  "/authors/login/example",
  "/auth/",
  "/auth/login/",
  "/auth/login/example/",
  "/auth/login/example/more",
  "/auth/login/a%2fb",
  "/auth/logout/",
  "/auth/complete",
  "/auth//login/example",
  "//auth/login/example",
  "/AUTH/login/example",
  "/login/example",
  "/x/auth/login/example",
]) {
  test(`${path} is not ours`, async (t) => {
    const { auth } = await startSite(t);
    assert.equal(await auth.handle(new Request(origin + path)), undefined);
  });
}

for (const [method, path, allow] of [
  ["HEAD", "/auth/complete/example", "GET"],
  ["POST", "/auth/complete/example", "GET"],
  ["HEAD", "/auth/login/example", "GET, POST"],
  ["PUT", "/auth/login/example", "GET, POST"],
  ["GET", "/auth/logout", "POST"],
  ["HEAD", "/auth/session", "GET"],
  ["POST", "/auth/login", "GET"],
] as const) {
  test(`${method} ${path} is not allowed, and starts nothing`, async (t) => {
    const { provider, browser } = await startSite(t);
    const person = browser();
    const answer = await person.send(method, path, { origin, "sec-fetch-site": "same-origin" });
    assert.equal(answer.status, 405);
    assert.equal(answer.headers.get("allow"), allow);
    assert.equal(await codeOf(answer), "method_not_allowed");
    assert.equal(provider.requests.length, 0);
    assert.equal(person.cookies.size, 0);
  });
}

test("HEAD of a callback leaves the flow to the GET that follows", async (t) => {
  const { browser } = await startSite(t);
  const person = browser();
  const back = await person.leaveFor("example");
  assert.equal((await person.send("HEAD", back)).status, 405);
  assert.equal((await person.send("GET", back)).status, 303);
});

for (const path of ["/auth/login/nobody", "/auth/complete/nobody?code=1&state=1"]) {
  test(`an unknown backend is a 404 (${path})`, async (t) => {
    const { browser } = await startSite(t);
    const answer = await browser().get(path);
    assert.equal(answer.status, 404);
    assert.equal(await codeOf(answer), "backend_unknown");
  });
}

test("names of Object's own are no backends", async (t) => {
  const { browser } = await startSite(t);
  for (const name of ["constructor", "__proto__", "toString"]) {
    assert.equal((await browser().get(`/auth/login/${name}`)).status, 404);
  }
});

test("a program is told the same as a person, as JSON", async (t) => {
  const { browser } = await startSite(t);
  const answer = await browser().get("/auth/complete/example", { accept: "application/json" });
  assert.equal(answer.status, 400);
  assert.equal(answer.headers.get("content-type"), "application/json");
  assert.deepEqual(await answer.json(), {
    error: {
      code: "state_missing",
      stage: "state",
      message:
        "The answer from the sign-in provider is incomplete. Go back to the sign-in page and try again.",
    },
  });
});

for (const [accept, json] of [
  ["application/json", true],
  ["application/json, */*", true],
  ["text/html,application/json", false],
  ["*/*", false],
  [undefined, false],
] as const) {
  test(`Accept: ${accept} is answered with ${json ? "JSON" : "a page"}`, async (t) => {
    const { browser } = await startSite(t);
    const answer = await browser().get("/auth/login/nobody", accept ? { accept } : {});
    assert.equal(answer.headers.get("content-type")?.includes("json"), json);
  });
}

test("the callback's success is told to a program as JSON, with its cookie", async (t) => {
  const { browser } = await startSite(t);
  const person = browser();
  const back = await person.leaveFor("example", "/ports");
  const answer = await person.get(back, { accept: "application/json" });
  assert.equal(answer.status, 200);
  assert.deepEqual(await answer.json(), {
    user: { id: 1, username: "ada", email: null, fullName: "" },
    next: "/ports",
  });
  assert.equal(person.named("session").length, 1);
});

test("the sign-in page has a link for each backend, and hands `next` on", async (t) => {
  const { browser } = await startSite(t);
  const page = await (await browser().get("/auth/login?next=%2Fports%3Fa%3D1%26b%3D2")).text();
  assert.match(page, /href="\/auth\/login\/example\?next=%2Fports%3Fa%3D1%26b%3D2"/);
  assert.match(page, /href="\/auth\/login\/second\?next=/);
});

test("the sign-in page hands no unsafe `next` on", async (t) => {
  const { browser } = await startSite(t);
  const page = await (await browser().get("/auth/login?next=//evil.example/")).text();
  assert.match(page, /href="\/auth\/login\/example"/);
  assert.doesNotMatch(page, /evil/);
});

test("a `next` in any script is led to as a header can carry it", async (t) => {
  const { browser } = await startSite(t);
  const answer = await browser().signIn("example", "/münchen/東京?q=%7E&x=🦆#é");
  assert.equal(answer.status, 303);
  assert.equal(
    answer.headers.get("location"),
    "/m%C3%BCnchen/%E6%9D%B1%E4%BA%AC?q=%7E&x=%F0%9F%A6%86#%C3%A9",
  );
});

test("an unsafe `next` of a login leads to the default", async (t) => {
  const { browser } = await startSite(t, { loginRedirectUrl: "/home" });
  const answer = await browser().signIn("example", "https://evil.example/");
  assert.equal(answer.headers.get("location"), "/home");
});

test("a host that is allowed may be the `next`", async (t) => {
  const { browser } = await startSite(t, { allowedRedirectHosts: ["other.example.net"] });
  const answer = await browser().signIn("example", "https://other.example.net/x");
  assert.equal(answer.headers.get("location"), "https://other.example.net/x");
});

test("another path for callbacks is used both ways", async (t) => {
  const completePath = "/login/:backend/callback";
  const { browser, provider } = await startSite(t, { completePath });
  const person = browser();
  const back = new URL(await person.leaveFor("example"));
  assert.equal(back.origin + back.pathname, `${origin}/auth/login/example/callback`);
  assert.equal((await person.send("GET", back.href)).status, 303);
  assert.equal(provider.to("/token")[0]?.form.get("redirect_uri"), back.origin + back.pathname);
});

test("the address given to the provider is the configured one, whatever the Host says", async (t) => {
  const { auth } = await startSite(t);
  const request = new Request("http://evil.example/auth/login/example", {
    headers: { host: "evil.example", "x-forwarded-host": "evil.example" },
  });
  const left = await auth.handle(request);
  const location = new URL(left?.headers.get("location") ?? "");
  assert.equal(location.searchParams.get("redirect_uri"), `${origin}/auth/complete/example`);
});
