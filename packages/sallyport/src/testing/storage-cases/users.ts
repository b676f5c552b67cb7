import { Conflict, type Storage } from "../../index.ts";
import { expectRejection, expectSame, expectTrue } from "../expect.ts";
import { ada, ben, later, now, sessionOf } from "./samples.ts";

/** What holds for users, by what it is called. */
export const userCases: Readonly<Record<string, (storage: Storage) => Promise<void>>> = {
  async "a user comes back as they were added, with the rest filled in"({ users }) {
    const added = await users.add(ada, now);
    const expected = {
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
    };
    expectSame(added, expected, "what add gives");
    const found = await users.find(added.id);
    expectSame(found, expected, "what find gives");
    expectTrue(found?.createdAt instanceof Date, "times are dates");
  },

  async "every field of a user can change, and no other user's does"({ users }) {
    const [user, other] = [await users.add(ada, now), await users.add(ben, now)];
    const changes = {
      username: "ada2",
      email: "Ada@Example.NET",
      emailVerified: true,
      firstName: "Ada",
      lastName: "O'Hara; -- ? $1 \\",
      fullName: "Ada 🦆",
      isActive: false,
      isAdmin: true,
      creator: "else",
      lastLoginAt: later,
    };
    await users.update(user.id, changes, later);
    const expected = { ...user, ...changes, updatedAt: later };
    expectSame(await users.find(user.id), expected, "the changed user");
    expectSame(await users.find(other.id), other, "the other user");
    await users.update(user.id, { email: null }, later);
    expectSame((await users.find(user.id))?.email, null, "an address that was taken away");
    expectSame(await users.findByEmail("ada@example.net"), [], "whoever has that address");
  },

  ...Object.fromEntries(
    ["ada", "ADA", "Ada", "ａｄａ"].map((taken) => [
      `the username "${taken}" is taken once "ada" is`,
      async ({ users }: Storage) => {
        const first = await users.add(ada, now);
        await expectRejection(users.add({ ...ada, username: taken }, now), Conflict);
        expectSame((await users.findByUsername(taken))?.id, first.id, "whose it is");
        const other = await users.add(ben, now);
        await expectRejection(users.update(other.id, { username: taken }, now), Conflict);
        expectSame((await users.find(other.id))?.username, "ben", "the loser's name");
      },
    ]),
  ),

  async "usernames that differ in an accent or a space are two"({ users }) {
    for (const username of ["ada", "ada ", " ada", "adá", "ad-a"]) {
      await users.add({ ...ada, username }, now);
      expectSame((await users.findByUsername(username))?.username, username, "whose it is");
    }
  },

  async "a username can change its capitals"({ users }) {
    const { id } = await users.add(ada, now);
    await users.update(id, { username: "ADA" }, now);
    expectSame((await users.find(id))?.username, "ADA", "the username");
  },

  async "an address may be several people's, however it is capitalised"({ users }) {
    const people = [
      await users.add({ ...ada, email: "Ada@example.net" }, now),
      await users.add({ ...ben, email: "ada@EXAMPLE.net" }, now),
    ];
    expectSame(await users.findByEmail("ADA@example.NET"), people, "whoever has it");
    for (const email of ["ada@example.org", "", "ada@example.net "]) {
      expectSame(await users.findByEmail(email), [], `whoever has "${email}"`);
    }
  },

  async "a user who goes takes accounts and sessions along"({ users, associations, sessions }) {
    const [user, other] = [await users.add(ada, now), await users.add(ben, now)];
    const account = await associations.add({ userId: user.id, provider: "e", uid: "1" }, now);
    const kept = await associations.add({ userId: other.id, provider: "e", uid: "2" }, now);
    await sessions.add(sessionOf(user));
    await users.remove(user.id);
    expectSame(await users.find(user.id), undefined, "the user");
    expectSame(await associations.get(account.id), undefined, "the account");
    expectSame(await sessions.find("hash"), undefined, "the session");
    expectSame(await associations.get(kept.id), kept, "the other's account");
  },

  async "an id that was somebody's is never somebody else's"({ users }) {
    const { id } = await users.add(ada, now);
    await users.remove(id);
    expectTrue((await users.add(ada, now)).id !== id, "the new user has the old one's id");
  },

  async "what is not there changes nothing"({ users, associations, sessions }) {
    const { id } = await users.add(ada, now);
    await users.remove(id);
    await users.update(id, { fullName: "nobody" }, now);
    await users.remove(id);
    await associations.setExtraData(99, {}, now);
    await sessions.seen("nothing", now);
    expectSame(await sessions.remove("nothing"), false, "whether a session went");
    expectSame(await users.find(id), undefined, "a user");
    expectSame(await sessions.find("nothing"), undefined, "a session");
    expectSame(await sessions.ofUser(id), [], "nobody's sessions");
  },
};
