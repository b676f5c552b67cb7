import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import type { NewSession } from "../../src/session.ts";
import { type DatabaseSessionOptions, databaseSessions } from "../../src/sessions/database.ts";
import { memoryStorage } from "../../src/storage/memory.ts";

const now = new Date("2026-11-20T12:00:00Z");
const after = (seconds: number) => new Date(now.getTime() + seconds * 1000);
const hashOf = (cookie: string) => createHash("sha256").update(cookie).digest("base64url");

async function start(options: DatabaseSessionOptions = {}, more: Partial<NewSession> = {}) {
  const storage = memoryStorage();
  const sessions = databaseSessions(options);
  const user = await storage.users.add({ username: "ada", creator: "test" }, now);
  const wanted = {
    userId: user.id,
    backend: "example",
    tenant: null,
    associationId: null,
    amr: null,
    userAgent: null,
    replaces: undefined,
    ...more,
  };
  const cookie = await sessions.start(storage, wanted, now);
  const read = (seconds: number, which = cookie) => sessions.read(storage, which, after(seconds));
  return { storage, sessions, user, wanted, cookie, read };
}

test("a session says who, how and until when", async () => {
  const { user, read } = await start({}, { amr: ["pwd", "mfa"] });
  assert.deepEqual(await read(0), {
    user,
    backend: "example",
    tenant: null,
    amr: ["pwd", "mfa"],
    authenticatedAt: now,
    expiresAt: after(7 * 24 * 3600),
  });
});

test("the cookie has 256 random bits, of which the database keeps the hash only", async () => {
  const { storage, cookie } = await start();
  assert.match(cookie, /^[\w-]{43}$/);
  assert.equal(await storage.sessions.find(cookie), undefined);
  assert.ok(await storage.sessions.find(hashOf(cookie)));
});

test("what the database holds is nobody's cookie", async () => {
  const { cookie, read } = await start();
  assert.equal(await read(0, hashOf(cookie)), undefined);
  assert.equal(await read(0, `${cookie}x`), undefined);
  assert.equal(await read(0, ""), undefined);
});

test("by default a session ends after twelve hours without a request", async () => {
  const { read } = await start();
  assert.ok(await read(12 * 3600));
  // That request counted: the twelve hours begin again.
  assert.ok(await read(24 * 3600));
  assert.equal(await read(36 * 3600 + 1), undefined);
});

test("by default a session ends after seven days in any case", async () => {
  const { read } = await start();
  const day = 24 * 3600;
  for (let at = 0; at < 7 * day; at += day / 2) assert.ok(await read(at), `after ${at} s`);
  assert.equal(await read(7 * day), undefined);
});

test("both limits are settings, in seconds", async () => {
  const { read, sessions } = await start({ idle: 60, absolute: 100 });
  assert.equal(sessions.lifetime, 100);
  assert.ok(await read(60));
  assert.ok(await read(99));
  assert.equal(await read(100), undefined);
  const idle = await start({ idle: 60, absolute: 100 });
  assert.equal(await idle.read(61), undefined);
});

test("a request is written down only when a fiftieth of the idle time has passed", async () => {
  const { storage, cookie, read } = await start({ idle: 5000 });
  const seen = async () => (await storage.sessions.find(hashOf(cookie)))?.lastSeenAt;
  await read(100);
  assert.deepEqual(await seen(), now);
  await read(101);
  assert.deepEqual(await seen(), after(101));
});

test("a new session takes the place of the old one", async () => {
  const { storage, sessions, wanted, cookie, read } = await start();
  const next = await sessions.start(storage, { ...wanted, replaces: cookie }, now);
  assert.notEqual(next, cookie);
  assert.equal(await read(0), undefined);
  assert.ok(await read(0, next));
});

test("ending a session ends that one only", async () => {
  const { storage, sessions, wanted, cookie, read } = await start();
  const other = await sessions.start(storage, wanted, now);
  await sessions.end(storage, cookie);
  await sessions.end(storage, "nobody's");
  assert.equal(await read(0), undefined);
  assert.ok(await read(0, other));
});

test("a disabled user's session does not count, and does again once they are back", async () => {
  const { storage, user, read } = await start();
  await storage.users.update(user.id, { isActive: false }, now);
  assert.equal(await read(1), undefined);
  await storage.users.update(user.id, { isActive: true }, now);
  assert.ok(await read(2));
});

test("the session of a user who is gone is gone", async () => {
  const { storage, user, read } = await start();
  await storage.users.remove(user.id);
  assert.equal(await read(1), undefined);
});
