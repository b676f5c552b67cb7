import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import type { SyncOptions } from "../../src/affiliations/index.ts";
import { ada, type Exchange, net, newDatabase, startExchange } from "./exchange.ts";
import { inDays } from "./members.ts";

/** An exchange with two members, both of which Ada has signed in for. */
async function withAda(t: TestContext, options: SyncOptions = {}) {
  const exchange = await startExchange(t, options);
  await exchange.member(64496, "Alpha");
  await exchange.member(64497, "Bravo");
  const first = await exchange.signIn(ada([net(64496), net(64497)]));
  assert.equal(first.refused, undefined);
  assert.deepEqual(await exchange.links(), ["Alpha:1", "Bravo:1"]);
  return { exchange, first, userId: await exchange.userId() };
}

/** Does something that must leave everything as it was. */
async function unchanged<T>(exchange: Exchange, work: () => Promise<T>): Promise<T> {
  const before = await exchange.everything();
  const result = await work();
  assert.deepEqual(await exchange.everything(), before);
  return result;
}

describe("a person whom we do not know", () => {
  test("gets exactly the networks that are members here", async (t) => {
    const exchange = await startExchange(t);
    await exchange.member(64496, "Alpha");
    await exchange.member(64497, "Bravo");
    await exchange.member(64498, "Charlie");

    const attempt = await exchange.signIn(ada([net(64498), net(64496), net(64510)]));

    assert.equal(await exchange.username(attempt), "Ada");
    assert.deepEqual(await exchange.links(), ["Alpha:1", "Charlie:1"]);
    const [user] = await exchange.sql.all("select * from users", []);
    assert.equal(user?.creator, "OAuth-PeeringDB");
  });

  const refusals: readonly (readonly [title: string, networks: unknown, code: string])[] = [
    ["with no network", [], "affiliations_none"],
    ["with networks that are no members here", [net(64510)], "affiliations_no_match"],
    ["without a word about networks", undefined, "affiliations_unknown"],
    ["with null for networks", null, "affiliations_unknown"],
    ["with something that is no list of networks", { asn: 64496 }, "affiliations_unknown"],
    ["with no usable ASN", [net(0), net("x"), {}], "affiliations_unknown"],
  ];
  for (const [title, networks, code] of refusals) {
    test(`${title} is refused and leaves nothing behind`, async (t) => {
      const exchange = await startExchange(t);
      await exchange.member(64496, "Alpha");
      const { refused } = await unchanged(exchange, () => exchange.signIn(ada(networks)));
      assert.equal(refused, code);
    });
  }

  const notEligible = {
    suspended: { status: "suspended" },
    "that has left": { left_at: inDays(-1) },
    "that opted out": { peeringdb_oauth: false },
    "of type associate": { type: "associate" },
    "of type internal": { type: "internal" },
  } as const;
  for (const [title, columns] of Object.entries(notEligible)) {
    test(`is not let into a member ${title}`, async (t) => {
      const exchange = await startExchange(t);
      await exchange.member(64496, "Alpha", columns);
      const alone = await unchanged(exchange, () => exchange.signIn(ada([net(64496)])));
      assert.equal(alone.refused, "affiliations_no_match");

      await exchange.member(64497, "Bravo");
      const both = await exchange.signIn(ada([net(64496), net(64497)]));
      assert.equal(both.refused, undefined);
      assert.deepEqual(await exchange.links(), ["Bravo:1"]);
    });
  }

  const eligible = {
    "that is not connected": { status: "not_connected" },
    "of type pro bono": { type: "probono" },
    "that leaves tomorrow": { left_at: inDays(1) },
  } as const;
  for (const [title, columns] of Object.entries(eligible)) {
    test(`is let into a member ${title}`, async (t) => {
      const exchange = await startExchange(t);
      await exchange.member(64496, "Alpha", columns);
      assert.equal((await exchange.signIn(ada([net(64496)]))).refused, undefined);
      assert.deepEqual(await exchange.links(), ["Alpha:1"]);
    });
  }

  test("is linked to both members that share an ASN, and is so again", async (t) => {
    const exchange = await startExchange(t);
    await exchange.member(64496, "Alpha");
    await exchange.member(64496, "Alpha Labs");
    await exchange.member(64496, "Alpha Old", { left_at: inDays(-1) });
    for (const _ of [1, 2]) {
      await exchange.signIn(ada([net(64496)]));
      assert.deepEqual(await exchange.links(), ["Alpha:1", "Alpha Labs:1"]);
    }
  });

  test("survives the provider's sloppiness", async (t) => {
    const exchange = await startExchange(t);
    await exchange.member(64496, "Alpha");
    await exchange.member(64497, "Bravo");
    const networks = [net(64496), net("64497"), net(64496), { name: "no ASN" }, null, "AS64498"];
    assert.equal((await exchange.signIn(ada(networks))).refused, undefined);
    assert.deepEqual(await exchange.links(), ["Alpha:1", "Bravo:1"]);
  });
});

describe("a leaver", () => {
  test("with no network left is refused, and their links, user and sessions are gone", async (t) => {
    const { exchange, first } = await withAda(t);
    const { refused } = await exchange.signIn(ada([]));
    assert.equal(refused, "affiliations_none");
    assert.deepEqual(await exchange.links(), []);
    assert.deepEqual(await exchange.users(), []);
    assert.equal(await exchange.username(first), undefined);
    assert.deepEqual(await exchange.sql.all("select * from sessions", []), []);
    assert.deepEqual(await exchange.sql.all("select * from social_auth", []), []);
  });

  test("whose networks are no members here is refused just so", async (t) => {
    const { exchange, first } = await withAda(t);
    const { refused } = await exchange.signIn(ada([net(64510)]));
    assert.equal(refused, "affiliations_no_match");
    assert.deepEqual([await exchange.links(), await exchange.users()], [[], []]);
    assert.equal(await exchange.username(first), undefined);
  });

  test("who signs in weakly loses their links all the same", async (t) => {
    const { exchange } = await withAda(t, { mfa: "all" });
    const { refused } = await exchange.signIn(ada([], { amr: ["pwd"] }));
    assert.equal(refused, "affiliations_none");
    assert.deepEqual(await exchange.users(), []);
  });

  test("with a link made by hand is refused and keeps it, and the user", async (t) => {
    const { exchange, userId } = await withAda(t);
    await exchange.linkByHand(await exchange.member(64499, "Delta"));
    const { refused } = await exchange.signIn(ada([]));
    assert.equal(refused, "affiliations_none");
    assert.deepEqual(await exchange.links(), ["Delta:1 by user"]);
    assert.equal(await exchange.userId(), userId);
  });

  test("of one network keeps the other", async (t) => {
    const { exchange, first } = await withAda(t);
    assert.equal((await exchange.signIn(ada([net(64497)]))).refused, undefined);
    assert.deepEqual(await exchange.links(), ["Bravo:1"]);
    assert.equal(await exchange.username(first), "Ada");
  });

  test("who comes back later is a new user", async (t) => {
    const { exchange, userId } = await withAda(t);
    await exchange.signIn(ada([]));
    assert.equal((await exchange.signIn(ada([net(64496)]))).refused, undefined);
    assert.deepEqual(await exchange.links(), ["Alpha:1"]);
    assert.notEqual(await exchange.userId(), userId);
  });

  for (const networks of [undefined, null, {}, "64496", [net(0)]]) {
    const said = networks === undefined ? "nothing" : JSON.stringify(networks);
    test(`is nobody of whom PeeringDB says ${said}: refused, nothing changed`, async (t) => {
      const { exchange } = await withAda(t);
      const { refused } = await unchanged(exchange, () => exchange.signIn(ada(networks)));
      assert.equal(refused, "affiliations_unknown");
    });
  }
});

describe("an opt-out of a member already linked", () => {
  const orders = [
    [64497, 64496, 64498],
    [64496, 64497, 64498],
    [64496, 64498, 64497],
  ];
  for (const order of orders) {
    test(`is honoured with the networks in the order ${order.join(", ")}`, async (t) => {
      const { exchange } = await withAda(t);
      await exchange.member(64498, "Charlie");
      await exchange.change("Bravo", { peeringdb_oauth: false });
      const { refused } = await exchange.signIn(ada(order.map((asn) => net(asn))));
      assert.equal(refused, undefined);
      assert.deepEqual(await exchange.links(), ["Alpha:1", "Charlie:1"]);
    });
  }

  test("leaves a link made by hand alone", async (t) => {
    const { exchange } = await withAda(t);
    await exchange.linkByHand(await exchange.member(64498, "Charlie", { peeringdb_oauth: false }));
    await exchange.signIn(ada([net(64498), net(64496)]));
    assert.deepEqual(await exchange.links(), ["Alpha:1", "Charlie:1 by user"]);
  });
});

describe("a linked member that changed", () => {
  test("stays while it is suspended, and lets in again when it is not", async (t) => {
    const { exchange } = await withAda(t);
    const profile = ada([net(64496)]);
    await exchange.change("Alpha", { status: "suspended" });
    assert.equal((await exchange.signIn(profile)).refused, "affiliations_no_active");
    assert.deepEqual(await exchange.links(), ["Alpha:1"]);
    assert.deepEqual(await exchange.users(), ["Ada"]);

    await exchange.change("Alpha", { status: "normal" });
    assert.equal((await exchange.signIn(profile)).refused, undefined);
  });

  test("does not keep anybody out who has another one, active", async (t) => {
    const { exchange } = await withAda(t);
    await exchange.change("Alpha", { status: "suspended" });
    assert.equal((await exchange.signIn()).refused, undefined);
    assert.deepEqual(await exchange.links(), ["Alpha:1", "Bravo:1"]);
  });

  const goes = {
    "has left": { left_at: inDays(-1) },
    "became an associate": { type: "associate" },
    "became internal": { type: "internal" },
  } as const;
  for (const [title, columns] of Object.entries(goes)) {
    test(`goes when it ${title}`, async (t) => {
      const { exchange } = await withAda(t);
      await exchange.change("Alpha", columns);
      assert.equal((await exchange.signIn()).refused, undefined);
      assert.deepEqual(await exchange.links(), ["Bravo:1"]);

      await exchange.change("Bravo", columns);
      assert.equal((await exchange.signIn()).refused, "affiliations_no_match");
      assert.deepEqual([await exchange.links(), await exchange.users()], [[], []]);
    });
  }

  test("stays until the date on which it leaves", async (t) => {
    const { exchange } = await withAda(t);
    await exchange.change("Alpha", { left_at: inDays(1) });
    await exchange.signIn();
    assert.deepEqual(await exchange.links(), ["Alpha:1", "Bravo:1"]);

    exchange.clock.now = inDays(1);
    await exchange.signIn();
    assert.deepEqual(await exchange.links(), ["Bravo:1"]);
  });

  test("keeps a link made by hand, which lets in as long as it is active", async (t) => {
    const { exchange } = await withAda(t);
    const delta = await exchange.member(64499, "Delta", { type: "associate" });
    await exchange.linkByHand(delta);
    await exchange.change("Alpha", { peeringdb_oauth: false });
    assert.equal((await exchange.signIn(ada([net(64496)]))).refused, undefined);
    assert.deepEqual(await exchange.links(), ["Delta:1 by user"]);

    await exchange.change("Delta", { left_at: inDays(-1) });
    assert.equal((await exchange.signIn()).refused, "affiliations_no_active");
    assert.deepEqual(await exchange.links(), ["Delta:1 by user"]);
  });
});

describe("before anything is changed", () => {
  test("a disabled user is refused", async (t) => {
    const { exchange } = await withAda(t);
    await exchange.changeUser({ isActive: false });
    for (const networks of [[net(64496)], [], undefined]) {
      const profile = ada(networks, { name: "Ada King", email: "king@example.net" });
      const { refused } = await unchanged(exchange, () => exchange.signIn(profile));
      assert.equal(refused, "user_inactive");
    }
  });

  const unverified: Readonly<Record<string, object>> = {
    "whose e-mail address became unverified": { verified_email: false },
    "who is not verified": { verified_user: false },
    "of whose address nothing is said": { verified_email: undefined },
    "whose verification is only as good as true": { verified_user: 1 },
    "who closed the account": { verified_user: false, email: null, name: " ", networks: [] },
  };
  for (const [title, fields] of Object.entries(unverified)) {
    test(`somebody ${title} is refused`, async (t) => {
      const { exchange } = await withAda(t);
      const profile = ada([net(64496)], fields);
      const { refused } = await unchanged(exchange, () => exchange.signIn(profile));
      assert.equal(refused, "account_unverified");
    });
  }

  test("verification is asked for first, then whether the user is enabled", async (t) => {
    const { exchange } = await withAda(t);
    await exchange.changeUser({ isActive: false });
    const unverifiedToo = ada([], { verified_email: false });
    assert.equal((await exchange.signIn(unverifiedToo)).refused, "account_unverified");
    assert.equal((await exchange.signIn(ada([]))).refused, "user_inactive");
    assert.deepEqual(await exchange.links(), ["Alpha:1", "Bravo:1"]);
  });
});

describe("an administrator", () => {
  test("keeps account and access, while their links follow the rules", async (t) => {
    const { exchange } = await withAda(t);
    await exchange.changeUser({ isAdmin: true });
    const keptLinks = [
      [[net(64497)], ["Bravo:1"]],
      [undefined, ["Bravo:1"]],
      [null, ["Bravo:1"]],
      [[net(64510)], []],
      [[], []],
      [[net(64496)], ["Alpha:1"]],
    ] as const;
    for (const [networks, links] of keptLinks) {
      const attempt = await exchange.signIn(ada(networks));
      assert.equal(await exchange.username(attempt), "Ada");
      assert.deepEqual(await exchange.links(), links);
    }
  });

  test("gets in while every member of theirs is suspended", async (t) => {
    const { exchange } = await withAda(t);
    await exchange.changeUser({ isAdmin: true });
    for (const name of ["Alpha", "Bravo"]) await exchange.change(name, { status: "suspended" });
    assert.equal((await exchange.signIn()).refused, undefined);
    assert.deepEqual(await exchange.links(), ["Alpha:1", "Bravo:1"]);
  });

  test("is not made by a login, whatever the perms", async (t) => {
    const exchange = await startExchange(t, { privs: "perms" });
    await exchange.member(64496, "Alpha");
    await exchange.signIn(ada([net(64496, { perms: 15, manage_peering_sessions: 15 })]));
    const [user] = await exchange.sql.all("select is_admin from users", []);
    assert.ok(user && !user.is_admin);
  });

  test("who is disabled is refused", async (t) => {
    const { exchange } = await withAda(t);
    await exchange.changeUser({ isAdmin: true, isActive: false });
    const { refused } = await unchanged(exchange, () => exchange.signIn());
    assert.equal(refused, "user_inactive");
  });
});

describe("privileges", () => {
  for (const privs of [1, 2] as const) {
    test(`new links get ${privs}, and existing ones keep theirs`, async (t) => {
      const exchange = await startExchange(t, { privs });
      await exchange.member(64496, "Alpha");
      await exchange.member(64497, "Bravo");
      await exchange.signIn(ada([net(64496, { perms: 15 }), net(64497)]));
      assert.deepEqual(await exchange.links(), [`Alpha:${privs}`, `Bravo:${privs}`]);

      const other = 3 - privs;
      await exchange.sql.run("update affiliations set privs = ?", [other]);
      await exchange.signIn();
      assert.deepEqual(await exchange.links(), [`Alpha:${other}`, `Bravo:${other}`]);
    });
  }

  test("with perms, those with a write bit administer, and the others read", async (t) => {
    const exchange = await startExchange(t, { privs: "perms" });
    const perms = [0, 1, 2, 3, 4, 8, 15];
    const networks = perms.map((value) => net(64496 + value, { perms: value }));
    for (const value of perms) await exchange.member(64496 + value, `perms ${value}`);
    await exchange.signIn(ada(networks));
    assert.deepEqual(await exchange.links(), [
      "perms 0:1",
      "perms 1:1",
      "perms 15:2",
      "perms 2:2",
      "perms 3:2",
      "perms 4:2",
      "perms 8:2",
    ]);
  });

  test("with perms, PeeringDB's links follow, up and down, and those made by hand do not", async (t) => {
    const exchange = await startExchange(t, { privs: "perms" });
    await exchange.member(64496, "Alpha");
    const bravo = await exchange.member(64497, "Bravo");
    const steps = [
      [1, "Alpha:1"],
      [15, "Alpha:2"],
      [1, "Alpha:1"],
    ] as const;
    for (const [perms, expected] of steps) {
      await exchange.signIn(ada([net(64496, { perms })]));
      assert.deepEqual(await exchange.links(), [expected]);
    }
    await exchange.linkByHand(bravo, 1);
    await exchange.signIn(ada([net(64496), net(64497, { perms: 15 })]));
    assert.deepEqual(await exchange.links(), ["Alpha:1", "Bravo:1 by user"]);
  });

  test("the bit masks are kept with the link, and brought up to date", async (t) => {
    const exchange = await startExchange(t);
    await exchange.member(64496, "Alpha");
    const masks = "select perms, manage_peering_sessions from affiliations";
    for (const [perms, sessions] of [
      [1, 3],
      [15, 15],
    ]) {
      await exchange.signIn(ada([net(64496, { perms, manage_peering_sessions: sessions })]));
      assert.deepEqual(await exchange.sql.all(masks, []), [
        { perms, manage_peering_sessions: sessions },
      ]);
    }
  });

  test("somebody made an admin by hand of a link that PeeringDB gave stays one", async (t) => {
    const { exchange } = await withAda(t);
    await exchange.sql.run("update affiliations set privs = 2 where privs = 1", []);
    await exchange.signIn();
    assert.deepEqual(await exchange.links(), ["Alpha:2", "Bravo:2"]);
  });
});

describe("the demand for a strong login", () => {
  const logins: readonly (readonly [amr: readonly string[] | undefined, strong: boolean])[] = [
    [["pwd"], false],
    [["pwd", "otp", "mfa"], true],
    [["pwd", "mfa", "otp"], true],
    [["pwd", "swk", "mfa"], true],
    [["pwd", "mfa", "swk"], true],
    [["swk"], true],
    [["swk", "otp", "mfa"], true],
    [["mfa", "swk", "otp"], true],
    [["swk", "swk", "mfa"], true],
    [["pwd", "swk"], false],
    [[], false],
    [undefined, false],
  ];
  const policies: readonly (readonly [SyncOptions, administers: boolean])[] = [
    [{ mfa: "none", privs: 2 }, false],
    [{ mfa: "admin", privs: 1 }, false],
    [{ mfa: "admin", privs: 2 }, true],
    [{ mfa: "all", privs: 1 }, true],
  ];
  for (const [options, demanded] of policies) {
    const { mfa, privs } = options;
    test(`mfa "${mfa}" with privileges ${privs} ${demanded ? "demands it" : "does not"}`, async (t) => {
      const exchange = await startExchange(t, options);
      await exchange.member(64496, "Alpha");
      for (const [amr, strong] of logins) {
        const attempt = () => exchange.signIn(ada([net(64496)], { amr }));
        if (strong || !demanded) assert.equal((await attempt()).refused, undefined, `${amr}`);
        else assert.equal((await unchanged(exchange, attempt)).refused, "mfa_required", `${amr}`);
      }
    });
  }

  test("falls on whoever perms make an administrator, from that login on", async (t) => {
    const exchange = await startExchange(t, { mfa: "admin", privs: "perms" });
    await exchange.member(64496, "Alpha");
    const weak = (perms: number) => ada([net(64496, { perms })], { amr: ["pwd"] });
    assert.equal((await exchange.signIn(weak(1))).refused, undefined);
    const { refused } = await unchanged(exchange, () => exchange.signIn(weak(15)));
    assert.equal(refused, "mfa_required");
  });

  test("falls on administrators of the portal and of a link made by hand, too", async (t) => {
    const { exchange } = await withAda(t, { mfa: "admin" });
    const weak = ada([net(64496)], { amr: ["pwd"] });
    assert.equal((await exchange.signIn(weak)).refused, undefined);
    await exchange.changeUser({ isAdmin: true });
    assert.equal((await exchange.signIn(weak)).refused, "mfa_required");
    assert.equal((await exchange.signIn(ada(null, { amr: ["pwd"] }))).refused, "mfa_required");
    await exchange.changeUser({ isAdmin: false });
    await exchange.linkByHand(await exchange.member(64499, "Delta"), 2);
    assert.equal((await exchange.signIn(weak)).refused, "mfa_required");
  });

  test("spares nobody who has left: what they lost is taken away all the same", async (t) => {
    const { exchange } = await withAda(t, { mfa: "all" });
    const weak = ada([net(64496), net(64498)], { amr: ["pwd"] });
    await exchange.member(64498, "Charlie");
    assert.equal((await exchange.signIn(weak)).refused, "mfa_required");
    assert.deepEqual(await exchange.links(), ["Alpha:1"]);
  });

  test("is judged by what the session keeps, with its time", async (t) => {
    const { exchange, first } = await withAda(t);
    const session = await exchange.auth.session({
      headers: { cookie: first.browser.cookieHeader() },
    });
    assert.deepEqual(session?.amr, ["pwd", "otp", "mfa"]);
    assert.deepEqual(session?.authenticatedAt, exchange.clock.now);
  });
});

test("name and e-mail address are overwritten at each login, and the username stays", async (t) => {
  const { exchange, userId } = await withAda(t);
  const married = { given_name: "Augusta", family_name: "King", name: "Augusta King" };
  await exchange.signIn(ada([net(64496)], { ...married, email: "king@example.net" }));
  const user = await exchange.storage.users.find(userId);
  assert.deepEqual(
    [user?.username, user?.fullName, user?.firstName, user?.lastName, user?.email],
    ["Ada", "Augusta King", "Augusta", "King", "king@example.net"],
  );
  assert.equal(user?.emailVerified, true);
});

test("another login that finds nothing to do changes no link and logs nothing", async (t) => {
  const { exchange, userId } = await withAda(t);
  const links = () => exchange.sql.all("select * from affiliations order by id", []);
  const [before, log] = [await links(), await exchange.audit(userId)];
  exchange.clock.now = inDays(1);
  assert.equal((await exchange.signIn()).refused, undefined);
  assert.deepEqual(await links(), before);
  assert.deepEqual(await exchange.audit(userId), log);
});

describe("the audit log", () => {
  test("says what was added, changed and removed, and why, by whom and when", async (t) => {
    const exchange = await startExchange(t, { privs: "perms" });
    const alpha = await exchange.member(64496, "Alpha");
    const bravo = await exchange.member(64497, "Bravo");
    await exchange.signIn(ada([net(64496), net(64497)]));
    const userId = await exchange.userId();
    exchange.clock.now = inDays(1);
    await exchange.signIn(ada([net(64497, { perms: 15 })]));

    const [line] = await exchange.audit(userId);
    assert.deepEqual(
      [line?.actor, line?.at, line?.subject],
      ["PeeringDB", inDays(0), `user:${userId}`],
    );
    const told = (await exchange.audit(userId)).map(({ action, detail }) => [action, detail]);
    const ofAlpha = { customer: alpha, asn: 64496, name: "Alpha" };
    const ofBravo = { customer: bravo, asn: 64497, name: "Bravo" };
    assert.deepEqual(told, [
      ["affiliation.added", { ...ofAlpha, privs: 1, perms: 1 }],
      ["affiliation.added", { ...ofBravo, privs: 1, perms: 1 }],
      ["affiliation.removed", { ...ofAlpha, reason: "not_affiliated" }],
      ["affiliation.privileges-changed", { ...ofBravo, from: 1, to: 2 }],
    ]);
  });

  test("stays when the user is gone", async (t) => {
    const { exchange, userId } = await withAda(t);
    await exchange.signIn(ada([]));
    assert.deepEqual(await exchange.users(), []);
    const told = (await exchange.audit(userId)).map(({ action, detail }) => [
      action,
      detail.reason,
    ]);
    assert.deepEqual(told, [
      ["affiliation.added", undefined],
      ["affiliation.added", undefined],
      ["affiliation.removed", "not_affiliated"],
      ["affiliation.removed", "not_affiliated"],
      ["user.removed", "affiliations_none"],
    ]);
  });
});

describe("eight first logins of one person at once", () => {
  const profile = ada([net(64496), net(64497)]);

  test("make one user and one set of links, and all eight are signed in", async (t) => {
    const exchange = await startExchange(t);
    await exchange.member(64496, "Alpha");
    await exchange.member(64497, "Bravo");
    const attempts = await Promise.all(Array.from({ length: 8 }, () => exchange.signIn(profile)));
    for (const attempt of attempts) assert.equal(await exchange.username(attempt), "Ada");
    assert.deepEqual(await exchange.users(), ["Ada"]);
    assert.deepEqual(await exchange.links(), ["Alpha:1", "Bravo:1"]);
    assert.equal((await exchange.audit(await exchange.userId())).length, 2);
  });

  test("do so over two processes at one database, too", async (t) => {
    const address = await newDatabase(t);
    const one = await startExchange(t, {}, { address });
    await one.member(64496, "Alpha");
    await one.member(64497, "Bravo");
    const other = await startExchange(t, {}, { address, peeringdb: one.peeringdb });
    const attempts = await Promise.all(
      Array.from({ length: 8 }, (_, at) => (at % 2 === 0 ? one : other).signIn(profile)),
    );
    for (const attempt of attempts) assert.equal(await other.username(attempt), "Ada");
    assert.deepEqual(await one.users(), ["Ada"]);
    assert.deepEqual(await one.links(), ["Alpha:1", "Bravo:1"]);
  });
});

test("unless told otherwise, links are read only and a weak login is enough", async (t) => {
  const exchange = await startExchange(t);
  await exchange.member(64496, "Alpha");
  const weak = ada([net(64496, { perms: 15 })], { amr: [] });
  assert.equal((await exchange.signIn(weak)).refused, undefined);
  assert.deepEqual(await exchange.links(), ["Alpha:1"]);
});

describe("a signed-in person who connects another PeeringDB account", () => {
  for (const [title, networks] of [
    ["without networks", []],
    ["with other networks", [net(64497)]],
  ] as const) {
    test(`${title} is refused, and nothing is changed`, async (t) => {
      const { exchange, first } = await withAda(t);
      const other = ada(networks, { id: 8 });
      const attempt = await unchanged(exchange, () => exchange.signIn(other, first.browser));
      assert.equal(attempt.refused, "affiliations_other_account");
    });
  }
});
