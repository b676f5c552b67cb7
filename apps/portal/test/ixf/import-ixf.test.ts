import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { describeImport } from "../../src/ixf/describe-import.ts";
import { importIxf } from "../../src/ixf/import-ixf.ts";
import { addMember, entry, exportOf, members, now, startStorage, written } from "./exports.ts";

const older = ["AS64497 Bravo Root probono normal", "AS64498 EXIX Route Servers internal normal"];
const newer = ["AS64497 Bravo Root full normal", "AS64498 EXIX Route Servers internal normal"];

for (const version of ["0.4", "0.5", "0.6", "0.7", "1.0"]) {
  test(`version ${version} is read, and the same file again changes nothing`, async (t) => {
    const storage = startStorage(t);
    const file = new URL(`fixtures/ixf-${version}.json`, import.meta.url);
    const text = readFileSync(file, "utf8");
    const first = await importIxf(storage, text, { now });

    assert.equal(first.added.length, 6);
    assert.deepEqual(await members(storage), [
      "AS64496 Alpha Net full normal 2011-02-28",
      ...(version < "0.7" ? older : newer),
      "AS64499 EXIX internal normal",
      "AS64500 Echo associate not_connected",
      "AS65536 AS65536 full not_connected",
    ]);

    const before = await written(storage);
    const later = new Date(now.getTime() + 1000);
    const again = await importIxf(storage, text, { now: later });
    assert.deepEqual([again.added, again.updated, again.unchanged], [[], [], 6]);
    assert.deepEqual(await written(storage), before);
  });
}

describe("a member that is here already", () => {
  test("takes over what the export says otherwise", async (t) => {
    const storage = startStorage(t);
    await addMember(storage, 64496, "Alpha", { type: "associate", joined_at: new Date(0) });
    const said = {
      name: "Alpha Networks",
      member_type: "peering",
      member_since: "2019-01-31",
      connection_list: [{ ixp_id: 42, state: "down" }],
    };
    const { updated } = await importIxf(storage, exportOf([entry(64496, said)]), { now });
    assert.deepEqual(await members(storage), [
      "AS64496 Alpha Networks full not_connected 2019-01-31",
    ]);
    assert.deepEqual(Object.keys(updated[0]?.changes ?? {}), [
      "name",
      "type",
      "status",
      "joinedAt",
    ]);
  });

  test("keeps what the exchange decided: suspended, pro bono, opted out, left", async (t) => {
    const storage = startStorage(t);
    const left = new Date("2020-01-01T00:00:00Z");
    await addMember(storage, 64496, "Alpha", { status: "suspended" });
    await addMember(storage, 64497, "Bravo", { type: "probono" });
    await addMember(storage, 64498, "Charlie", { peeringdb_oauth: false });
    await addMember(storage, 64499, "Delta", { left_at: left });
    const before = await written(storage);
    const text = exportOf(
      [64496, 64497, 64498, 64499].map((asn) => entry(asn, { member_type: "peering" })),
    );
    const { unchanged, warnings } = await importIxf(storage, text, { now });
    assert.equal(unchanged, 4);
    assert.deepEqual(warnings, ["AS64499 Delta has left, but is in the file; it stays so"]);
    assert.deepEqual(await written(storage), before);
  });

  test("keeps what the export does not say", async (t) => {
    const storage = startStorage(t);
    await addMember(storage, 64496, "Alpha", { type: "internal", joined_at: now });
    const before = await written(storage);
    for (const fields of [{}, { name: null }, { name: "AS64496" }, { name: " \u0000" }]) {
      await importIxf(storage, exportOf([entry(64496, fields)]), { now });
    }
    assert.deepEqual(await written(storage), before);
  });

  test("stays as it is, with a warning, where another one has its ASN, too", async (t) => {
    const storage = startStorage(t);
    await addMember(storage, 64496, "Alpha");
    await addMember(storage, 64496, "Alpha Labs");
    const before = await written(storage);
    const text = exportOf([entry(64496, { name: "Alpha Networks" })]);
    const { warnings } = await importIxf(storage, text, { now });
    assert.deepEqual(warnings, [
      "AS64496 belongs to several members here (Alpha, Alpha Labs); they stay as they are",
    ]);
    assert.deepEqual(await written(storage), before);
  });

  test("is not cancelled for not being in the file, only named", async (t) => {
    const storage = startStorage(t);
    await addMember(storage, 64496, "Alpha");
    await addMember(storage, 64497, "Bravo", { left_at: new Date(0) });
    const before = await written(storage);
    const { notInFile, warnings } = await importIxf(storage, exportOf([]), { now });
    assert.deepEqual(notInFile, [{ asn: 64496, name: "Alpha" }]);
    assert.deepEqual(warnings, ["the file names no member"]);
    assert.deepEqual(await written(storage), before);
  });
});

describe("several entries for one ASN", () => {
  test("make one member: first words, earliest day, connected if one of them is", async (t) => {
    const storage = startStorage(t);
    const text = exportOf([
      entry(64496, { connection_list: [], member_since: "2020-01-01" }),
      entry("64496", { name: "Alpha", member_type: "peering", member_since: "2011-01-01" }),
      entry(64496, { name: "Alpha again", connection_list: [{ ixp_id: 42, state: "down" }] }),
    ]);
    const { added } = await importIxf(storage, text, { now });
    assert.equal(added.length, 1);
    assert.deepEqual(await members(storage), ["AS64496 Alpha full normal 2011-01-01"]);
  });

  test("that contradict each other are taken by the first, with a warning", async (t) => {
    const storage = startStorage(t);
    const types = ["ixp", "peering", "peering"];
    const text = exportOf(types.map((member_type) => entry(64496, { member_type })));
    const { warnings } = await importIxf(storage, text, { now });
    assert.deepEqual(await members(storage), ["AS64496 AS64496 internal normal"]);
    assert.deepEqual(warnings, [
      "AS64496 is in the file as internal and as full; the former is taken",
    ]);
  });
});

describe("states of connections", () => {
  const states: readonly (readonly [states: readonly unknown[], status: string])[] = [
    [[undefined], "normal"],
    [[null], "normal"],
    [["active"], "normal"],
    [["Active"], "normal"],
    [["connected"], "normal"],
    [["down", "active"], "normal"],
    [["down"], "not_connected"],
    [["inactive", "provisioning"], "not_connected"],
    [[""], "not_connected"],
    [[], "not_connected"],
  ];
  for (const [said, status] of states) {
    test(`${JSON.stringify(said)} make the member ${status}`, async (t) => {
      const storage = startStorage(t);
      const connection_list = said.map((state) => ({ ixp_id: 42, state }));
      await importIxf(storage, exportOf([entry(64496, { connection_list })]), { now });
      assert.deepEqual(await members(storage), [`AS64496 AS64496 full ${status}`]);
    });
  }
});

describe("an export of several exchanges", () => {
  const at = (...ids: readonly unknown[]) => ({
    connection_list: ids.map((ixp_id) => ({ ixp_id, state: ixp_id === 2 ? "down" : "active" })),
  });
  const text = exportOf(
    [entry(64496, at(1)), entry(64497, at(2)), entry(64498, at("1", 2)), entry(64499, at())],
    {
      ixp_list: [
        { ixp_id: 1, shortname: "North" },
        { ixp_id: 2, shortname: "South" },
      ],
    },
  );

  test("is read for the one that is chosen; who is not there is skipped and counted", async (t) => {
    const storage = startStorage(t);
    const { ixp, skipped } = await importIxf(storage, text, { ixpId: 1, now });
    assert.deepEqual([ixp, skipped], [{ id: 1, name: "North" }, 2]);
    assert.deepEqual(await members(storage), [
      "AS64496 AS64496 full normal",
      "AS64498 AS64498 full normal",
    ]);
  });

  test("has the connections of the other one left out of account", async (t) => {
    const storage = startStorage(t);
    await importIxf(storage, text, { ixpId: 2, now });
    assert.deepEqual(await members(storage), [
      "AS64497 AS64497 full not_connected",
      "AS64498 AS64498 full not_connected",
    ]);
  });

  const choices: readonly (readonly [number | undefined, string])[] = [
    [undefined, "ixp_list: expected one IXP, or --ixp-id to choose one of 1 (North), 2 (South)"],
    [3, "ixp_list: expected IXP 3, got 1 (North), 2 (South)"],
  ];
  for (const [ixpId, message] of choices) {
    test(`is refused ${ixpId ? "for one it does not have" : "without a choice"}`, async (t) => {
      const storage = startStorage(t);
      await assert.rejects(importIxf(storage, text, { ixpId, now }), { message });
      assert.deepEqual(await written(storage), [[], []]);
    });
  }

  test("is one exchange's where it is named twice", async (t) => {
    const ixp_list = [{ ixp_id: 42 }, { ixp_id: "42", shortname: "again" }];
    const twice = exportOf([entry(64496)], { ixp_list });
    const { ixp } = await importIxf(startStorage(t), twice, { now });
    assert.deepEqual(ixp, { id: 42, name: "IXP 42" });
  });
});

describe("a dry run", () => {
  test("says the same and writes nothing", async (t) => {
    const storage = startStorage(t);
    await addMember(storage, 64496, "Alpha");
    await addMember(storage, 64510, "Zulu");
    const text = exportOf([entry(64496, { name: "Alpha Networks" }), entry(64497)]);
    const before = await written(storage);
    const dry = await importIxf(storage, text, { dryRun: true, now });
    assert.deepEqual(await written(storage), before);

    const done = await importIxf(storage, text, { now });
    assert.deepEqual({ ...dry, dryRun: false }, done);
    assert.notDeepEqual(await written(storage), before);
  });
});

test("additions and changes are in the audit log, from what to what", async (t) => {
  const storage = startStorage(t);
  await addMember(storage, 64496, "Alpha");
  const since = { name: "Alpha Networks", member_since: "2019-01-31" };
  await importIxf(storage, exportOf([entry(64496, since), entry(64497)]), { now });

  const [, lines = []] = await written(storage);
  const told = lines.map(({ at, actor, action, subject, detail }) => [
    at,
    actor,
    action,
    subject,
    JSON.parse(String(detail)),
  ]);
  assert.deepEqual(told, [
    [
      now.toISOString(),
      "import-ixf",
      "customer.added",
      "customer:2",
      { asn: 64497, name: "AS64497", type: "full", status: "normal", joinedAt: null, ixp: 42 },
    ],
    [
      now.toISOString(),
      "import-ixf",
      "customer.changed",
      "customer:1",
      {
        asn: 64496,
        name: "Alpha Networks",
        ixp: 42,
        changes: {
          name: { from: "Alpha", to: "Alpha Networks" },
          joinedAt: { from: null, to: "2019-01-31T00:00:00.000Z" },
        },
      },
    ],
  ]);
});

test("where the database fails in the middle, nothing is written", async (t) => {
  const storage = startStorage(t);
  await storage.migrate();
  await storage.sql?.run(
    `create trigger no_bravo before insert on customers when new.name = 'Bravo'
     begin select raise(abort, 'no Bravo'); end`,
    [],
  );
  const text = exportOf([entry(64496), entry(64497, { name: "Bravo" })]);
  await assert.rejects(importIxf(storage, text, { now }), /no Bravo/);
  assert.deepEqual(await written(storage), [[], []]);
});

describe("what the command prints", () => {
  test("names what was added, changed, and is not in the file", async (t) => {
    const storage = startStorage(t);
    await addMember(storage, 64496, "Alpha");
    await addMember(storage, 64500, "Echo\nLabs");
    await addMember(storage, 64501, "Foxtrot", { status: "not_connected" });
    const elsewhere = { connection_list: [{ ixp_id: 7 }] };
    const text = exportOf([
      entry(64496, { name: "Alpha Networks", member_since: "2019-01-31" }),
      entry(64497),
      entry(64498, { name: "Charlie" }),
      entry(64499, elsewhere),
      entry(64501, { connection_list: [] }),
    ]);
    const summary = await importIxf(storage, text, { dryRun: true, now });
    assert.deepEqual(describeImport(summary), [
      "Example IX (IXP 42): 4 members in the file.",
      "2 added:",
      "  AS64497",
      "  AS64498 Charlie",
      "1 changed:",
      "  AS64496 Alpha: name Alpha -> Alpha Networks, member since unknown -> 2019-01-31",
      "1 unchanged.",
      "1 skipped, without a connection at this IXP.",
      "1 here, but not in the file; left as they are:",
      "  AS64500 Echo Labs",
      "This was a dry run: nothing was written.",
    ]);
  });

  test("is short for a second import, and for a first one of thousands", async (t) => {
    const storage = startStorage(t);
    const asns = Array.from({ length: 2000 }, (_, at) => 4200000000 + at);
    const text = exportOf(asns.map((asn) => entry(asn)));
    const first = describeImport(await importIxf(storage, text, { now }));
    assert.equal(first.length, 54);
    assert.equal(first[52], "  and 1950 more");
    assert.deepEqual(describeImport(await importIxf(storage, text, { now })), [
      "Example IX (IXP 42): 2000 members in the file.",
      "2000 unchanged.",
    ]);
  });
});
