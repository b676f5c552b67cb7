import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { defaultPeople, InvalidInput, startSandbox } from "../src/index.ts";
import { toPeople } from "../src/people.ts";
import { codeFor, profileOf, sandboxForTests, tokensFor } from "./relying-party.ts";

describe("a list of people", () => {
  const refusals: readonly (readonly [unknown, string])[] = [
    [{}, "people: expected a list, got {}"],
    [[1], "people[0]: expected an object, got 1"],
    [[{ profile: {} }, {}], "people[1].profile: expected an object, got undefined"],
    [[{ profile: [] }], "people[0].profile: expected an object, got []"],
    [[{ profile: {}, amr: "pwd" }], 'people[0].amr: expected a list of strings, got "pwd"'],
    [[{ profile: {}, amr: [1] }], "people[0].amr: expected a list of strings, got [1]"],
    [[{ profile: {}, shows: 1 }], "people[0].shows: expected a string, got 1"],
    [[{ profile: {}, closed: "yes" }], 'people[0].closed: expected true or false, got "yes"'],
    [[{ profile: {}, key: 1 }], "people[0].key: expected a string, got 1"],
  ];
  for (const [list, message] of refusals) {
    it(`is refused in one line: ${message}`, () => {
      assert.throws(() => toPeople(list), new InvalidInput(message));
    });
  }

  it("is refused where two have one id", async () => {
    const people = [{ profile: { id: 1 } }, { profile: { id: "1" } }];
    await assert.rejects(startSandbox({ people }), /people\[1\]: the id 1 is already taken/);
  });

  it("may carry the AMR in the profile, as a copy of PeeringDB's answer does", async (t) => {
    const sandbox = await startSandbox({ people: [{ profile: { id: 1, amr: ["swk"] } }] });
    t.after(() => sandbox.close());
    const { access_token } = await tokensFor(sandbox, 1);
    assert.deepEqual(await profileOf(sandbox, access_token), { id: 1, amr: ["swk"] });
  });

  it("loses nothing of what it does not know", () => {
    const list = [{ profile: { id: "x", networks: null, more: 1 }, note: "kept" }];
    assert.deepEqual(toPeople(list), list);
  });
});

describe("the id that picks a person", () => {
  const sandbox = sandboxForTests({
    people: [
      { profile: { id: 7, name: "by id" } },
      { key: "keyed", profile: { name: "by key" } },
      { profile: { name: "by place" } },
    ],
  });

  it("is the profile's, or else the key, or else the place in the list", async () => {
    for (const [id, name] of [
      ["7", "by id"],
      ["keyed", "by key"],
      ["entry-3", "by place"],
    ] as const) {
      const { access_token } = await tokensFor(sandbox(), id);
      assert.equal((await profileOf(sandbox(), access_token)).name, name);
    }
  });

  it("stays when the id is taken out of the profile", async () => {
    sandbox().patchPerson(7, { profile: { id: null } });
    assert.ok(await codeFor(sandbox(), 7));
    sandbox().setPeople(sandbox().people());
    assert.ok(await codeFor(sandbox(), 7));
  });
});

describe("the built-in people", () => {
  it("are valid, and begin with Ada Example and her three networks", () => {
    assert.deepEqual(toPeople(defaultPeople), defaultPeople);
    const [ada] = defaultPeople;
    assert.equal(ada?.profile.id, 1001);
    assert.equal(ada?.profile.name, "Ada Example");
    const networks = ada?.profile.networks as { asn: number; perms: number }[];
    assert.deepEqual(
      networks.map(({ asn, perms }) => [asn, perms]),
      [
        [64496, 15],
        [64497, 1],
        [64510, 15],
      ],
    );
  });

  it("say each what they show, and come from nowhere real", () => {
    for (const { shows, profile } of defaultPeople) {
      assert.ok(shows);
      assert.match(String(profile.email), /^[a-zë]+@example\.(net|org)$/);
      const networks = (profile.networks ?? []) as { asn?: number | string }[];
      for (const { asn } of networks.filter(({ asn }) => asn !== undefined)) {
        const number = Number(asn);
        const small = number >= 64496 && number <= 64511;
        assert.ok(small || (number >= 65536 && number <= 65551), String(asn));
      }
    }
  });
});
