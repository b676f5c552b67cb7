import assert from "node:assert/strict";
import { test } from "node:test";
import { createSeal } from "../../src/seal.ts";
import type { NewSession } from "../../src/session.ts";
import { type SealedSessionOptions, sealedSessions } from "../../src/sessions/sealed.ts";
import { memoryStorage } from "../../src/storage/memory.ts";

const now = new Date("2026-11-20T12:00:00.123Z");
const after = (seconds: number) => new Date(now.getTime() + seconds * 1000);
const [old, secret] = [
  "an old secret of the tests, long enough",
  "a secret of the tests, long enough",
];

async function start(options: Partial<SealedSessionOptions> = {}, more: Partial<NewSession> = {}) {
  const storage = memoryStorage();
  const sessions = sealedSessions({ secrets: [secret], ...options });
  const user = await storage.users.add({ username: "ada", creator: "test" }, now);
  const account = { userId: user.id, provider: "example", uid: "1" };
  const { id } = await storage.associations.add(account, now);
  const wanted = {
    userId: user.id,
    backend: "example",
    tenant: null,
    associationId: id,
    amr: null,
    userAgent: "Mozilla/5.0",
    replaces: undefined,
    ...more,
  };
  const cookie = await sessions.start(storage, wanted, now);
  const read = (seconds: number, which = cookie, by = sessions) =>
    by.read(storage, which, after(seconds));
  return { storage, sessions, user, account, accountId: id, wanted, cookie, read };
}

test("a session says who, how and until when, and the database knows nothing of it", async () => {
  const { storage, user, read } = await start({}, { amr: ["pwd", "mfa"], tenant: "acme" });
  assert.deepEqual(await read(0), {
    user,
    backend: "example",
    tenant: "acme",
    amr: ["pwd", "mfa"],
    authenticatedAt: now,
    expiresAt: after(12 * 3600),
  });
  assert.deepEqual(await storage.sessions.ofUser(user.id), []);
});

test("a session ends after twelve hours, or what is set, whatever happened meanwhile", async () => {
  const { read } = await start();
  assert.ok(await read(12 * 3600 - 1));
  assert.equal(await read(12 * 3600), undefined);
  const { read: readShort, sessions } = await start({ absolute: 60 });
  assert.equal(sessions.lifetime, 60);
  assert.ok(await readShort(59));
  assert.equal(await readShort(60), undefined);
});

test("a shorter time counts at once, for cookies of before too", async () => {
  const { read } = await start({ absolute: 3600 });
  const shorter = sealedSessions({ secrets: [secret], absolute: 60 });
  assert.equal(await read(60, undefined, shorter), undefined);
});

test("an old secret still opens what it sealed, and a dropped one no longer", async () => {
  const { read } = await start({ secrets: [old] });
  assert.ok(await read(1, undefined, sealedSessions({ secrets: [secret, old] })));
  assert.equal(await read(1, undefined, sealedSessions({ secrets: [secret] })), undefined);
});

test("a cookie that anybody touched is nobody's", async () => {
  const { cookie, read } = await start();
  const middle = cookie.length >> 1;
  const other = cookie[middle] === "A" ? "B" : "A";
  const touched = cookie.slice(0, middle) + other + cookie.slice(middle + 1);
  for (const value of [touched, cookie.slice(0, -1), `${cookie}A`, "", "v1.", "v1.AAAA"]) {
    assert.equal(await read(0, value), undefined, value);
  }
});

test("what was sealed with the same secret for something else is no session", async () => {
  const { user, read } = await start();
  const said = {
    userId: user.id,
    backend: "example",
    tenant: null,
    associationId: null,
    amr: null,
  };
  const text = JSON.stringify({ ...said, authenticatedAt: now.getTime() });
  assert.ok(await read(0, await createSeal([secret], "session").close(text)));
  for (const purpose of ["flow", "tokens"]) {
    assert.equal(await read(0, await createSeal([secret], purpose).close(text)), undefined);
  }
});

test("a disabled user's session does not count, and does again once they are back", async () => {
  const { storage, user, read } = await start();
  await storage.users.update(user.id, { isActive: false }, now);
  assert.equal(await read(1), undefined);
  await storage.users.update(user.id, { isActive: true }, now);
  assert.ok(await read(2));
});

test("the session of a user who is gone is gone, whoever has the name now", async () => {
  const { storage, user, read } = await start({}, { associationId: null });
  assert.ok(await read(1));
  await storage.users.remove(user.id);
  await storage.users.add({ username: "ada", creator: "test" }, now);
  assert.equal(await read(1), undefined);
});

test("a session ends with the account that it came from, also where somebody else has it now", async () => {
  const { storage, account, accountId, read } = await start();
  await storage.associations.remove(accountId);
  assert.equal(await read(1), undefined);
  const grace = await storage.users.add({ username: "grace", creator: "test" }, now);
  await storage.associations.add({ ...account, userId: grace.id }, now);
  assert.equal(await read(1), undefined);
});

test("the account that a session names must be its user's", async () => {
  const { storage, sessions, wanted, read } = await start();
  const grace = await storage.users.add({ username: "grace", creator: "test" }, now);
  assert.equal(
    await read(1, await sessions.start(storage, { ...wanted, userId: grace.id }, now)),
    undefined,
  );
});

test("no provider makes the cookie long: of a long list of methods nothing is kept", async () => {
  const { read } = await start({}, { amr: ["swk", ..."x".repeat(400), "pwd"] });
  // Without `pwd` at its end the list would claim a passkey.
  assert.equal((await read(0))?.amr, null);
  const { cookie } = await start({}, { amr: [..."é".repeat(90)] });
  assert.ok(cookie.length <= 1024, `${cookie.length}`);
});

test("a session that fits no cookie fails the login, instead of being lost in the browser", async () => {
  await assert.rejects(start({}, { userId: "x".repeat(4096) }), /too long for a cookie/);
});

test("sessions cannot be sealed without a secret that is long enough", () => {
  for (const secrets of [[], ["short"]]) {
    assert.throws(() => sealedSessions({ secrets }), { code: "settings_invalid" });
  }
});
