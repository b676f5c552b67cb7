import { sha256, toBase64Url } from "#platform";
import type { ErrorCode, Json, JsonObject } from "../index.ts";
import { expectSame, expectTrue } from "./expect.ts";
import type {
  BackendFixture,
  Fault,
  FixtureAnswer,
  FixtureCall,
  FixtureIdentity,
  FixtureVariant,
} from "./fixture.ts";
import { type MakeBackend, type Outcome, type Rehearsal, startRehearsal } from "./rehearsal.ts";
import type { DeclaredCall } from "./strict-fetch.ts";

/** One thing that a backend must do, for any runner: `test(name, run)`. */
export interface ContractCase {
  readonly name: string;
  /** Rejects where the backend does not. */
  run(): Promise<void>;
}

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
  const contract: Contract = {
    fixture,
    start: (calls) => startRehearsal(makeBackend, fixture, calls),
  };
  const { host } = fixture.departure;
  return [
    {
      name: `leaves for ${host} with the documented parameters`,
      run: () => leavesAsDocumented(contract),
    },
    { name: "finds out who came back", run: () => identifies(contract, fixture.calls, {}) },
    ...stateCases(contract),
    { name: "tells who refused at the provider so, and asks nothing", run: () => denied(contract) },
    ...fixture.calls.flatMap((call) => faultCases(contract, call)),
    ...fixture.calls.flatMap((call) => missingIdCases(contract, call)),
    ...(fixture.variants ?? []).map((variant) => variantCase(contract, variant)),
  ];
}

interface Contract {
  readonly fixture: BackendFixture;
  readonly start: (calls: readonly DeclaredCall[]) => Rehearsal;
}

async function leavesAsDocumented({ fixture, start }: Contract): Promise<void> {
  const rehearsal = start(callsAtBegin(fixture));
  const { protocol, host, pathname, searchParams } = await rehearsal.leave();
  const { departure } = fixture;
  expectSame(`${protocol}//${host}${pathname}`, `https://${departure.host}${departure.path}`, "to");
  const wanted = Object.entries(departure.parameters).map(([name, value]) => [
    name,
    value.replace(/\{(\w+)\}/g, (all, key) => rehearsal.known.get(key) ?? all),
  ]);
  expectSame(Object.fromEntries(searchParams), Object.fromEntries(wanted), "the parameters");
  rehearsal.verify();
}

async function identifies(
  { fixture, start }: Contract,
  calls: readonly DeclaredCall[],
  different: Partial<FixtureIdentity>,
): Promise<void> {
  const rehearsal = start(calls);
  await rehearsal.leave();
  const outcome = await rehearsal.comeBack(fixture.callback);
  rehearsal.verify();
  expectSame(outcome, { status: 200 }, "the login");
  const { uid, details, extraData, amr, networks } = { ...fixture.identity, ...different };
  const identity = rehearsal.identity();
  expectSame(identity?.provider, fixture.backend, "the provider");
  expectSame(identity?.uid, uid, "the uid");
  expectSame(identity?.details, details, "the details");
  const kept = Object.entries(identity?.extraData ?? {}).filter(([, value]) => value !== undefined);
  expectSame(kept.map(([name]) => name).sort(), extraData.toSorted(), "the extra data's names");
  expectSame(identity?.amr, amr, "how they proved who they are");
  expectSame(identity?.networks, networks, "the networks");
  await checkVerifier(rehearsal, fixture.departure.parameters.code_challenge_method);
}

// RFC 7636, section 4.6.
async function checkVerifier({ known }: Rehearsal, method: string | undefined): Promise<void> {
  const verifier = known.get("code_verifier");
  expectSame(verifier !== undefined, method !== undefined, "a verifier, as there is a challenge");
  if (verifier === undefined) return;
  const challenge = method === "S256" ? toBase64Url(await sha256(verifier)) : verifier;
  expectSame(known.get("code_challenge"), challenge, "the challenge of the verifier");
}

function stateCases({ fixture, start }: Contract): ContractCase[] {
  const refused = (
    what: string,
    code: ErrorCode,
    comeBack: (rehearsal: Rehearsal) => Promise<Outcome>,
    calls = callsAtBegin(fixture),
  ): ContractCase => ({
    name: `refuses ${what} before it asks anything`,
    async run() {
      const rehearsal = start(calls);
      await rehearsal.leave();
      expectFailure(await comeBack(rehearsal), code, "state");
      rehearsal.verify();
    },
  });
  const { callback } = fixture;
  return [
    refused("a callback without a state", "state_missing", (rehearsal) =>
      rehearsal.comeBack({ ...callback, state: undefined, redirect_state: undefined }),
    ),
    refused("a callback with another state", "state_unknown", (rehearsal) =>
      rehearsal.comeBack({ ...callback, ...stateOf(rehearsal, "another-state") }),
    ),
    refused("a callback in another browser", "state_unknown", (rehearsal) => {
      rehearsal.forgetCookies();
      return rehearsal.comeBack(callback);
    }),
    refused(
      "a callback that was used",
      "state_used",
      async (rehearsal) => {
        rehearsal.freezeCookies();
        await rehearsal.comeBack(callback);
        return rehearsal.comeBack(callback);
      },
      fixture.calls,
    ),
  ];
}

// Where the state travels: in the protocol's parameter, or in our own address.
function stateOf({ known }: Rehearsal, state: string): Readonly<Record<string, string>> {
  const own = new URL(known.get("redirect_uri") ?? "").searchParams.has("redirect_state");
  return own ? { redirect_state: state } : { state };
}

async function denied({ fixture, start }: Contract): Promise<void> {
  const rehearsal = start(callsAtBegin(fixture));
  await rehearsal.leave();
  const outcome = await rehearsal.comeBack(fixture.denial ?? { error: "access_denied" });
  expectFailure(outcome, "access_denied", "callback");
  rehearsal.verify();
}

function faultCases(contract: Contract, call: FixtureCall): ContractCase[] {
  const { host, pathname } = new URL(call.url);
  const refusal = call.stage === "token" ? "client_refused" : "token_refused";
  const faults: readonly (readonly [Fault, string, ErrorCode])[] = [
    ["error500", "fails", "provider_failed"],
    ["timeout", "does not answer", "provider_timeout"],
    ["html", "answers with a page", "answer_invalid"],
    ["unauthorized", "does not let us in", refusal],
  ];
  return faults.map(([fault, what, usual]) => {
    const code = call.faults?.[fault] ?? usual;
    return {
      name: `${host}${pathname} ${what}: ${code}`,
      run: () => failsAt(contract, call, fault, code, call.stage),
    };
  });
}

function missingIdCases(contract: Contract, call: FixtureCall): ContractCase[] {
  const { id, answer } = call;
  if (id === undefined) return [];
  return [undefined, null, ""].map((value) => ({
    name: `refuses an id that is ${value === undefined ? "missing" : JSON.stringify(value)}`,
    run: () => {
      const body = withValue(answer.body, id, value);
      return failsAt(contract, call, { ...answer, body }, "uid_missing", "identity");
    },
  }));
}

/** A login that ends with the answer to one call. */
async function failsAt(
  { fixture, start }: Contract,
  call: FixtureCall,
  answer: FixtureAnswer | Fault,
  code: string,
  stage: string,
): Promise<void> {
  const at = fixture.calls.indexOf(call);
  // A wrong id is found out after all calls, anything else at once.
  const after = stage === "identity" ? fixture.calls.slice(at + 1) : [];
  const rehearsal = start([...fixture.calls.slice(0, at), { ...call, answer }, ...after]);
  if (stage === "begin") return expectNoDeparture(rehearsal, code);
  await rehearsal.leave();
  expectFailure(await rehearsal.comeBack(fixture.callback), code, stage);
  expectTrue(rehearsal.identity() === undefined, "nobody is made of it");
  rehearsal.verify();
}

async function expectNoDeparture(rehearsal: Rehearsal, code: string): Promise<void> {
  const failure = await rehearsal.leave().then(
    () => "the login begins all the same",
    (error: Error) => error.message,
  );
  expectTrue(failure.includes(`"${code}"`), `expected ${code}: ${failure}`);
  rehearsal.verify();
}

function variantCase(contract: Contract, variant: FixtureVariant): ContractCase {
  const { fixture } = contract;
  const urls = fixture.calls.map(({ url }) => url);
  const calls = fixture.calls.flatMap((call): FixtureCall[] => {
    const answer = variant.answers[call.url];
    return answer === null ? [] : [{ ...call, answer: answer ?? call.answer }];
  });
  return {
    name: variant.title,
    async run() {
      const strange = Object.keys(variant.answers).filter((url) => !urls.includes(url));
      expectSame(strange, [], "answers to calls that the fixture does not have");
      if (!variant.failure) return identifies(contract, calls, variant.identity ?? {});
      const rehearsal = contract.start(calls);
      await rehearsal.leave();
      const outcome = await rehearsal.comeBack(fixture.callback);
      expectFailure(outcome, variant.failure.code, variant.failure.stage);
      rehearsal.verify();
    },
  };
}

function expectFailure({ error }: Outcome, code: string, stage: string): void {
  const got = error && { code: error.code, stage: error.stage };
  expectSame(got, { code, stage }, "the refusal");
}

function callsAtBegin({ calls }: BackendFixture): readonly FixtureCall[] {
  return calls.filter(({ stage }) => stage === "begin");
}

function withValue(body: Json | undefined, path: readonly string[], value: Json | undefined): Json {
  const [name = "", ...rest] = path;
  const fields = Object(body) as JsonObject;
  const changed = rest.length === 0 ? value : withValue(fields[name], rest, value);
  return { ...fields, [name]: changed };
}
