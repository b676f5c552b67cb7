import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  authorizeUrl,
  Clock,
  callback,
  codeFor,
  profileOf,
  redeem,
  refresh,
  sandboxForTests,
  tokensFor,
  tokensOf,
  withToken,
} from "./relying-party.ts";

const clock = new Clock();
const sandbox = sandboxForTests({ now: clock.now });

async function assertForbidden(response: Response): Promise<void> {
  assert.equal(response.status, 403);
  assert.equal(await response.text(), "");
  assert.equal(response.headers.get("www-authenticate"), null);
}

describe("/profile/v1", () => {
  it("says exactly what the entry's profile says, and how the person signed in", async () => {
    const { access_token } = await tokensFor(sandbox());
    const [ada] = sandbox().people();
    assert.deepEqual(await profileOf(sandbox(), access_token), {
      ...ada?.profile,
      amr: ["pwd", "otp", "mfa"],
    });
  });

  it("says how the person chose to sign in", async () => {
    const choice = { person: 1001, amr: ["swk"] };
    const location = await sandbox().signIn(authorizeUrl(sandbox()), choice);
    const { access_token } = await tokensOf(await redeem(sandbox(), callback(location).code ?? ""));
    assert.deepEqual((await profileOf(sandbox(), access_token)).amr, ["swk"]);
    const unknown = await sandbox().signIn(authorizeUrl(sandbox()), { person: 1001, amr: [] });
    const second = await tokensOf(await redeem(sandbox(), callback(unknown).code ?? ""));
    assert.deepEqual((await profileOf(sandbox(), second.access_token)).amr, []);
  });

  it("leaves out what the scopes do not grant", async () => {
    const keysFor = async (scope: string) => {
      const { access_token } = await tokensFor(sandbox(), 1001, { scope });
      return Object.keys(await profileOf(sandbox(), access_token));
    };
    const own = ["id", "given_name", "family_name", "name", "verified_user"];
    assert.deepEqual(await keysFor("profile"), own);
    assert.deepEqual(await keysFor("profile email"), [...own, "email", "verified_email"]);
    assert.deepEqual(await keysFor("profile networks"), [...own, "networks"]);
    assert.deepEqual(await keysFor("profile amr"), [...own, "amr"]);
  });

  it("indents with ?pretty", async () => {
    const { access_token } = await tokensFor(sandbox());
    const response = await withToken(sandbox(), "/profile/v1?pretty", access_token);
    assert.match(await response.text(), /^\{\n {2}"id": 1001,\n/);
  });

  it("passes sloppy data through", async () => {
    const { access_token } = await tokensFor(sandbox());
    const changes = { id: null, networks: [{ asn: "64496" }, null], surprise: { deep: [1] } };
    sandbox().patchPerson(1001, { profile: changes });
    const { id, networks, surprise } = await profileOf(sandbox(), access_token);
    assert.deepEqual({ id, networks, surprise }, changes);
    sandbox().patchPerson(1001, { profile: { id: 1001, networks: [] } });
  });

  it("answers a missing, wrong or expired token with an empty 403", async () => {
    await assertForbidden(await fetch(`${sandbox().url}/profile/v1`));
    await assertForbidden(await withToken(sandbox(), "/profile/v1", "wrong"));
    const { access_token } = await tokensFor(sandbox());
    clock.advance(35_999);
    assert.equal((await withToken(sandbox(), "/profile/v1", access_token)).status, 200);
    clock.advance(1);
    await assertForbidden(await withToken(sandbox(), "/profile/v1", access_token));
  });

  it("answers a token without the scope profile with an empty 403", async () => {
    const { access_token } = await tokensFor(sandbox(), 1001, { scope: "email networks" });
    await assertForbidden(await withToken(sandbox(), "/profile/v1", access_token));
  });

  it("answers 403 for somebody who is gone", async () => {
    const { access_token } = await tokensFor(sandbox(), 1002);
    const everybody = sandbox().people();
    sandbox().setPeople(everybody.filter(({ profile }) => profile.id !== 1002));
    await assertForbidden(await withToken(sandbox(), "/profile/v1", access_token));
    sandbox().setPeople(everybody);
    assert.equal((await withToken(sandbox(), "/profile/v1", access_token)).status, 200);
  });
});

describe("a closed account", () => {
  it("keeps its tokens, and its profile has lost all that identifies", async () => {
    const { access_token, refresh_token } = await tokensFor(sandbox(), 1004);
    sandbox().patchPerson(1004, { closed: true });
    const closed = {
      id: 1004,
      given_name: "",
      family_name: "",
      name: " ",
      verified_user: false,
      email: null,
      verified_email: false,
      networks: [],
    };
    const { amr: _, ...before } = await profileOf(sandbox(), access_token);
    assert.deepEqual(before, closed);
    const renewed = await tokensOf(await refresh(sandbox(), refresh_token));
    const { amr, ...after } = await profileOf(sandbox(), renewed.access_token);
    assert.deepEqual(after, closed);
    assert.deepEqual(amr, []);
  });

  it("opens again with everything it had", async () => {
    sandbox().patchPerson(1004, { closed: false });
    const { access_token } = await tokensOf(
      await redeem(sandbox(), await codeFor(sandbox(), 1004)),
    );
    assert.equal((await profileOf(sandbox(), access_token)).given_name, "Dan");
  });
});
