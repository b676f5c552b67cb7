import assert from "node:assert/strict";
import { test } from "node:test";
import { codeOf, origin, startSite } from "../site.ts";

const leaves = (answer: Response) =>
  answer.status === 303 && (answer.headers.get("location") ?? "").includes("/authorize?");

for (const [what, headers] of [
  ["from our own pages", { "sec-fetch-site": "same-origin" }],
  ["from the same site", { "sec-fetch-site": "same-site" }],
  ["typed", { "sec-fetch-site": "none" }],
  ["from a browser without fetch metadata", {}],
  ["with our own Referer", { referer: `${origin}/ports` }],
] as const) {
  test(`a link ${what} begins the login`, async (t) => {
    const { browser } = await startSite(t);
    const person = browser();
    assert.ok(leaves(await person.get("/auth/login/example", headers)));
    assert.equal(person.named("flow").length, 1);
  });
}

for (const [what, headers] of [
  ["another site", { "sec-fetch-site": "cross-site" }],
  ["another Referer, without fetch metadata", { referer: "https://evil.example/" }],
  ["another Origin, without fetch metadata", { origin: "https://evil.example" }],
  ["a Referer that only begins like ours", { referer: `${origin}.evil.example/` }],
] as const) {
  test(`a link from ${what} is answered with one button, which posts`, async (t) => {
    const { provider, browser } = await startSite(t);
    const person = browser();
    const answer = await person.get("/auth/login/example?next=%2Fports", headers);
    assert.equal(answer.status, 200);
    assert.equal(person.cookies.size, 0);
    assert.equal(provider.requests.length, 0);

    const page = await answer.text();
    assert.equal(page.match(/<button/g)?.length, 1);
    assert.doesNotMatch(page, /signed in as/);
    const action = /<form method="post" action="([^"]+)">/.exec(page)?.[1];
    assert.equal(action, "/auth/login/example?next=%2Fports");
    assert.equal(answer.headers.get("referrer-policy"), "same-origin");
    assert.ok(leaves(await person.post(action)));
  });
}

for (const headers of [
  { "sec-purpose": "prefetch" },
  { "sec-purpose": "prefetch;prerender" },
  { purpose: "prefetch" },
]) {
  test(`fetching ahead starts nothing (${JSON.stringify(headers)})`, async (t) => {
    const { browser } = await startSite(t);
    const person = browser();
    const fetchSite = { "sec-fetch-site": "same-origin" };
    const answer = await person.get("/auth/login/example", { ...fetchSite, ...headers });
    assert.equal(answer.status, 503);
    assert.equal(person.cookies.size, 0);
  });
}

for (const [what, headers] of [
  ["another Origin", { origin: "https://evil.example" }],
  ["Origin null", { origin: "null" }],
  ["another port's Origin", { origin: `${origin}:8443` }],
  ["another scheme's Origin", { origin: origin.replace("https", "http") }],
  ["another site", { "sec-fetch-site": "cross-site" }],
  ["the same site's other host", { "sec-fetch-site": "same-site", origin }],
  ["another Referer", { referer: "https://evil.example/" }],
] as const) {
  test(`a POST with ${what} begins no login and ends no session`, async (t) => {
    const { auth, provider, browser } = await startSite(t);
    const person = browser();
    const begun = await person.post("/auth/login/example", headers);
    assert.equal(begun.status, 403);
    assert.equal(await codeOf(begun), "request_forged");
    assert.equal(person.cookies.size, 0);
    assert.equal(provider.requests.length, 0);

    await person.signIn("example");
    assert.equal((await person.post("/auth/logout", headers)).status, 403);
    assert.ok(await auth.user({ headers: { cookie: person.cookieHeader() } }));
  });
}

test("a form of ours begins the login", async (t) => {
  const { browser } = await startSite(t);
  assert.ok(leaves(await browser().post("/auth/login/example")));
});

test("somebody signed in already is asked, by name, before an account is connected", async (t) => {
  const { provider, browser } = await startSite(t);
  provider.profile = { id: 1, login: "ada.lovelace" };
  const person = browser();
  await person.signIn("example");
  provider.requests.length = 0;

  const answer = await person.get("/auth/login/second");
  assert.equal(answer.status, 200);
  assert.match(await answer.text(), /You are signed in as ada\.lovelace\./);
  assert.deepEqual(person.named("flow"), []);
  assert.equal(provider.requests.length, 0);
  assert.ok(leaves(await person.post("/auth/login/second")));
});
