import { Conflict, type Storage, type UserId } from "../index.ts";
import type { ContractCase } from "./contract.ts";
import { expectRejection, expectSame, expectTrue } from "./expect.ts";
import { ada, ben, later, now, sessionOf } from "./storage-cases/samples.ts";
import type { OpenedStorage } from "./storage-contract.ts";

const people = {
  ada: { ...ada, email: "ada@example.net", emailVerified: true, fullName: "Ada Lovelace" },
  ben: { ...ben, email: "ben@example.net", emailVerified: true, fullName: "Ben" },
};

/** What must hold for an application's own users, by what it is called. */
const cases: Readonly<Record<string, (storage: Storage) => Promise<void>>> = {
  async "a user is found as they were added"({ users }) {
    const one = await users.add(people.ada, now);
    const other = await users.add(people.ben, now);
    expectSame(await users.find(one.id), one, "the one");
    expectSame(await users.find(other.id), other, "the other");
    expectTrue(one.isActive && !one.isAdmin, "a new user is active, and no administrator");
  },

  async "an address finds whoever has it, however it is capitalised"({ users }) {
    const user = await users.add({ ...people.ada, email: "Ada@Example.net" }, now);
    await users.add(people.ben, now);
    // A table without addresses finds nobody by one.
    const found = user.email === null ? [] : [user];
    expectSame(await users.findByEmail("ada@EXAMPLE.net"), found, "whoever has it");
    expectSame(await users.findByEmail("ada@example.org"), [], "whoever has another");
  },

  async "a username that can be found is taken"({ users }) {
    const { id } = await users.add(people.ada, now);
    const owner = await users.findByUsername("ADA");
    if (!owner) return;
    expectSame(owner.id, id, "whose it is");
    await expectRejection(users.add({ ...people.ben, username: "ada" }, now), Conflict);
  },

  async "a change changes the one user, and what it does not say stays"({ users }) {
    const one = await users.add(people.ada, now);
    const other = await users.add(people.ben, now);
    await users.update(one.id, { lastLoginAt: later }, later);
    const { fullName, email, username } = (await users.find(one.id)) ?? other;
    expectSame([fullName, email, username], [one.fullName, one.email, one.username], "the rest");
    await users.update(one.id, { fullName: "Ada King", emailVerified: false }, later);
    expectTrue((await users.find(one.id))?.emailVerified !== true, "a withdrawn address");
    expectSame(await users.find(other.id), other, "the other user");
  },

  async "who goes takes accounts and sessions along"({ users, associations, sessions }) {
    const one = await users.add(people.ada, now);
    const other = await users.add(people.ben, now);
    await associations.add({ userId: one.id, provider: "example", uid: "1" }, now);
    await sessions.add(sessionOf(one));
    await users.remove(one.id);
    expectSame(await users.find(one.id), undefined, "the user");
    expectSame(await associations.find("example", "1"), undefined, "the account");
    expectSame(await sessions.find("hash"), undefined, "the session");
    expectSame(await users.find(other.id), other, "the other user");
    await users.remove(one.id);
    await users.update(one.id, { fullName: "nobody" }, now);
    expectSame(await users.find(one.id), undefined, "who was gone already");
  },

  async "a transaction that fails leaves nobody"(storage) {
    let made: UserId | undefined;
    const failing = storage.transaction(async ({ users }) => {
      made = (await users.add(people.ada, now)).id;
      throw new RangeError("on purpose");
    });
    await expectRejection(failing, RangeError);
    expectTrue(made !== undefined, "the user was made");
    expectSame(await storage.users.find(made), undefined, "who is left");
  },

  async "an id is never somebody else's"({ users }) {
    const { id } = await users.add(people.ada, now);
    await users.remove(id);
    expectTrue((await users.add(people.ben, now)).id !== id, "the new user has the old one's id");
  },
};

/**
 * Whether a store of an application's own users is right, whatever its table has columns for.
 * Each case has an empty table of its own.
 *
 * ```ts
 * for (const { name, run } of userStoreContract(open)) test(name, run);
 * ```
 *
 * @param open makes an empty storage, with the store and its empty table.
 */
export function userStoreContract(open: () => Promise<OpenedStorage>): readonly ContractCase[] {
  return Object.entries(cases).map(([name, run]) => ({
    name,
    async run() {
      const { storage, close } = await open();
      try {
        await run(storage);
      } finally {
        await close();
      }
    },
  }));
}
