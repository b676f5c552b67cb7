import type { Identity } from "../index.ts";
import type { Departed } from "./departure.ts";
import { expectSame, expectTrue } from "./expect.ts";
import type { BackendFixture, FixtureCall, RehearsedFixture } from "./fixture.ts";
import type { Known } from "./known.ts";

/** One thing that a backend must do, for any runner: `test(name, run)`. */
export interface ContractCase {
  readonly name: string;
  /** Rejects where the backend does not. */
  run(): Promise<void>;
}

/** A site with one backend, a provider on paper, a browser, and every line of the log. */
export interface Rehearsal {
  /** Goes out by the first door. */
  leave(): Promise<Departed>;
  /** Comes back by the second, with the fixture's callback unless given; what is undefined stays away. */
  comeBack(callback?: Readonly<Record<string, string | undefined>>): Promise<Outcome>;
  /** From now on the browser has the cookies that it has now, whatever it is told. */
  freezeCookies(): void;
  /** Another browser: none of the cookies. */
  forgetCookies(): void;
  /** What the backend made of the login. */
  identity(): Identity | undefined;
  /** What only this login knows: its state, its verifier. */
  readonly known: Known;
  /** Throws where a secret turned up in an answer or in the log, or a call went wrong. */
  verify(): void;
}

/** How our second door answered. */
export interface Outcome {
  readonly status: number;
  /** Undefined where the login succeeded. */
  readonly error?: { readonly code: string; readonly stage: string } | undefined;
}

/** How one login differs from the fixture's. */
export type Changes = Partial<RehearsedFixture>;

/** A fixture, and the logins that are rehearsed on it. */
export interface Contract {
  readonly fixture: BackendFixture;
  readonly start: (changes?: Changes) => Rehearsal;
}

/** How a refused login is told. */
export interface ExpectedFailure {
  readonly code: string;
  readonly stage: string;
}

/** A case in which a login with these changes begins, and is refused when the browser is back. */
export function refusedCase(
  { start }: Contract,
  name: string,
  failure: ExpectedFailure,
  changes: Changes,
): ContractCase {
  return {
    name,
    async run() {
      const rehearsal = start(changes);
      await rehearsal.leave();
      expectFailure(await rehearsal.comeBack(), failure);
      expectTrue(rehearsal.identity() === undefined, "nobody is made of it");
      rehearsal.verify();
    },
  };
}

/** Fails unless a login was refused so. */
export function expectFailure({ error }: Outcome, { code, stage }: ExpectedFailure): void {
  const got = error && { code: error.code, stage: error.stage };
  expectSame(got, { code, stage }, "the refusal");
}

/** Fails unless a login does not even begin, with this code, at the stage `begin`. */
export async function expectNoDeparture(rehearsal: Rehearsal, code: string): Promise<void> {
  const failure = await rehearsal.leave().then(
    () => "the login begins all the same",
    (error: Error) => error.message,
  );
  expectTrue(failure.includes(`"${code}"`), `expected ${code}: ${failure}`);
  expectTrue(failure.includes('"begin"'), `expected the stage begin: ${failure}`);
  rehearsal.verify();
}

/** The calls that are made before the browser leaves. */
export function callsAtBegin({ calls }: BackendFixture): readonly FixtureCall[] {
  return calls.filter(({ stage }) => stage === "begin");
}

/** The calls without those for the profile: all that are made for an answer that does not hold. */
export function callsWithoutProfile({ calls }: BackendFixture): readonly FixtureCall[] {
  return calls.filter(({ stage }) => stage !== "profile");
}
