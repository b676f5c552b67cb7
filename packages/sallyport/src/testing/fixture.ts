import type { ErrorCode, Json, JsonObject, Network, Stage, UserDetails } from "../index.ts";

type Texts = Readonly<Record<string, string>>;

/**
 * A backend's provider on paper: what it is asked, what it answers, and who that makes.
 * `fixture.schema.json` beside this file is the same for editors and tests, and
 * docs/reference/backend-fixture.md explains it.
 *
 * Which protocol it is shows in what it has: {@link idToken} is OpenID Connect's,
 * {@link FixtureCall.oauth} OAuth 1's, `openid.mode` in the callback OpenID 2.0's. A text in
 * braces stands for what only the login knows: `{state}`, `{redirect_uri}`, `{id_token}`, …
 */
export interface BackendFixture {
  readonly backend: string;
  /** For the constructor. */
  readonly settings: JsonObject;
  /** The provider's own pages that say so. */
  readonly source: readonly string[];
  /** When the login takes place, for a signature that counts for a while only; now unless given. */
  readonly now?: string | undefined;
  /** What the person enters when the login begins. */
  readonly data?: Texts | undefined;
  /** The authorization request, or the backend's own page in its place. */
  readonly departure: FixtureRedirect | { readonly page: FixturePage };
  /** What the provider sends back with the browser. */
  readonly callback: Texts;
  /** Headers that the callback comes with: what a proxy in front of us sets. */
  readonly headers?: Texts | undefined;
  /** What it sends when the person refuses; the protocol's own unless given, null where nobody can. */
  readonly denial?: Texts | null | undefined;
  /** What the provider signs: `{id_token}`, with a key in `{jwks}`. */
  readonly idToken?: FixtureIdToken | undefined;
  /** Every request of a login, each made exactly once. */
  readonly calls: readonly FixtureCall[];
  readonly identity: FixtureIdentity;
  /** Other people, and what becomes of them. */
  readonly variants?: readonly FixtureVariant[] | undefined;
}

/** An authorization request, with every parameter it has. */
export interface FixtureRedirect {
  /** `https` unless given. */
  readonly scheme?: "http" | undefined;
  readonly host: string;
  readonly path: string;
  readonly parameters: Texts;
}

/** A page of the backend's own. */
export interface FixturePage {
  /** The names of its form's fields; the form posts them to our callback, with the state. No form unless given. */
  readonly fields?: readonly string[] | undefined;
  /** Markup that stands in it. */
  readonly markup?: readonly string[] | undefined;
  /** Other sites' origins whose scripts and frames may run in it. */
  readonly origins?: readonly string[] | undefined;
}

/** An id_token of a provider on paper. */
export interface FixtureIdToken {
  /** `iss`, `sub` and what it says of the person; `aud`, `nonce`, `iat` and `exp` go with them by themselves. */
  readonly claims: JsonObject;
  /** `RS256` unless given. */
  readonly algorithm?: "RS256" | "ES256" | undefined;
}

/** A request to the provider, and its answer. */
export interface FixtureCall {
  /** Where in the login it is made; failures must say so. */
  readonly stage: Stage;
  readonly method: string;
  /** With its query, unless {@link query} has it. */
  readonly url: string;
  /** Every parameter of the query, in any order. */
  readonly query?: Texts | undefined;
  /** Headers that it must have, by lower-case name; HTTP Basic as `Basic id:secret`, not encoded. */
  readonly headers?: Texts | undefined;
  /** Every field of the form that is posted. OpenID 2.0's verification has the callback's own. */
  readonly form?: Texts | undefined;
  /** OAuth 1: every parameter of the signature's header but nonce, time, version and signature. */
  readonly oauth?: Texts | undefined;
  readonly answer: FixtureAnswer;
  /** The way to the account's id in the answer's body, where that is where it stands. */
  readonly id?: readonly string[] | undefined;
  /** Codes of failures, where they are not the usual ones. */
  readonly faults?: Readonly<Partial<Record<Fault, ErrorCode>>> | undefined;
}

/** What a provider answers: an object is sent as JSON, a text as it is. */
export interface FixtureAnswer {
  readonly status?: number | undefined;
  readonly headers?: Texts | undefined;
  readonly body?: Json | undefined;
}

/** How an answer can go wrong. */
export type Fault = "error500" | "timeout" | "html" | "unauthorized" | "empty";

/** Who a login finds. */
export interface FixtureIdentity {
  readonly uid: string;
  readonly details: UserDetails;
  /** The names under which something is kept. */
  readonly extraData: readonly string[];
  readonly amr?: readonly string[] | undefined;
  readonly networks?: readonly Network[] | undefined;
}

/** Another login: what is different from the fixture's, and what it makes. A null takes away. */
export interface FixtureVariant {
  /** A sentence on what happens: "a person without an address gets in". */
  readonly title: string;
  readonly settings?: JsonObject | undefined;
  readonly callback?: Readonly<Record<string, string | null>> | undefined;
  readonly headers?: Readonly<Record<string, string | null>> | undefined;
  /** Of the id_token. */
  readonly claims?: JsonObject | undefined;
  /** Answers in place of the fixture's, by the call's address; null where it must not be made. */
  readonly answers?: Readonly<Record<string, FixtureAnswer | null>> | undefined;
  /** Who it makes: what differs from the fixture's identity. */
  readonly identity?: Partial<FixtureIdentity> | undefined;
  /** Or why the login is refused. */
  readonly failure?: { readonly code: string; readonly stage: Stage } | undefined;
}

/** A call of one rehearsal, whose answer may have gone wrong. */
export type DeclaredCall = Omit<FixtureCall, "answer"> & {
  readonly answer: FixtureAnswer | Fault;
  /** It may be left out. */
  readonly optional?: boolean | undefined;
};

/** A fixture as one rehearsal has it. */
export type RehearsedFixture = Omit<BackendFixture, "calls"> & {
  readonly calls: readonly DeclaredCall[];
};
