import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  type Affiliation,
  type Customer,
  customerStatuses,
  customerTypes,
  type Ours,
  type Plan,
  type PrivilegePolicy,
  planAffiliations,
} from "../../src/affiliations/index.ts";
import type { Network } from "../../src/identity.ts";
import { byHand, customer, inDays, link, network, now } from "./members.ts";

const alpha = customer({ asn: 64496, name: "alpha" });
const bravo = customer({ asn: 64497, name: "bravo" });
const charlie = customer({ asn: 64498, name: "charlie" });

interface Case {
  readonly title: string;
  readonly theirs: readonly Network[];
  readonly customers?: readonly Customer[];
  readonly affiliations?: readonly Affiliation[];
  readonly privs?: PrivilegePolicy;
  readonly expected: Partial<Told>;
}

/** A plan as a test says it: `alpha:1` is a link with privileges 1, `alpha:left` one that goes. */
interface Told {
  readonly add: readonly string[];
  readonly keep: readonly string[];
  readonly remove: readonly string[];
  readonly skip: readonly string[];
  readonly matched: boolean;
  readonly active: boolean;
}

function told({ add, keep, remove, skip, matched, active }: Plan): Told {
  return {
    add: add.map(({ customer, privs }) => `${customer.name}:${privs}`),
    keep: keep.map(({ affiliation, privs }) => `${affiliation.customer.name}:${privs}`),
    remove: remove.map(({ affiliation, reason }) => `${affiliation.customer.name}:${reason}`),
    skip: skip.map(({ customer, reason }) => `${customer.name}:${reason}`),
    matched,
    active,
  };
}

const nothing: Told = { add: [], keep: [], remove: [], skip: [], matched: false, active: false };

function holds({ title, theirs, customers = [], affiliations = [], privs = 1, expected }: Case) {
  test(title, () => {
    const plan = planAffiliations(theirs, { customers, affiliations }, { privs, now });
    assert.deepEqual(told(plan), { ...nothing, ...expected });
  });
}

describe("affiliations that are gone", () => {
  const cases: readonly Case[] = [
    {
      title: "an empty list means none: every link that PeeringDB gave goes",
      theirs: [],
      affiliations: [link(alpha), link(bravo)],
      expected: { remove: ["alpha:not_affiliated", "bravo:not_affiliated"] },
    },
    {
      title: "networks of which none is a member here take every link away, and match nothing",
      theirs: [network(64510), network(64511)],
      affiliations: [link(alpha)],
      expected: { remove: ["alpha:not_affiliated"] },
    },
    {
      title: "the link to one network goes while the other's stays",
      theirs: [network(64497)],
      customers: [bravo],
      affiliations: [link(alpha), link(bravo)],
      expected: {
        keep: ["bravo:1"],
        remove: ["alpha:not_affiliated"],
        matched: true,
        active: true,
      },
    },
    {
      title: "a link made by hand stays, whatever PeeringDB says",
      theirs: [],
      affiliations: [byHand(alpha, { privs: 2 })],
      expected: { keep: ["alpha:2"], active: true },
    },
    {
      title: "a link that a command or a migration made is nobody's to remove either",
      theirs: [],
      affiliations: [
        link(alpha, { createdBy: "artisan" }),
        link(bravo, { createdBy: "migration-script" }),
      ],
      expected: { keep: ["alpha:1", "bravo:1"], active: true },
    },
  ];
  for (const one of cases) holds(one);
});

describe("members that opted out of sign-in with PeeringDB", () => {
  const optedOut = { ...bravo, peeringdbOAuth: false };
  const asns = [64497, 64496, 64498];
  for (const [place, title] of ["first", "in the middle", "last"].entries()) {
    const order = asns.slice(1);
    order.splice(place, 0, 64497);
    holds({
      title: `an opt-out is honoured when its ASN stands ${title} in the profile`,
      theirs: order.map((asn) => network(asn)),
      customers: [alpha, optedOut, charlie],
      affiliations: [link(alpha), link(optedOut), link(charlie)],
      expected: {
        keep: ["alpha:1", "charlie:1"],
        remove: ["bravo:opted_out"],
        matched: true,
        active: true,
      },
    });
  }
  holds({
    title: "an opt-out leaves a link made by hand alone",
    theirs: [network(64497)],
    customers: [optedOut],
    affiliations: [byHand(optedOut)],
    expected: { keep: ["bravo:1"], matched: true, active: true },
  });
});

describe("a linked member that changed", () => {
  const linkedTo = (changes: Partial<Customer>) => {
    const changed = { ...alpha, ...changes };
    return { theirs: [network(64496)], customers: [changed], affiliations: [link(changed)] };
  };
  const stays = { keep: ["alpha:1"], matched: true };
  const cases: readonly Case[] = [
    {
      title: "a suspended member's link stays, but lets nobody in",
      ...linkedTo({ status: "suspended" }),
      expected: { ...stays, active: false },
    },
    {
      title: "a member that is not connected is active",
      ...linkedTo({ status: "not_connected" }),
      expected: { ...stays, active: true },
    },
    {
      title: "a member that has left loses its link",
      ...linkedTo({ leftAt: inDays(-1) }),
      expected: { remove: ["alpha:left"], matched: true },
    },
    {
      title: "a member that leaves at this very instant has left",
      ...linkedTo({ leftAt: now }),
      expected: { remove: ["alpha:left"], matched: true },
    },
    {
      title: "a member that leaves tomorrow has not left",
      ...linkedTo({ leftAt: inDays(1) }),
      expected: { ...stays, active: true },
    },
    {
      title: "a member that became an associate loses its link",
      ...linkedTo({ type: "associate" }),
      expected: { remove: ["alpha:type_not_eligible"], matched: true },
    },
    {
      title: "a member that became internal loses its link",
      ...linkedTo({ type: "internal" }),
      expected: { remove: ["alpha:type_not_eligible"], matched: true },
    },
    {
      title: "a member that became pro bono keeps its link",
      ...linkedTo({ type: "probono" }),
      expected: { ...stays, active: true },
    },
    {
      title: "a suspended member that has left, too, loses its link",
      ...linkedTo({ status: "suspended", leftAt: inDays(-1) }),
      expected: { remove: ["alpha:left"], matched: true },
    },
  ];
  for (const one of cases) holds(one);

  const left = { ...alpha, leftAt: inDays(-1) };
  holds({
    title: "a link by hand to a member that has left stays, but lets nobody in",
    theirs: [network(64496)],
    customers: [left],
    affiliations: [byHand(left)],
    expected: { keep: ["alpha:1"], matched: true, active: false },
  });
  const suspended = { ...alpha, status: "suspended" } as const;
  holds({
    title: "one active member among suspended ones is enough",
    theirs: [network(64496), network(64497)],
    customers: [suspended, bravo],
    affiliations: [link(suspended)],
    expected: { keep: ["alpha:1"], add: ["bravo:1"], matched: true, active: true },
  });
});

describe("eligible for a new link", () => {
  for (const type of customerTypes) {
    for (const status of customerStatuses) {
      const eligible = (type === "full" || type === "probono") && status !== "suspended";
      const reason =
        type === "full" || type === "probono" ? "status_not_eligible" : "type_not_eligible";
      holds({
        title: `a member of type ${type} and status ${status} is ${eligible ? "" : "not "}eligible`,
        theirs: [network(64496)],
        customers: [{ ...alpha, type, status }],
        expected: eligible
          ? { add: ["alpha:1"], matched: true, active: true }
          : { skip: [`alpha:${reason}`], matched: true },
      });
    }
  }
  const cases: readonly (readonly [string, Partial<Customer>, Partial<Told>])[] = [
    ["a member that has left is not", { leftAt: inDays(-1) }, { skip: ["alpha:left"] }],
    [
      "a member that leaves tomorrow is eligible until then",
      { leftAt: inDays(1) },
      { add: ["alpha:1"], active: true },
    ],
    ["a member that opted out is not", { peeringdbOAuth: false }, { skip: ["alpha:opted_out"] }],
  ];
  for (const [title, changes, expected] of cases) {
    holds({
      title,
      theirs: [network(64496)],
      customers: [{ ...alpha, ...changes }],
      expected: { matched: true, ...expected },
    });
  }
  holds({
    title: "members with other ASNs are neither linked nor skipped",
    theirs: [network(64496)],
    customers: [alpha, bravo],
    expected: { add: ["alpha:1"], matched: true, active: true },
  });
});

describe("two members with one ASN", () => {
  const twin = customer({ id: 7, asn: 64496, name: "twin" });
  const cases: readonly Case[] = [
    {
      title: "both are linked where both are eligible",
      theirs: [network(64496)],
      customers: [alpha, twin],
      expected: { add: ["alpha:1", "twin:1"], matched: true, active: true },
    },
    {
      title: "the second link is found again",
      theirs: [network(64496)],
      customers: [alpha, twin],
      affiliations: [link(alpha), link(twin)],
      expected: { keep: ["alpha:1", "twin:1"], matched: true, active: true },
    },
    {
      title: "each is judged on its own",
      theirs: [network(64496)],
      customers: [{ ...alpha, peeringdbOAuth: false }, twin],
      affiliations: [link({ ...alpha, peeringdbOAuth: false })],
      expected: { add: ["twin:1"], remove: ["alpha:opted_out"], matched: true, active: true },
    },
  ];
  for (const one of cases) holds(one);
});

describe("privileges", () => {
  const alone = { theirs: [network(64496)], customers: [alpha] };
  const added = (privs: 1 | 2) => ({ add: [`alpha:${privs}`], matched: true, active: true });
  const kept = (privs: 1 | 2) => ({ keep: [`alpha:${privs}`], matched: true, active: true });
  const cases: readonly Case[] = [
    { title: "1 makes new links read only", ...alone, privs: 1, expected: added(1) },
    { title: "2 makes new links customer admins", ...alone, privs: 2, expected: added(2) },
    {
      title: "a fixed privilege is the same for all, whatever their perms",
      theirs: [network(64496, { perms: 15 })],
      customers: [alpha],
      privs: 1,
      expected: added(1),
    },
    {
      title: "an existing link keeps its own under a fixed privilege",
      ...alone,
      affiliations: [link(alpha, { privs: 2 })],
      privs: 1,
      expected: kept(2),
    },
    {
      title: "with perms, a link that PeeringDB gave follows upwards",
      theirs: [network(64496, { perms: 15 })],
      customers: [alpha],
      affiliations: [link(alpha, { privs: 1 })],
      privs: "perms",
      expected: kept(2),
    },
    {
      title: "with perms, a link that PeeringDB gave follows downwards",
      ...alone,
      affiliations: [link(alpha, { privs: 2, perms: 15 })],
      privs: "perms",
      expected: kept(1),
    },
    {
      title: "with perms, a link made by hand keeps its own",
      theirs: [network(64496, { perms: 15 })],
      customers: [alpha],
      affiliations: [byHand(alpha, { privs: 1 })],
      privs: "perms",
      expected: kept(1),
    },
    {
      title: "an ASN named twice makes one link, with the permissions of both",
      theirs: [network(64496, { perms: 1 }), network(64496, { perms: 2 })],
      customers: [alpha],
      privs: "perms",
      expected: added(2),
    },
    {
      title: "without perms, perms gives no more than reading",
      theirs: [network(64496, { perms: undefined })],
      customers: [alpha],
      privs: "perms",
      expected: added(1),
    },
    {
      title: "with perms, the right to manage sessions alone does not administer",
      theirs: [network(64496, { perms: 1, managePeeringSessions: 15 })],
      customers: [alpha],
      privs: "perms",
      expected: added(1),
    },
  ];
  for (const one of cases) holds(one);

  for (let perms = 0; perms <= 15; perms++) {
    const privs = perms >= 2 ? 2 : 1;
    holds({
      title: `with perms, ${perms} gives ${privs === 2 ? "customer admin" : "read only"}`,
      theirs: [network(64496, { perms })],
      customers: [alpha],
      privs: "perms",
      expected: added(privs),
    });
  }

  test("the bit masks are kept with new links, and brought up to date with kept ones", () => {
    const theirs = [
      network(64496, { perms: 3, managePeeringSessions: 7 }),
      network(64497, { perms: 15, managePeeringSessions: undefined }),
    ];
    const ours = { customers: [alpha, bravo], affiliations: [link(alpha)] };
    const { keep, add } = planAffiliations(theirs, ours, { privs: 1, now });
    assert.deepEqual(keep, [
      { affiliation: link(alpha), privs: 1, perms: 3, managePeeringSessions: 7 },
    ]);
    assert.deepEqual(add, [{ customer: bravo, privs: 1, perms: 15, managePeeringSessions: null }]);
  });

  test("a link made by hand keeps what it has, no more and no less", () => {
    const ours = { customers: [alpha], affiliations: [byHand(alpha)] };
    const { keep } = planAffiliations([network(64496)], ours, { privs: "perms", now });
    assert.deepEqual(keep, [
      { affiliation: byHand(alpha), privs: 1, perms: null, managePeeringSessions: null },
    ]);
  });
});

describe("whatever the facts", () => {
  // Every kind of member there is, in every state, so that 2,000 people meet all of them.
  const random = randomFrom(20261120);
  const people = Array.from({ length: 2000 }, () => somebody(random));

  test("only what PeeringDB gave is removed", () => {
    for (const { plan } of people) {
      for (const { affiliation } of plan.remove) assert.equal(affiliation.createdBy, "PeeringDB");
    }
  });

  test("nobody is let into a member that is not eligible", () => {
    for (const { plan, theirs } of people) {
      for (const { customer } of plan.add) {
        assert.ok(theirs.some(({ asn }) => asn === customer.asn));
        assert.ok(["full", "probono"].includes(customer.type));
        assert.notEqual(customer.status, "suspended");
        assert.ok(customer.leftAt === null || customer.leftAt > now);
        assert.ok(customer.peeringdbOAuth);
      }
    }
  });

  test("no link that PeeringDB gave outlives its reason", () => {
    for (const { plan, theirs } of people) {
      for (const { affiliation } of plan.keep) {
        if (affiliation.createdBy !== "PeeringDB") continue;
        const { asn, type, leftAt, peeringdbOAuth } = affiliation.customer;
        assert.ok(theirs.some((network) => network.asn === asn));
        assert.ok(["full", "probono"].includes(type) && peeringdbOAuth);
        assert.ok(leftAt === null || leftAt > now);
      }
    }
  });

  test("every link is kept or removed, every other matching member added or skipped, once", () => {
    for (const { plan, theirs, ours } of people) {
      const judged = [
        ...[...plan.keep, ...plan.remove].map(({ affiliation }) => affiliation.customer.id),
        ...[...plan.add, ...plan.skip].map(({ customer }) => customer.id),
      ];
      const linked = ours.affiliations.map((affiliation) => affiliation.customer.id);
      const matching = ours.customers
        .filter((customer) => theirs.some(({ asn }) => asn === customer.asn))
        .map(({ id }) => id);
      assert.equal(plan.matched, matching.length > 0);
      assert.deepEqual(judged.sort(), [...new Set([...linked, ...matching])].sort());
    }
  });

  test("once it is carried out, there is nothing more to do", () => {
    for (const { plan, theirs, ours, privs } of people) {
      const afterwards = { ...ours, affiliations: carriedOut(plan) };
      const again = planAffiliations(theirs, afterwards, { privs, now });
      assert.deepEqual([again.add, again.remove], [[], []]);
      assert.equal(again.active, plan.active);
      for (const { affiliation, privs, perms, managePeeringSessions } of again.keep) {
        assert.deepEqual(
          { ...affiliation, privs, perms, managePeeringSessions },
          { ...affiliation },
        );
      }
    }
  });

  test("the order of the networks does not matter", () => {
    for (const { plan, theirs, ours, privs } of people) {
      assert.deepEqual(planAffiliations(shuffled(theirs, random), ours, { privs, now }), plan);
    }
  });

  test("those people meet every decision and every reason", () => {
    const met = people.flatMap(({ plan }) => [
      ...(plan.add.length > 0 ? ["add"] : []),
      ...(plan.keep.length > 0 ? ["keep"] : []),
      ...plan.remove.map(({ reason }) => `remove ${reason}`),
      ...plan.skip.map(({ reason }) => `skip ${reason}`),
    ]);
    assert.deepEqual([...new Set(met)].sort(), [
      "add",
      "keep",
      "remove left",
      "remove not_affiliated",
      "remove opted_out",
      "remove type_not_eligible",
      "skip left",
      "skip opted_out",
      "skip status_not_eligible",
      "skip type_not_eligible",
    ]);
  });
});

type Random = () => number;

/** Numbers from 0 to 1, the same for the same seed: mulberry32. */
function randomFrom(seed: number): Random {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function pick<T>(values: readonly [T, ...T[]], random: Random): T {
  return values[Math.floor(random() * values.length)] ?? values[0];
}

function shuffled<T>(values: readonly T[], random: Random): T[] {
  return values
    .map((value) => ({ value, place: random() }))
    .sort((one, other) => one.place - other.place)
    .map(({ value }) => value);
}

function somebody(random: Random) {
  // Six ASNs for up to eight members and networks, so that they meet and repeat.
  const asn = () => 64496 + Math.floor(random() * 6);
  const customers = Array.from({ length: Math.floor(random() * 8) }, (_, at) =>
    customer({
      id: at + 1,
      asn: asn(),
      name: `member ${at + 1}`,
      type: pick(customerTypes, random),
      status: pick(customerStatuses, random),
      leftAt: pick([null, null, inDays(-1), now, inDays(1)], random),
      peeringdbOAuth: random() < 0.8,
    }),
  );
  const affiliations = customers
    .filter(() => random() < 0.5)
    .map((to) =>
      link(to, {
        privs: pick([1, 2], random),
        perms: pick([null, 0, 1, 3, 15], random),
        createdBy: pick(["PeeringDB", "PeeringDB", "user", "artisan"], random),
      }),
    );
  const theirs = Array.from({ length: Math.floor(random() * 8) }, () =>
    network(asn(), { perms: pick([undefined, 0, 1, 2, 3, 4, 8, 15], random) }),
  );
  const ours: Ours = { customers, affiliations };
  const privs = pick<PrivilegePolicy>([1, 2, "perms"], random);
  return { theirs, ours, privs, plan: planAffiliations(theirs, ours, { privs, now }) };
}

/** The links that a plan leaves behind. */
function carriedOut({ keep, add }: Plan): readonly Affiliation[] {
  return [
    ...keep.map(({ affiliation, privs, perms, managePeeringSessions }) => ({
      ...affiliation,
      privs,
      perms,
      managePeeringSessions,
    })),
    ...add.map(({ customer, ...grant }) => link(customer, grant)),
  ];
}
