import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { defaultPeople } from "../src/index.ts";
import { profileOf, sandboxForTests, tokensFor } from "./relying-party.ts";

const sandbox = sandboxForTests();

async function control(
  method: string,
  path: string,
  body?: unknown,
): Promise<{ status: number; value: unknown }> {
  const response = await fetch(`${sandbox().url}/sandbox/${path}`, {
    method,
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  return { status: response.status, value: await response.json() };
}

describe("/sandbox/people", () => {
  it("lists the people as they were given", async () => {
    assert.deepEqual(await control("GET", "people"), { status: 200, value: defaultPeople });
  });

  it("changes one person while tokens are out", async () => {
    const { access_token } = await tokensFor(sandbox(), 1001);
    const patched = await control("PATCH", "people/1001", {
      profile: { networks: [], verified_email: false },
      amr: ["pwd"],
    });
    assert.equal(patched.status, 200);
    const profile = await profileOf(sandbox(), access_token);
    assert.deepEqual(
      [profile.networks, profile.verified_email, profile.name],
      [[], false, "Ada Example"],
    );
    const later = await tokensFor(sandbox(), 1001);
    assert.deepEqual((await profileOf(sandbox(), later.access_token)).amr, ["pwd"]);
  });

  it("replaces the list", async () => {
    const list = [{ profile: { id: 5, networks: null }, note: "kept" }];
    assert.deepEqual(await control("PUT", "people", list), { status: 200, value: list });
    assert.deepEqual(sandbox().people(), list);
    sandbox().setPeople(defaultPeople);
  });

  it("refuses what it cannot use in one clear line, and changes nothing", async () => {
    assert.deepEqual(await control("PUT", "people", [{}]), {
      status: 400,
      value: { error: "people[0].profile: expected an object, got undefined" },
    });
    assert.deepEqual(await control("PUT", "people", "not JSON"), {
      status: 400,
      value: { error: "the body is not JSON" },
    });
    const misplaced = await control("PATCH", "people/1001", { verified_user: false });
    assert.equal(misplaced.status, 400);
    assert.match(JSON.stringify(misplaced.value), /what \/profile\/v1 says goes into profile/);
    assert.equal((await control("PATCH", "people/9999", {})).status, 404);
    assert.deepEqual(sandbox().people(), defaultPeople);
  });
});

describe("/sandbox", () => {
  it("says which methods an address takes, and where there is nothing", async () => {
    assert.equal((await control("DELETE", "people")).status, 405);
    assert.equal((await control("GET", "nothing")).status, 404);
    assert.equal((await control("GET", "nothing/1001")).status, 404);
    assert.equal((await control("DELETE", "grants/9999")).status, 404);
    assert.equal((await control("GET", "people/%E0")).status, 400);
  });
});
