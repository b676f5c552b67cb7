import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { browserOf, startExample } from "./running-example.ts";

const folder = new URL("..", import.meta.url);
const examples = readdirSync(folder).filter((file) => file.endsWith(".ts"));

test("there is an example for each adapter", () => {
  const adapters = readdirSync(new URL("../packages/sallyport/src/adapters", folder));
  assert.deepEqual(examples, adapters);
});

for (const file of examples) {
  test(`${file} has fewer than 60 lines`, () => {
    assert.ok(readFileSync(new URL(file, folder), "utf8").trimEnd().split("\n").length < 60);
  });

  test(`${file} signs somebody in, says hello, and signs them out`, async (t) => {
    const { origin, sandbox } = await startExample(t, file);
    const open = browserOf(origin);
    assert.match(await text(open("/")), /<a href="\/auth\/login">Sign in<\/a>/);
    assert.match(await text(open("/auth/login")), /Sign in with PeeringDB.*Sign in with GitHub/s);

    const left = await open("/auth/login/peeringdb");
    const back = await sandbox.signIn(locationOf(left), { person: 1001 });
    const home = await open(back);
    assert.deepEqual([home.status, locationOf(home)], [303, "/"]);
    assert.match(await text(open("/")), /Hello Ada/i);

    const headers = { origin };
    assert.equal((await open("/auth/logout", { method: "POST", headers })).status, 303);
    assert.match(await text(open("/")), /Sign in/);
  });

  test(`${file} refuses a sign-out from another site, and answers its page as HTML`, async (t) => {
    const { origin, sandbox } = await startExample(t, file);
    const open = browserOf(origin);
    await open(await sandbox.signIn(locationOf(await open("/auth/login/peeringdb")), ada));
    const headers = { origin: "https://evil.example" };
    assert.equal((await open("/auth/logout", { method: "POST", headers })).status, 403);
    const page = await open("/");
    assert.match(page.headers.get("content-type") ?? "", /^text\/html/);
    assert.match(await page.text(), /Hello/);
  });
}

const ada = { person: 1001 };

async function text(response: Promise<Response>): Promise<string> {
  return (await response).text();
}

function locationOf(response: Response): string {
  return response.headers.get("location") ?? assert.fail(`no redirect: ${response.status}`);
}
