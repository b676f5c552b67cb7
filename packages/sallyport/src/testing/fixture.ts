import type { ErrorCode, Json, JsonObject, Network, Stage, UserDetails } from "../index.ts";

/**
 * A backend's provider on paper: what it is asked, what it answers, and who that makes.
 * `fixture.schema.json` beside this file is the same for editors and tests, and
 * docs/reference/backend-fixture.md explains it.
 *
 * A text in braces stands for what only the login knows: `{state}`, `{redirect_uri}`,
 * `{code_challenge}`, `{code_verifier}`.
 */
export interface BackendFixture {
  readonly backend: string;
  /** For the constructor. */
  readonly settings: JsonObject;
  /** The provider's own pages that say so. */
  readonly source: readonly string[];
  /** What the person enters when the login begins. */
  readonly data?: Readonly<Record<string, string>> | undefined;
  /** The authorization request, with every parameter it has. */
  readonly departure: {
    readonly host: string;
    readonly path: string;
    readonly parameters: Readonly<Record<string, string>>;
  };
  /** What the provider sends back with the browser. */
  readonly callback: Readonly<Record<string, string>>;
  /** What it sends when the person refuses; `access_denied` unless given. */
  readonly denial?: Readonly<Record<string, string>> | undefined;
  /** Every request of a login, each made exactly once. */
  readonly calls: readonly FixtureCall[];
  readonly identity: FixtureIdentity;
  /** Other people, and what becomes of them. */
  readonly variants?: readonly FixtureVariant[] | undefined;
}

/** A request to the provider, and its answer. */
export interface FixtureCall {
  /** Where in the login it is made; failures must say so. */
  readonly stage: Stage;
  readonly method: string;
  /** With its query, unless {@link query} has it. */
  readonly url: string;
  /** Every parameter of the query, in any order. */
  readonly query?: Readonly<Record<string, string>> | undefined;
  /** Headers that it must have, by lower-case name. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Every field of the form that is posted. */
  readonly form?: Readonly<Record<string, string>> | undefined;
  readonly answer: FixtureAnswer;
  /** The way to the account's id in the answer's body, where that is where it stands. */
  readonly id?: readonly string[] | undefined;
  /** Codes of failures, where they are not the usual ones. */
  readonly faults?: Readonly<Partial<Record<Fault, ErrorCode>>> | undefined;
}

/** What a provider answers: an object is sent as JSON, a text as it is. */
export interface FixtureAnswer {
  readonly status?: number | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: Json | undefined;
}

/** How an answer can go wrong. */
export type Fault = "error500" | "timeout" | "html" | "unauthorized";

/** Who a login finds. */
export interface FixtureIdentity {
  readonly uid: string;
  readonly details: UserDetails;
  /** The names under which something is kept. */
  readonly extraData: readonly string[];
  readonly amr?: readonly string[] | undefined;
  readonly networks?: readonly Network[] | undefined;
}

/** Another profile: what is different from the fixture's calls, and what it makes. */
export interface FixtureVariant {
  /** What is special, as it may follow "a person": "whose address is not verified". */
  readonly title: string;
  /** Answers in place of the fixture's, by the call's address; null where it must not be made. */
  readonly answers: Readonly<Record<string, FixtureAnswer | null>>;
  /** Who it makes: what differs from the fixture's identity. */
  readonly identity?: Partial<FixtureIdentity> | undefined;
  /** Or why the login is refused. */
  readonly failure?: { readonly code: string; readonly stage: Stage } | undefined;
}
