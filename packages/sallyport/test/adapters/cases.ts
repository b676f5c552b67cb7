import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { Served } from "./server.ts";

/**
 * What an adapter must hand on, in both directions. The application behind it answers every
 * address that is not ours with "the application's own", and `/me` with the username.
 */
export function adapterCases(start: (t: TestContext) => Promise<Served>): void {
  test("a person signs in, is known to the application, and signs out", async (t) => {
    const served = await start(t);
    const person = served.browser();
    const answer = await person.signIn("example", "/me?tab=1");
    assert.equal(answer.status, 303);
    assert.equal(answer.headers.get("location"), "/me?tab=1");
    assert.equal(await (await person.follow(answer)).text(), "ada");

    assert.equal((await person.post("/auth/logout")).status, 303);
    assert.equal(await (await person.get("/me")).text(), "nobody");
  });

  test("each cookie has a line of its own", async (t) => {
    const { browser } = await start(t);
    const answer = await browser().signIn("example");
    const names = answer.headers.getSetCookie().map((line) => line.split("=")[0]);
    assert.equal(names.length, 2);
    assert.match(names.join(" "), /^sallyport-flow-[\w-]{8} sallyport-session$/);
  });

  test("what is not ours is the application's", async (t) => {
    const { origin } = await start(t);
    for (const path of ["/", "/ports?a=1", "/auth", "/auth/other", "//auth/login/example"]) {
      const answer = await fetch(origin + path);
      assert.equal(await answer.text(), "the application's own", path);
    }
  });

  test("a page arrives whole, with its headers", async (t) => {
    const { browser } = await start(t);
    const answer = await browser().get("/auth/login?next=%2Fports");
    assert.equal(answer.headers.get("content-type"), "text/html; charset=utf-8");
    assert.match(answer.headers.get("content-security-policy") ?? "", /default-src 'none'/);
    assert.match(await answer.text(), /^<!doctype html>[\s\S]+next=%2Fports[\s\S]+<\/html>\n$/);
  });

  test("the method and the headers of a request arrive", async (t) => {
    const { browser } = await start(t);
    const forged = { origin: "https://evil.example" };
    assert.equal((await browser().post("/auth/login/example", forged)).status, 403);
    assert.equal((await browser().get("/auth/logout")).status, 405);
    const answer = await browser().get("/auth/login/nobody", { accept: "application/json" });
    const { error } = (await answer.json()) as { error: { code: string } };
    assert.equal(error.code, "backend_unknown");
  });

  test("a form that posts begins a login, whatever it carries", async (t) => {
    const { origin } = await start(t);
    const answer = await fetch(`${origin}/auth/login/example`, {
      method: "POST",
      redirect: "manual",
      headers: { origin, "content-type": "application/x-www-form-urlencoded" },
      body: `a=${"x".repeat(100_000)}`,
    });
    assert.equal(answer.status, 303);
    assert.match(answer.headers.get("location") ?? "", /\/authorize\?/);
  });

  test("HEAD is answered without a body, and starts nothing", async (t) => {
    const { origin, provider } = await start(t);
    const answer = await fetch(`${origin}/auth/login/example`, { method: "HEAD" });
    assert.equal(answer.status, 405);
    assert.equal(answer.headers.get("allow"), "GET, POST");
    assert.equal(await answer.text(), "");
    assert.equal(provider.requests.length, 0);
  });

  test("the address at the other end arrives, and what a proxy there says of clients counts", async (t) => {
    const { origin } = await start(t);
    const begin = async (forwarded?: string) => {
      const headers = forwarded === undefined ? {} : { "x-forwarded-for": forwarded };
      const answer = await fetch(`${origin}/auth/login/example`, { headers, redirect: "manual" });
      return answer.status;
    };
    const statuses = [];
    for (const lie of ["8.8.8.8", "8.8.4.4", "127.0.0.1"]) {
      statuses.push(await begin(`${lie}, 203.0.113.7`));
    }
    assert.deepEqual(statuses, [303, 303, 429]);
    assert.equal(await begin("203.0.113.8"), 303);
    for (let time = 0; time < 4; time++) assert.equal(await begin(), 303);
  });

  test("the request's own Host decides nothing", async (t) => {
    const { origin } = await start(t);
    const headers = { host: "evil.example", "x-forwarded-host": "evil.example" };
    const answer = await fetch(`${origin}/auth/login/example`, { headers, redirect: "manual" });
    const location = new URL(answer.headers.get("location") ?? "");
    assert.equal(location.searchParams.get("redirect_uri"), `${origin}/auth/complete/example`);
  });
}
