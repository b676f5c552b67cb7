import type { ErrorCode } from "../../index.ts";
import type { Contract, ContractCase } from "../contract.ts";
import type {
  BackendFixture,
  DeclaredCall,
  Fault,
  FixtureCall,
  RehearsedFixture,
} from "../fixture.ts";
import type { Known } from "../known.ts";
import type { CheckRequest } from "../strict-fetch.ts";

/** What a protocol adds to the rehearsal of a login. Whatever is left out, it adds nothing to. */
export interface Protocol {
  /** Whether a fixture's provider speaks it. */
  speaks(fixture: BackendFixture): boolean;
  /** What a refusal looks like; `error=access_denied` unless given. */
  readonly denial?: Readonly<Record<string, string>>;
  /** Codes of failures that are other than they are in OAuth 2. */
  faults?(call: FixtureCall, fixture: BackendFixture): Partial<Record<Fault, ErrorCode>>;
  /** What stands in the call where the fixture leaves it out. */
  completed?(call: DeclaredCall, fixture: RehearsedFixture): DeclaredCall;
  /** Settings that lead the backend's requests here, where they do not go over the application's `fetch`. */
  settings?(fetch: typeof globalThis.fetch, timeout: number): object;
  /** The provider got the authorization request: what it makes of it goes into `known`. */
  authorized?(fixture: RehearsedFixture, known: Known, now: Date): void | Promise<void>;
  /** Sees to what only this protocol's requests have. */
  checkRequest?(fixture: RehearsedFixture, known: Known): CheckRequest;
  /** What every backend of it must do, besides what any backend must. */
  cases?(contract: Contract): readonly ContractCase[];
}
