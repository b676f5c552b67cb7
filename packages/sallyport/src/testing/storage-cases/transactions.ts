import { Conflict, type Storage, type Tables, type UserId } from "../../index.ts";
import { expectRejection, expectSame, expectTrue } from "../expect.ts";
import { ada, ben, later, now, sessionOf } from "./samples.ts";

/** What holds for transactions, by what it is called. */
export const transactionCases: Readonly<Record<string, (storage: Storage) => Promise<void>>> = {
  async "a transaction that fails leaves nothing"(storage) {
    const user = await storage.users.add(ada, now);
    const account = { userId: user.id, provider: "e", uid: "1" };
    const before = await storage.associations.add(account, now);
    const failing = storage.transaction(async (tables) => {
      const { users, associations, sessions, used, limits } = tables;
      const added = await users.add(ben, now);
      await associations.add({ userId: added.id, provider: "e", uid: "2" }, now);
      await associations.setExtraData(before.id, { changed: true }, later);
      await sessions.add(sessionOf(user));
      await used.add("key", later, now);
      await limits.count("key", later, now);
      expectSame(await limits.count("key", later, now), 2, "what was counted within it");
      await users.remove(user.id);
      throw new RangeError("on purpose");
    });
    await expectRejection(failing, RangeError);

    expectSame(await storage.users.find(user.id), user, "the user");
    expectSame(await storage.associations.ofUser(user.id), [before], "their accounts");
    expectSame(await storage.users.findByUsername("ben"), undefined, "the other user");
    expectSame(await storage.associations.find("e", "2"), undefined, "the other account");
    expectSame(await storage.sessions.find("hash"), undefined, "the session");
    expectTrue(await storage.used.add("key", later, now), "the key was used");
    expectSame(await storage.limits.count("key", later, now), 1, "what was counted");
  },

  async "a transaction reads what it wrote, and gives its result"(storage) {
    const found = await storage.transaction(async ({ users }) => {
      const { id } = await users.add(ada, now);
      return users.find(id);
    });
    expectSame(found?.username, "ada", "what it read");
    expectSame(await storage.users.findByUsername("ada"), found, "what there is afterwards");
  },

  async "a taken key within a transaction is a conflict, and the rest is undone"(storage) {
    await storage.users.add(ada, now);
    const losing = storage.transaction(async ({ users }) => {
      await users.add(ben, now);
      await users.add(ada, now);
    });
    await expectRejection(losing, Conflict);
    expectSame(await storage.users.findByUsername("ben"), undefined, "what it wrote before");
  },

  async "a conflict that the work catches undoes it all the same"(storage) {
    await storage.users.add(ada, now);
    const careless = storage.transaction(async ({ users }) => {
      await users.add(ben, now);
      await users.add(ada, now).catch(() => {});
      await users.add({ ...ada, username: "cleo" }, now).catch(() => {});
    });
    await expectRejection(careless, Conflict);
    for (const name of ["ben", "cleo"]) {
      expectSame(await storage.users.findByUsername(name), undefined, name);
    }
  },

  async "a key that was used before does not end a transaction"(storage) {
    await storage.used.add("key", later, now);
    const first = await storage.transaction(async ({ used, users }) => {
      const isFirst = await used.add("key", later, now);
      await users.add(ada, now);
      return isFirst;
    });
    expectSame(first, false, "whether it was the first");
    expectSame((await storage.users.findByUsername("ada"))?.username, "ada", "what came after");
  },

  async "an account or a session of a user who is gone is a conflict"(storage) {
    const { users, associations, sessions, sql } = storage;
    // Only a database knows.
    if (!sql) return;
    const user = await users.add(ada, now);
    await users.remove(user.id);
    const adding = associations.add({ userId: user.id, provider: "e", uid: "1" }, now);
    await expectRejection(adding, Conflict);
    await expectRejection(sessions.add(sessionOf(user)), Conflict);
    const careless = storage.transaction(async (tables) => {
      await tables.users.add(ben, now);
      await tables.sessions.add(sessionOf(user)).catch(() => {});
    });
    await expectRejection(careless, Conflict);
    expectSame(await users.findByUsername("ben"), undefined, "what it wrote before");
  },

  async "what a transaction leaves running is refused after its end"(storage) {
    let kept: Tables | undefined;
    await storage.transaction(async (tables) => {
      kept = tables;
    });
    await expectRejection(kept?.users.add(ada, now), Error);
    expectSame(await storage.users.findByUsername("ada"), undefined, "what it wrote");
  },

  async "transactions under one lock take turns: fifty increments count to fifty"(storage) {
    const { id } = await storage.users.add({ ...ada, fullName: "0" }, now);
    const increments = Array.from({ length: 50 }, () => incremented(storage, id));
    await Promise.all(increments);
    expectSame((await storage.users.find(id))?.fullName, "50", "the count");
  },

  async "an account that a transaction has read is not changed meanwhile: ten additions are kept"(
    storage,
  ) {
    const user = await storage.users.add(ada, now);
    const { id } = await storage.associations.add(
      { userId: user.id, provider: "e", uid: "1" },
      now,
    );
    const adding = Array.from({ length: 10 }, (_, at) =>
      storage.transaction(async ({ associations }) => {
        const read = at % 2 ? associations.get(id) : associations.find("e", "1");
        const { extraData = {} } = (await read) ?? {};
        await new Promise((resolve) => setTimeout(resolve, 1));
        await associations.setExtraData(id, { ...extraData, [`field ${at}`]: at }, later);
      }),
    );
    await Promise.all(adding);
    const { extraData = {} } = (await storage.associations.get(id)) ?? {};
    expectSame(Object.keys(extraData).length, 10, "how many there are");
  },

  async "a lock ends with its transaction, also where that fails"(storage) {
    const failing = storage.transaction(async ({ lock }) => {
      await lock("key");
      throw new RangeError("on purpose");
    });
    await expectRejection(failing, RangeError);
    await storage.transaction(({ lock }) => lock("key"));
    await storage.lock("key");
  },

  async "a transaction reads what others committed since it began"(storage) {
    // Where transactions take turns, nobody else commits meanwhile.
    const held = storage.transaction(async ({ lock, users }) => {
      await users.findByUsername("ada");
      const other = storage.transaction(async (tables) => {
        await tables.lock("key");
        if (!(await tables.users.findByUsername("ada"))) await tables.users.add(ada, now);
      });
      await Promise.race([other, new Promise((resolve) => setTimeout(resolve, 20))]);
      await lock("key");
      if (!(await users.findByUsername("ada"))) await users.add(ada, now);
      return { other };
    });
    await (await held).other;
    expectSame((await storage.users.findByUsername("ada"))?.username, "ada", "the one user");
  },

  async "many writers at once finish, each with its own user"(storage) {
    const added = await Promise.all(
      Array.from({ length: 60 }, (_, at) =>
        storage.transaction(({ users }) => users.add({ ...ada, username: `user-${at}` }, now)),
      ),
    );
    expectSame(new Set(added.map(({ id }) => id)).size, 60, "how many there are");
  },

  async "migrating again changes nothing"(storage) {
    await storage.migrate();
    const user = await storage.users.add(ada, now);
    await storage.migrate();
    expectSame(await storage.users.find(user.id), user, "the user");
    expectSame(await storage.pendingMigrations(), [], "what is still to run");
  },

  async "a ping is answered, before the tables are used and afterwards"(storage) {
    await storage.ping();
    const user = await storage.users.add(ada, now);
    await storage.ping();
    expectSame(await storage.users.find(user.id), user, "the user");
  },
};

/** What holds for transactions that users are part of, by what it is called. */
export const userTransactionCases: Readonly<Record<string, (storage: Storage) => Promise<void>>> = {
  async "a transaction that fails leaves no change of a user"(storage) {
    const user = await storage.users.add(ada, now);
    const failing = storage.transaction(async ({ users }) => {
      await users.update(user.id, { fullName: "changed" }, later);
      await users.update(user.id, { fullName: "changed twice" }, later);
      throw new RangeError("on purpose");
    });
    await expectRejection(failing, RangeError);
    expectSame(await storage.users.find(user.id), user, "the user");
  },

  async "nobody sees what is not committed"(storage) {
    let seen: Promise<unknown> | undefined;
    const failing = storage.transaction(async ({ users }) => {
      await users.add(ada, now);
      seen = storage.users.findByUsername("ada");
      await new Promise((resolve) => setTimeout(resolve, 5));
      throw new RangeError("on purpose");
    });
    await expectRejection(failing, RangeError);
    expectSame(await seen, undefined, "what was seen");
  },
};

function incremented(storage: Storage, id: UserId): Promise<void> {
  return storage.transaction(async ({ lock, users }) => {
    await lock("counter");
    const user = await users.find(id);
    await new Promise((resolve) => setTimeout(resolve, 1));
    await users.update(id, { fullName: String(Number(user?.fullName) + 1) }, now);
  });
}
