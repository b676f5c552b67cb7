import type { JsonObject } from "../index.ts";
import {
  type Changes,
  type Contract,
  type ContractCase,
  callsAtBegin,
  expectFailure,
} from "./contract.ts";
import { expectDeparture, parametersOf } from "./departure.ts";
import { expectSame } from "./expect.ts";
import { faultCases } from "./fault-cases.ts";
import type { BackendFixture, FixtureIdentity } from "./fixture.ts";
import { type MakeBackend, startRehearsal } from "./rehearsal.ts";
import { checkVerifier } from "./rehearsals/pkce.ts";
import type { Protocol } from "./rehearsals/protocol.ts";
import { protocolOf } from "./rehearsals/protocols.ts";
import { stateCases } from "./state-cases.ts";
import { variantChanges } from "./variant.ts";

/**
 * Everything that must hold for a backend whose provider is as the fixture says. Each case is
 * a whole login through `createAuth`, on memory storage, with a `fetch` that knows the
 * fixture's calls and no others. Nothing leaves the process.
 *
 * ```ts
 * for (const { name, run } of backendContract((settings) => new ExampleOAuth2(settings), fixture)) {
 *   test(name, run);
 * }
 * ```
 */
export function backendContract(
  makeBackend: MakeBackend,
  fixture: BackendFixture,
): readonly ContractCase[] {
  const protocol = protocolOf(fixture);
  const contract: Contract = {
    fixture,
    start: (changes) => startRehearsal(makeBackend, protocol, { ...fixture, ...changes }),
  };
  return [
    {
      name:
        "page" in fixture.departure
          ? "shows a page of its own, as documented"
          : `leaves for ${fixture.departure.host} with the documented parameters`,
      run: () => leavesAsDocumented(contract),
    },
    { name: "finds out who came back", run: () => identifies(contract) },
    ...stateCases(contract),
    ...denialCases(contract, protocol),
    ...faultCases(contract, protocol),
    ...(protocol.cases?.(contract) ?? []),
    ...variantCases(contract),
  ];
}

async function leavesAsDocumented({ fixture, start }: Contract): Promise<void> {
  const rehearsal = start({ calls: callsAtBegin(fixture) });
  expectDeparture(await rehearsal.leave(), fixture, rehearsal.known);
  rehearsal.verify();
}

async function identifies(
  { fixture, start }: Contract,
  changes: Changes = {},
  different: Partial<FixtureIdentity> = {},
): Promise<void> {
  const rehearsal = start(changes);
  await rehearsal.leave();
  const outcome = await rehearsal.comeBack();
  rehearsal.verify();
  expectSame(outcome, { status: 200 }, "the login");
  const { uid, details, extraData, amr, networks } = { ...fixture.identity, ...different };
  const identity = rehearsal.identity();
  expectSame(identity?.provider, fixture.backend, "the provider");
  expectSame(identity?.uid, uid, "the uid");
  expectSame(identity?.details, details, "the details");
  expectSame(keptBy(identity?.extraData), extraData.toSorted(), "the extra data's names");
  expectSame(identity?.amr, amr, "how they proved who they are");
  expectSame(identity?.networks, networks, "the networks");
  await checkVerifier(rehearsal, parametersOf(fixture).code_challenge_method);
}

/** The names of what a backend keeps, without what OpenID Connect keeps for every one. */
function keptBy(extraData: JsonObject = {}): readonly string[] {
  const names = Object.keys(extraData).filter((name) => extraData[name] !== undefined);
  return names.filter((name) => !/^_|^id_token$/.test(name)).sort();
}

function denialCases({ fixture, start }: Contract, protocol: Protocol): ContractCase[] {
  const denial =
    fixture.denial === undefined ? (protocol.denial ?? { error: "access_denied" }) : fixture.denial;
  if (denial === null) return [];
  return [
    {
      name: "tells who refused at the provider so, and asks nothing",
      async run() {
        const rehearsal = start({ calls: callsAtBegin(fixture) });
        await rehearsal.leave();
        const outcome = await rehearsal.comeBack(denial);
        expectFailure(outcome, { code: "access_denied", stage: "callback" });
        rehearsal.verify();
      },
    },
  ];
}

function variantCases(contract: Contract): ContractCase[] {
  const { fixture, start } = contract;
  return (fixture.variants ?? []).map((variant) => ({
    name: variant.title,
    async run() {
      const changes = variantChanges(fixture, variant);
      if (!variant.failure) return identifies(contract, changes, variant.identity);
      const rehearsal = start(changes);
      await rehearsal.leave();
      expectFailure(await rehearsal.comeBack(), variant.failure);
      rehearsal.verify();
    },
  }));
}
