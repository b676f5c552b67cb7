import assert from "node:assert/strict";
import { test } from "node:test";
import {
  mayWrite,
  PeeringDBOAuth2,
  PeeringDBPerms,
  type PeeringDBProfile,
} from "../../src/backends/peeringdb.ts";
import type { Http } from "../../src/http.ts";
import { bound } from "../backend.ts";

const tokens = { accessToken: "opaque", tokenType: "bearer", answer: {} };
const person = { id: 1, verified_user: true, verified_email: true };

/** The profile that comes of PeeringDB's networks, whatever those are. */
async function profileOf(networks: unknown): Promise<PeeringDBProfile> {
  const backend = bound(new PeeringDBOAuth2({ clientId: "me" }));
  // Nothing but `json` is asked, and JSON has no undefined.
  const body: unknown = JSON.parse(JSON.stringify({ ...person, networks }));
  return backend.userData(tokens, { json: async () => body } as unknown as Http);
}

const network = { id: 20, name: "Example Net", asn: 64496, perms: 3, manage_peering_sessions: 1 };
const read = {
  id: 20,
  name: "Example Net",
  asn: 64496,
  perms: 3,
  managePeeringSessions: 1,
};

test("a network is read with what the person may do for it", async () => {
  assert.deepEqual((await profileOf([network])).networks, [read]);
});

test("an empty list means none", async () => {
  assert.deepEqual((await profileOf([])).networks, []);
});

for (const unreadable of [undefined, null, {}, "64496", 64496, true]) {
  test(`networks of ${JSON.stringify(unreadable)} mean that PeeringDB did not say`, async () => {
    assert.equal((await profileOf(unreadable)).networks, undefined);
  });
}

test("a list of nothing that can be read is no list, and never means none", async () => {
  const garbage = [null, 7, "AS64496", {}, { asn: 0 }, { asn: "x" }, { asn: null }, []];
  assert.equal((await profileOf(garbage)).networks, undefined);
});

test("entries that cannot be read are left out, and the others count", async () => {
  const list = [null, { ...network, asn: -1 }, network, { name: "no asn" }];
  assert.deepEqual((await profileOf(list)).networks, [read]);
});

for (const [asn, expected] of [
  [1, 1],
  [4294967294, 4294967294],
  ["64496", 64496],
  [" 64496 ", 64496],
  [0, undefined],
  [-1, undefined],
  [4294967295, undefined],
  ["99999999999", undefined],
  [1.5, undefined],
  ["1e3", undefined],
  ["0x10", undefined],
  ["", undefined],
  [true, undefined],
  [[64496], undefined],
] as const) {
  test(`an ASN of ${JSON.stringify(asn)} is ${expected ?? "no ASN"}`, async () => {
    const { networks } = await profileOf([{ ...network, asn }]);
    assert.equal(networks?.[0]?.asn, expected);
  });
}

test("what a sloppy entry leaves out gives no right and no fault", async () => {
  const { networks } = await profileOf([{ asn: 64496 }, { asn: 64497, name: null, perms: null }]);
  assert.deepEqual(
    networks?.map(({ id, name, perms, managePeeringSessions }) => [
      id,
      name,
      perms,
      managePeeringSessions,
    ]),
    [
      [undefined, "AS64496", 0, 0],
      [undefined, "AS64497", 0, 0],
    ],
  );
});

for (const perms of ["true", true, [], {}, "all", -0.5]) {
  test(`perms of ${JSON.stringify(perms)} allow nothing`, async () => {
    const { networks } = await profileOf([{ ...network, perms }]);
    assert.equal(networks?.[0]?.perms, 0);
  });
}

test("the bits are grainy's, not those of PeeringDB's drawing", () => {
  assert.deepEqual(PeeringDBPerms, { READ: 1, UPDATE: 2, CREATE: 4, DELETE: 8 });
});

test("every mask but none and read alone may write", () => {
  const writers = Array.from({ length: 16 }, (_, mask) => mask).filter(mayWrite);
  assert.deepEqual(writers, [2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]);
});

test("networks that PeeringDB did not tell are not kept as none", () => {
  const backend = bound(new PeeringDBOAuth2({ clientId: "me" }));
  const profile = {
    id: 1,
    name: "",
    givenName: "",
    familyName: "",
    email: null,
    verifiedUser: true,
    verifiedEmail: true,
    networks: undefined,
    amr: undefined,
  };
  const { networks, extraData } = backend.toIdentity(profile, tokens);
  assert.equal(networks, undefined);
  assert.equal(extraData.networks, undefined);
});
