import type { Storage } from "../../index.ts";
import { expectSame } from "../expect.ts";
import { ada, later, now, sessionOf } from "./samples.ts";

/** What holds for logins that wait, leases, counts, and accounts that go, by what it is called. */
export const waitingCases: Readonly<Record<string, (storage: Storage) => Promise<void>>> = {
  async "a paused login is kept, replaced, and taken away once"({ paused }) {
    const record = { idHash: "hash", data: `v1.${"é".repeat(100_000)}`, expiresAt: now };
    await paused.add(record);
    expectSame(await paused.find("hash"), record, "what was kept");
    const next = { ...record, data: "v1.next", expiresAt: later };
    expectSame(await paused.replace(next), true, "whether it was replaced");
    expectSame(await paused.replace(next), true, "whether it was replaced by the same");
    expectSame(await paused.find("hash"), next, "what it was replaced by");
    const taken = await Promise.all(Array.from({ length: 8 }, () => paused.remove("hash")));
    expectSame(taken.filter(Boolean).length, 1, "how many took it away");
    expectSame(await paused.find("hash"), undefined, "what is left");
    expectSame(await paused.replace(next), false, "whether what is gone was replaced");
  },

  async "one of many callers leases an account, until what came is kept"({ users, associations }) {
    const user = await users.add(ada, now);
    const { id } = await associations.add({ userId: user.id, provider: "e", uid: "1" }, now);
    const lease = () => associations.lease(id, later, now);
    const all = await Promise.all(Array.from({ length: 8 }, lease));
    expectSame(all.filter(Boolean).length, 1, "how many hold it");
    expectSame(await associations.lease(id, later, later), true, "whether it ends by itself");
    expectSame(await lease(), false, "whether it can be held twice");
    await associations.release(id, now);
    expectSame(await lease(), false, "whether somebody else's lease can be ended");
    await associations.release(id, later);
    expectSame(await lease(), true, "whether it can be given back");
    await associations.setExtraData(id, {}, now);
    expectSame(await lease(), true, "whether keeping what came ends it");
    expectSame(
      await associations.lease(id + 99, later, now),
      false,
      "whether nothing can be leased",
    );
  },

  async "of 50 who count at once each gets a number of its own"({ limits }) {
    const count = (key: string) => limits.count(key, later, now);
    const numbers = await Promise.all(Array.from({ length: 50 }, () => count("one")));
    const sorted = numbers.toSorted((one, other) => one - other);
    expectSame(
      sorted,
      Array.from({ length: 50 }, (_, at) => at + 1),
      "the numbers",
    );
    expectSame(await count("another"), 1, "another key's first");
    expectSame(await count("one"), 51, "what comes next");
  },

  async "an account goes once, and its sessions with it"(storage) {
    const { users, associations, sessions } = storage;
    const user = await users.add(ada, now);
    const { id } = await associations.add({ userId: user.id, provider: "e", uid: "1" }, now);
    const another = await associations.add({ userId: user.id, provider: "e", uid: "2" }, now);
    await sessions.add({ ...sessionOf(user, "from it"), associationId: id });
    await sessions.add({ ...sessionOf(user, "from another"), associationId: another.id });
    await sessions.add(sessionOf(user, "from nobody knows where"));
    expectSame((await sessions.find("from it"))?.associationId, id, "where the session came from");
    await sessions.removeAllOfAssociation(id);
    expectSame(await sessions.find("from it"), undefined, "the session that came from it");
    for (const idHash of ["from another", "from nobody knows where"]) {
      expectSame((await sessions.find(idHash))?.idHash, idHash, "another session");
    }
    expectSame(await associations.remove(id), true, "whether it was there");
    expectSame(await associations.remove(id), false, "whether it was there still");
    expectSame(await associations.get(id), undefined, "what is left");
    // A login with the account that commits behind its back.
    await sessions.add({ ...sessionOf(user, "late"), associationId: id });
    expectSame(await sessions.find("late"), undefined, "a session without its account");
    const left = (await sessions.ofUser(user.id)).map(({ idHash }) => idHash).sort();
    expectSame(left, ["from another", "from nobody knows where"], "the sessions that are left");
  },
};
