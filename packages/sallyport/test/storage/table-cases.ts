import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import {
  Conflict,
  type NewUser,
  type SessionRecord,
  type Storage,
  type User,
} from "../../src/storage.ts";

// What every storage must do, whatever it keeps its rows in.

export const now = new Date("2026-11-20T12:00:00Z");
export const later = new Date("2026-11-20T13:00:00Z");

export const ada: NewUser = { username: "ada", creator: "test" };

export function sessionOf(user: User, idHash = "hash"): SessionRecord {
  return {
    idHash,
    userId: user.id,
    createdAt: now,
    expiresAt: later,
    lastSeenAt: now,
    authenticatedAt: now,
    backend: "example",
    associationId: null,
    amr: ["pwd", "mfa"],
  };
}

/** Runs the cases of each table; `open` gives an empty storage that ends with the test. */
export function tableCases(kind: string, open: (t: TestContext) => Storage): void {
  const it = (title: string, run: (storage: Storage) => Promise<void>) =>
    test(`${title} (${kind})`, (t) => run(open(t)));

  it("a user comes back as they were added, with the rest filled in", async ({ users }) => {
    const added = await users.add(ada, now);
    assert.deepEqual(await users.find(added.id), {
      id: added.id,
      username: "ada",
      email: null,
      emailVerified: false,
      firstName: "",
      lastName: "",
      fullName: "",
      isActive: true,
      isAdmin: false,
      creator: "test",
      createdAt: now,
      updatedAt: now,
      lastLoginAt: null,
    });
    assert.deepEqual(await users.find(added.id), added);
  });

  it("every field of a user can change, and no other user's does", async ({ users }) => {
    const [user, other] = [
      await users.add(ada, now),
      await users.add({ ...ada, username: "b" }, now),
    ];
    const changes = {
      username: "ada2",
      email: "Ada@Example.NET",
      emailVerified: true,
      firstName: "Ada",
      lastName: "O'Hara; --",
      fullName: "Ada 🦆",
      isActive: false,
      isAdmin: true,
      creator: "else",
      lastLoginAt: later,
    };
    await users.update(user.id, changes, later);
    const expected = { ...user, ...changes, updatedAt: later };
    assert.deepEqual(await users.find(user.id), expected);
    assert.deepEqual(await users.find(other.id), other);
    await users.update(user.id, { email: null }, later);
    assert.equal((await users.find(user.id))?.email, null);
    assert.deepEqual(await users.findByEmail("ada@example.net"), []);
  });

  for (const taken of ["ada", "ADA", "Ada", "ａｄａ"]) {
    it(`the username "${taken}" is taken once "ada" is`, async ({ users }) => {
      const first = await users.add(ada, now);
      await assert.rejects(users.add({ ...ada, username: taken }, now), Conflict);
      assert.equal((await users.findByUsername(taken))?.id, first.id);
      const other = await users.add({ ...ada, username: "other" }, now);
      await assert.rejects(users.update(other.id, { username: taken }, now), Conflict);
      assert.equal((await users.find(other.id))?.username, "other");
    });
  }

  it("a username can change its capitals", async ({ users }) => {
    const { id } = await users.add(ada, now);
    await users.update(id, { username: "ADA" }, now);
    assert.equal((await users.find(id))?.username, "ADA");
  });

  it("an address may be several people's, however it is capitalised", async ({ users }) => {
    const people = [];
    for (const [username, email] of [
      ["a", "Ada@example.net"],
      ["b", "ada@EXAMPLE.net"],
    ] as const) {
      people.push(await users.add({ username, email, creator: "test" }, now));
    }
    assert.deepEqual(await users.findByEmail("ADA@example.NET"), people);
    assert.deepEqual(await users.findByEmail("ada@example.org"), []);
    assert.deepEqual(await users.findByEmail(""), []);
  });

  it("an account belongs to one user, once", async ({ users, associations }) => {
    const [one, other] = [
      await users.add(ada, now),
      await users.add({ ...ada, username: "b" }, now),
    ];
    const account = { userId: one.id, provider: "example", uid: "1" };
    const added = await associations.add(account, now);
    assert.deepEqual(await associations.find("example", "1"), added);
    assert.deepEqual(await associations.get(added.id), added);
    await assert.rejects(associations.add(account, now), Conflict);
    await assert.rejects(associations.add({ ...account, userId: other.id }, now), Conflict);
    assert.deepEqual(await associations.ofUser(one.id), [added]);
    assert.deepEqual(await associations.ofUser(other.id), []);
  });

  it("provider and uid compare byte by byte", async ({ users, associations }) => {
    const user = await users.add(ada, now);
    const keys = [
      ["example", "Ada"],
      ["example", "ada"],
      ["Example", "ada"],
      ["example", "ada "],
      ["example", "\u00e9"],
      ["example", "e\u0301"],
      ["example", "1"],
      ["example", "01"],
      ["example", "1.0"],
      ["example", "ａｄａ"],
      ["example", "x".repeat(255)],
    ] as const;
    for (const [provider, uid] of keys) {
      assert.equal(await associations.find(provider, uid), undefined, uid);
      await associations.add({ userId: user.id, provider, uid }, now);
    }
    assert.equal((await associations.ofUser(user.id)).length, keys.length);
    for (const [provider, uid] of keys) {
      assert.equal((await associations.find(provider, uid))?.uid, uid);
    }
  });

  it("extra data is any JSON, and replaces what was there", async ({ users, associations }) => {
    const user = await users.add(ada, now);
    const { id } = await associations.add({ userId: user.id, provider: "e", uid: "1" }, now);
    const extraData = { text: "é\u0000'\"", list: [1, null, { deep: true }], nothing: null };
    await associations.setExtraData(id, { old: 1 }, now);
    await associations.setExtraData(id, extraData, later);
    const found = await associations.get(id);
    assert.deepEqual(found?.extraData, extraData);
    assert.deepEqual(found?.updatedAt, later);
    assert.deepEqual(found?.createdAt, now);
  });

  it("a session is kept, seen and removed", async ({ users, sessions }) => {
    const user = await users.add(ada, now);
    const [session, other] = [sessionOf(user), { ...sessionOf(user, "other"), amr: null }];
    await sessions.add(session);
    await sessions.add(other);
    assert.deepEqual(await sessions.find("hash"), session);
    assert.deepEqual(await sessions.find("other"), other);
    assert.equal(await sessions.find("HASH"), undefined);
    await sessions.seen("hash", later);
    assert.deepEqual(await sessions.find("hash"), { ...session, lastSeenAt: later });
    await sessions.remove("hash");
    assert.equal(await sessions.find("hash"), undefined);
    await sessions.removeAllOfUser(user.id);
    assert.equal(await sessions.find("other"), undefined);
  });

  it("a user who goes takes accounts and sessions along", async (storage) => {
    const { users, associations, sessions } = storage;
    const [user, other] = [
      await users.add(ada, now),
      await users.add({ ...ada, username: "b" }, now),
    ];
    const account = await associations.add({ userId: user.id, provider: "e", uid: "1" }, now);
    const kept = await associations.add({ userId: other.id, provider: "e", uid: "2" }, now);
    await sessions.add(sessionOf(user));
    await users.remove(user.id);
    assert.equal(await users.find(user.id), undefined);
    assert.equal(await associations.get(account.id), undefined);
    assert.equal(await sessions.find("hash"), undefined);
    assert.deepEqual(await associations.get(kept.id), kept);
  });

  it("an id that was somebody's is never somebody else's", async ({ users }) => {
    const { id } = await users.add(ada, now);
    await users.remove(id);
    assert.notEqual((await users.add(ada, now)).id, id);
  });

  it("what is not there changes nothing", async ({ users, associations, sessions }) => {
    await users.update(99, { fullName: "nobody" }, now);
    await users.remove(99);
    await associations.setExtraData(99, {}, now);
    await sessions.seen("nothing", now);
    await sessions.remove("nothing");
    assert.equal(await users.find(99), undefined);
    assert.equal(await sessions.find("nothing"), undefined);
  });
}
