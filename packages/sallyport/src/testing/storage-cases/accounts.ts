import { Conflict, type Storage, type User } from "../../index.ts";
import { expectRejection, expectSame, expectTrue } from "../expect.ts";
import { ada, ben, later, now, sessionOf } from "./samples.ts";

/** What holds for accounts, sessions and what was used, by what it is called. */
export const accountCases: Readonly<Record<string, (storage: Storage) => Promise<void>>> = {
  async "an account belongs to one user, once"({ users, associations }) {
    const [one, other] = [await users.add(ada, now), await users.add(ben, now)];
    const account = { userId: one.id, provider: "example", uid: "1" };
    const added = await associations.add(account, now);
    expectSame(await associations.find("example", "1"), added, "what find gives");
    expectSame(await associations.get(added.id), added, "what get gives");
    await expectRejection(associations.add(account, now), Conflict);
    await expectRejection(associations.add({ ...account, userId: other.id }, now), Conflict);
    expectSame(await associations.ofUser(one.id), [added], "the owner's accounts");
    expectSame(await associations.ofUser(other.id), [], "the other's accounts");
  },

  async "an account and a session say which tenant's they are"({ users, associations, sessions }) {
    const user = await users.add(ada, now);
    const account = { userId: user.id, provider: "example", uid: "acme:1", tenant: "acme" };
    const { id } = await associations.add(account, now);
    await associations.setExtraData(id, { login: "ada" }, later);
    const found = await associations.find("example", "acme:1");
    expectSame(found?.tenant, "acme", "the account's tenant");
    expectSame((await associations.get(id))?.tenant, "acme", "what get gives");
    const tenants = (await associations.ofUser(user.id)).map(({ tenant }) => tenant);
    expectSame(tenants, ["acme"], "what ofUser gives");
    const plain = await associations.add({ userId: user.id, provider: "example", uid: "1" }, now);
    expectSame(plain.tenant, null, "the tenant of an account that names none");
    await sessions.add({ ...sessionOf(user), tenant: "acme" });
    expectSame((await sessions.find("hash"))?.tenant, "acme", "the session's tenant");
  },

  async "provider and uid compare byte by byte"({ users, associations }) {
    const user = await users.add(ada, now);
    const keys = [
      ["example", "Ada"],
      ["example", "ada"],
      ["Example", "ada"],
      ["example ", "ada"],
      ["example", "ada "],
      ["example", "ada\t"],
      ["example", "\u00e9"],
      ["example", "e\u0301"],
      ["example", "e"],
      ["example", "ß"],
      ["example", "ss"],
      ["example", "1"],
      ["example", "01"],
      ["example", "1.0"],
      ["example", "ａｄａ"],
      ["example", "🦆"],
      ["example", "🦢"],
      ["example", "x".repeat(255)],
      ["example", "é".repeat(255)],
    ] as const;
    for (const [provider, uid] of keys) {
      expectSame(await associations.find(provider, uid), undefined, `"${uid}" before`);
      await associations.add({ userId: user.id, provider, uid }, now);
    }
    expectSame((await associations.ofUser(user.id)).length, keys.length, "how many there are");
    for (const [provider, uid] of keys) {
      const { provider: itsProvider, uid: itsUid } = (await associations.find(provider, uid)) ?? {};
      expectSame([itsProvider, itsUid], [provider, uid], "what was found");
    }
  },

  async "extra data is any JSON, and replaces what was there"({ users, associations }) {
    const user = await users.add(ada, now);
    const { id } = await associations.add({ userId: user.id, provider: "e", uid: "1" }, now);
    const extraData = {
      text: "é\u0000'\"\\ 🦆",
      list: [1, null, { deep: true }],
      number: 4_294_967_295,
      nothing: null,
    };
    await associations.setExtraData(id, { old: 1 }, now);
    await associations.setExtraData(id, extraData, later);
    const found = await associations.get(id);
    expectSame(found?.extraData, extraData, "the extra data");
    expectSame([found?.createdAt, found?.updatedAt], [now, later], "its times");
  },

  async "a session is kept, seen and removed"({ users, sessions }) {
    const user = await users.add(ada, now);
    const session = sessionOf(user);
    const other = { ...sessionOf(user, "other"), amr: null, userAgent: null };
    await sessions.add(session);
    await sessions.add(other);
    expectSame(await sessions.find("hash"), session, "a session");
    expectSame(await sessions.find("other"), other, "the other session");
    expectSame(await sessions.find("HASH"), undefined, "a session with another hash");
    await sessions.seen("hash", later);
    expectSame(await sessions.find("hash"), { ...session, lastSeenAt: later }, "a seen one");
    expectSame(await sessions.remove("hash"), true, "whether it was there");
    expectSame(await sessions.remove("hash"), false, "whether it was there still");
    expectSame(await sessions.find("hash"), undefined, "a removed one");
    await sessions.removeAllOfUser(user.id);
    expectSame(await sessions.find("other"), undefined, "all of a user's");
  },

  async "a user's sessions are listed, and nobody else's"({ users, sessions }) {
    const [one, other] = [await users.add(ada, now), await users.add(ben, now)];
    const own = [sessionOf(one, "a"), { ...sessionOf(one, "b"), tenant: "acme", userAgent: null }];
    for (const session of [...own, sessionOf(other, "c")]) await sessions.add(session);
    const listed = async (user: User) =>
      [...(await sessions.ofUser(user.id))].sort((a, b) => a.idHash.localeCompare(b.idHash));
    expectSame(await listed(one), own, "the sessions of one");
    await sessions.remove("a");
    expectSame(await listed(one), own.slice(1), "what is left");
    expectSame(await listed(other), [sessionOf(other, "c")], "the sessions of the other");
    await users.remove(one.id);
    expectSame(await listed(one), [], "the sessions of a user who is gone");
  },

  async "of fifty parallel uses of one key exactly one is the first"({ used }) {
    const uses = Array.from({ length: 50 }, () => used.add("state 1", later, now));
    expectSame((await Promise.all(uses)).filter(Boolean).length, 1, "how many were first");
    expectTrue(!(await used.add("state 1", later, now)), "a used key was new");
    expectTrue(await used.add("State 1", later, now), "a new key was used");
  },
};
