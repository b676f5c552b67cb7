import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { Conflict, type Storage } from "../../src/storage.ts";
import { ada, later, now, sessionOf } from "./table-cases.ts";

/** Runs the cases of transactions; `open` gives an empty storage that ends with the test. */
export function transactionCases(kind: string, open: (t: TestContext) => Storage): void {
  const it = (title: string, run: (storage: Storage) => Promise<void>) =>
    test(`${title} (${kind})`, (t) => run(open(t)));

  it("of fifty parallel uses of one key exactly one is the first", async ({ used }) => {
    const uses = await Promise.all(
      Array.from({ length: 50 }, () => used.add("state 1", later, now)),
    );
    assert.equal(uses.filter(Boolean).length, 1);
    assert.equal(await used.add("state 1", later, now), false);
    assert.equal(await used.add("State 1", later, now), true);
  });

  it("a transaction that fails leaves nothing", async (storage) => {
    const user = await storage.users.add(ada, now);
    const before = await storage.associations.add(
      { userId: user.id, provider: "e", uid: "1" },
      now,
    );
    const failing = storage.transaction(async ({ users, associations, sessions, used }) => {
      await users.update(user.id, { fullName: "changed" }, later);
      await users.update(user.id, { fullName: "changed twice" }, later);
      const added = await users.add({ ...ada, username: "b" }, now);
      await associations.add({ userId: added.id, provider: "e", uid: "2" }, now);
      await associations.setExtraData(before.id, { changed: true }, later);
      await sessions.add(sessionOf(user));
      await used.add("key", later, now);
      await users.remove(user.id);
      throw new Error("on purpose");
    });
    await assert.rejects(failing, /on purpose/);

    assert.deepEqual(await storage.users.find(user.id), user);
    assert.deepEqual(await storage.associations.ofUser(user.id), [before]);
    assert.equal(await storage.users.findByUsername("b"), undefined);
    assert.equal(await storage.associations.find("e", "2"), undefined);
    assert.equal(await storage.sessions.find("hash"), undefined);
    assert.equal(await storage.used.add("key", later, now), true);
  });

  it("a transaction reads what it wrote, and gives its result", async (storage) => {
    const found = await storage.transaction(async ({ users }) => {
      const { id } = await users.add(ada, now);
      return users.find(id);
    });
    assert.equal(found?.username, "ada");
    assert.deepEqual(await storage.users.findByUsername("ada"), found);
  });

  it("a taken key within a transaction is a conflict, and the rest is undone", async (storage) => {
    await storage.users.add(ada, now);
    const losing = storage.transaction(async ({ users }) => {
      await users.add({ ...ada, username: "b" }, now);
      await users.add(ada, now);
    });
    await assert.rejects(losing, Conflict);
    assert.equal(await storage.users.findByUsername("b"), undefined);
  });

  it("transactions take turns: fifty increments count to fifty", async (storage) => {
    const { id } = await storage.users.add({ ...ada, fullName: "0" }, now);
    const increment = () =>
      storage.transaction(async ({ users }) => {
        const user = await users.find(id);
        await new Promise((resolve) => setImmediate(resolve));
        await users.update(id, { fullName: String(Number(user?.fullName) + 1) }, now);
      });
    await Promise.all(Array.from({ length: 50 }, increment));
    assert.equal((await storage.users.find(id))?.fullName, "50");
  });

  it("nobody sees what is not committed", async (storage) => {
    let seen: Promise<unknown> | undefined;
    const failing = storage.transaction(async ({ users }) => {
      await users.add(ada, now);
      seen = storage.users.findByUsername("ada");
      await new Promise((resolve) => setImmediate(resolve));
      throw new Error("on purpose");
    });
    await assert.rejects(failing, /on purpose/);
    assert.equal(await seen, undefined);
  });

  it("migrating again changes nothing", async (storage) => {
    await storage.migrate();
    const user = await storage.users.add(ada, now);
    await storage.migrate();
    assert.deepEqual(await storage.users.find(user.id), user);
  });
}
