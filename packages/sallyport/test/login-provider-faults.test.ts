import assert from "node:assert/strict";
import { test } from "node:test";
import type { Browser } from "./browser.ts";
import type { Behaviour } from "./provider.ts";
import { ExampleOAuth2, settingsFor, startSite } from "./site.ts";

const html = { body: "<html><body>We are down for maintenance</body></html>" };
const tenMegabytes = { headers: { "content-type": "application/json" }, body: "x".repeat(1e7) };
const token = { access_token: "opaque", token_type: "Bearer" };

// What the provider does, where, and how the login ends: code, stage, status.
const faults: readonly [string, string, Behaviour, string, string, number][] = [
  ["an HTML page", "/token", html, "answer_invalid", "token", 502],
  ["an HTML page", "/profile", html, "answer_invalid", "profile", 502],
  ["status 500", "/token", { status: 500, ...html }, "provider_failed", "token", 502],
  ["status 500", "/profile", { status: 500, ...html }, "provider_failed", "profile", 502],
  ["nothing at all", "/token", "hang", "provider_timeout", "token", 502],
  ["nothing at all", "/profile", "hang", "provider_timeout", "profile", 502],
  ["ten megabytes", "/token", tenMegabytes, "answer_too_large", "token", 502],
  ["ten megabytes", "/profile", tenMegabytes, "answer_too_large", "profile", 502],
  ["a dropped connection", "/token", "drop", "provider_unreachable", "token", 502],
  ["a dropped connection", "/profile", "drop", "provider_unreachable", "profile", 502],
  [
    "an error with status 200",
    "/token",
    { body: { ...token, error: "server_error" } },
    "provider_refused",
    "token",
    502,
  ],
  ["an old code", "/token", { body: { error: "invalid_grant" } }, "code_refused", "token", 400],
  [
    "a wrong secret",
    "/token",
    { status: 401, body: { error: "invalid_client" } },
    "client_refused",
    "token",
    502,
  ],
  ["a refusal of the token", "/profile", { status: 403 }, "token_refused", "profile", 502],
  ["too many requests", "/profile", { status: 429 }, "provider_busy", "profile", 503],
  ["JSON that is no object", "/token", { body: [] }, "answer_invalid", "token", 502],
  [
    "a redirect",
    "/profile",
    { status: 302, headers: { location: "/elsewhere" } },
    "answer_invalid",
    "profile",
    502,
  ],
  [
    "a profile without an id",
    "/profile",
    { body: { login: "ada" } },
    "uid_missing",
    "identity",
    502,
  ],
  ["a profile with a null id", "/profile", { body: { id: null } }, "uid_missing", "identity", 502],
];

for (const [what, path, behaviour, code, stage, status] of faults) {
  test(`${what} from ${path} ends the login with ${code}`, async (t) => {
    const { auth, provider, storage, lines, browser } = await startSite(t, {
      timeouts: { call: 250, login: 400 },
    });
    provider.on(path, behaviour);
    const person = browser();
    const back = await person.leaveFor("example");
    const began = performance.now();

    const answer = await person.send("GET", back, { accept: "application/json" });

    assert.ok(performance.now() - began < 1000, "it took too long");
    assert.equal(answer.status, status);
    const { error } = (await answer.json()) as { error: Record<string, string> };
    assert.deepEqual([error.code, error.stage], [code, stage]);
    assert.deepEqual(person.cookies, new Map(), "neither session nor flow is left");
    assert.equal(await auth.user({ headers: { cookie: person.cookieHeader() } }), undefined);
    assert.equal(await storage.users.find(1), undefined);
    assert.equal(provider.to("/elsewhere").length, 0);
    const [line, ...others] = lines;
    const facts = line?.facts as Record<string, string>;
    assert.deepEqual([facts.code, facts.stage, facts.backend], [code, stage, "example"]);
    assert.deepEqual(others, []);
  });
}

test("a busy provider's Retry-After is handed on", async (t) => {
  const { provider, browser } = await startSite(t);
  provider.on("/token", { status: 429, headers: { "retry-after": "17" } });
  const answer = await browser().signIn("example");
  assert.equal(answer.status, 503);
  assert.equal(answer.headers.get("retry-after"), "17");
});

test("a person who refuses at the provider is told so", async (t) => {
  const { provider, browser } = await startSite(t);
  provider.on("/authorize", ({ query }) => {
    const location = `${query.get("redirect_uri")}?error=access_denied&state=${query.get("state")}`;
    return { status: 302, headers: { location } };
  });
  const answer = await browser().signIn("example");
  assert.equal(answer.status, 403);
  assert.match(await answer.text(), /You refused the sign-in at the provider/);
  assert.equal(provider.to("/token").length, 0);
});

test("all calls of one login together have a limit, too", async (t) => {
  const { provider, browser } = await startSite(t, { timeouts: { call: 5000, login: 300 } });
  const slowly = async (reply: object) => {
    await new Promise((resolve) => setTimeout(resolve, 200));
    return reply;
  };
  provider.on("/token", (request) => slowly(provider.standard(request)));
  provider.on("/profile", (request) => slowly(provider.standard(request)));
  const began = performance.now();
  const answer = await browser().signIn("example");
  assert.match(await answer.text(), /provider_timeout/);
  assert.ok(performance.now() - began < 1000);
});

for (const [when, stage] of [
  ["authUrl", "begin"],
  ["authComplete", "callback"],
] as const) {
  test(`a fault in a backend's ${when} is one of the application, and names the backend`, async (t) => {
    class Faulty extends ExampleOAuth2 {}
    Object.defineProperty(Faulty.prototype, when, {
      value: async () => {
        throw new TypeError("x is undefined");
      },
    });
    const { lines, browser } = await startSite(t, {
      backends: (at) => [new Faulty(settingsFor(at))],
    });
    const person = browser();
    const first = await person.get("/auth/login/example");
    const answer =
      first.status === 303 ? await person.send("GET", await back(person, first)) : first;
    assert.equal(answer.status, 500);
    assert.doesNotMatch(await answer.text(), /undefined/);
    const facts = lines[0]?.facts as Record<string, string>;
    assert.deepEqual(
      [facts.code, facts.stage, facts.backend],
      ["application_fault", stage, "example"],
    );
    assert.equal(facts.message, "example threw: x is undefined");
  });
}

/** Where the provider sends the browser back to. */
async function back(person: Browser, left: Response): Promise<string> {
  return (await person.follow(left)).headers.get("location") ?? "";
}
