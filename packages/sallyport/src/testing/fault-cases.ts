import type { ErrorCode, Json, JsonObject } from "../index.ts";
import {
  type Contract,
  type ContractCase,
  type ExpectedFailure,
  expectNoDeparture,
  refusedCase,
} from "./contract.ts";
import type { Fault, FixtureAnswer, FixtureCall } from "./fixture.ts";
import type { Protocol } from "./rehearsals/protocol.ts";

/** What can go wrong at each declared call, and what each failure is called. */
export function faultCases(contract: Contract, protocol: Protocol): readonly ContractCase[] {
  return contract.fixture.calls.flatMap((call) => [
    ...brokenAnswers(contract, protocol, call),
    ...missingIds(contract, call),
  ]);
}

const whatHappens: Readonly<Record<Fault, string>> = {
  error500: "fails",
  timeout: "does not answer",
  html: "answers with a page",
  unauthorized: "does not let us in",
  empty: "says nothing",
};

function brokenAnswers(contract: Contract, protocol: Protocol, call: FixtureCall): ContractCase[] {
  const { host, pathname } = new URL(call.url);
  const codes = {
    ...usualCodes(call),
    ...protocol.faults?.(call, contract.fixture),
    ...call.faults,
  };
  return Object.entries(codes).map(([fault, code]) => {
    // The keys of `codes` are those of its type.
    const answer = fault as Fault;
    const title = `${call.method} ${host}${pathname} ${whatHappens[answer]}: ${code}`;
    return failsAt(contract, call, answer, { title, code, stage: call.stage });
  });
}

function usualCodes({ stage }: FixtureCall): Partial<Record<Fault, ErrorCode>> {
  return {
    error500: "provider_failed",
    timeout: "provider_timeout",
    html: "answer_invalid",
    unauthorized: stage === "token" ? "client_refused" : "token_refused",
    // A profile may be empty: what that means shows in its id.
    ...(stage === "profile" ? {} : { empty: "answer_invalid" }),
  };
}

function missingIds(contract: Contract, call: FixtureCall): ContractCase[] {
  const { id, answer } = call;
  if (id === undefined) return [];
  return [undefined, null, ""].map((value) => {
    const title = `refuses an id that is ${value === undefined ? "missing" : JSON.stringify(value)}`;
    const body = withValue(answer.body, id, value);
    return failsAt(
      contract,
      call,
      { ...answer, body },
      { title, code: "uid_missing", stage: "identity" },
    );
  });
}

/** A login that ends with the answer to one call. */
function failsAt(
  contract: Contract,
  call: FixtureCall,
  answer: FixtureAnswer | Fault,
  { title, ...failure }: ExpectedFailure & { readonly title: string },
): ContractCase {
  const { calls } = contract.fixture;
  const at = calls.indexOf(call);
  // A wrong id is found out after all calls, anything else at once.
  const after =
    failure.stage === "identity" && call.stage !== "identity" ? calls.slice(at + 1) : [];
  const changes = { calls: [...calls.slice(0, at), { ...call, answer }, ...after] };
  if (failure.stage !== "begin") return refusedCase(contract, title, failure, changes);
  return { name: title, run: () => expectNoDeparture(contract.start(changes), failure.code) };
}

function withValue(body: Json | undefined, path: readonly string[], value: Json | undefined): Json {
  const [name = "", ...rest] = path;
  const fields = Object(body) as JsonObject;
  const changed = rest.length === 0 ? value : withValue(fields[name], rest, value);
  return { ...fields, [name]: changed };
}
