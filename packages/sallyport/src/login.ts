import type { BaseAuth } from "./backend.ts";
import { AuthError, type ErrorCode, logFacts, type Stage } from "./errors.ts";
import type { Identity } from "./identity.ts";
import type { Logger } from "./logger.ts";
import { type EndFacts, type Pipeline, Refusal, runPhase, type StartFacts } from "./pipeline.ts";
import { randomToken, type Seal, sameText } from "./seal.ts";
import type { Flow, SessionStore } from "./session.ts";
import { Conflict, type Storage, type Tables, toAuthError, type User } from "./storage.ts";
import { type Bounds, boundedHttp } from "./wire/bounded-http.ts";

// The story of a login. A person leaves through the first door, `begin`, and comes back
// through the second, `complete`: the state is checked and used up, the backend says who
// this is, the pipeline makes a user of it, and one transaction writes it all.

/** What every login needs, whoever signs in and wherever. */
export interface Gate {
  readonly storage: Storage;
  readonly sessions: SessionStore;
  readonly pipeline: Pipeline;
  readonly bounds: Bounds;
  /** Seals tokens at rest. */
  readonly seal: Seal;
  readonly logger: Logger;
  /** Our address for a backend's answer. */
  readonly redirectUri: (backend: BaseAuth) => string;
  readonly now: () => Date;
}

/** How long a person may take at the provider, in milliseconds. */
export const flowLifetime = 10 * 60 * 1000;

/** The first door: where to send the browser, and the flow that it must bring back. */
export async function begin(
  gate: Gate,
  backend: BaseAuth,
  wish: {
    readonly next: string;
    readonly signedIn: User | undefined;
    readonly data: Readonly<Record<string, string>>;
  },
): Promise<{ readonly location: string; readonly flow: Flow }> {
  const now = gate.now();
  const state = randomToken();
  const { location, keep = {} } = await asking(backend, "begin", () =>
    backend.authUrl({
      http: boundedHttp(backend, "begin", gate.bounds),
      redirectUri: callbackAddress(gate, backend, state),
      state,
      data: wish.data,
      now,
    }),
  );
  const flow: Flow = {
    backend: backend.name,
    state,
    keep,
    next: wish.next,
    userId: wish.signedIn?.id ?? null,
    expiresAt: now.getTime() + flowLifetime,
  };
  return { location, flow };
}

/** What comes back through the second door. */
export interface Return {
  readonly callback: URLSearchParams;
  /** A header of the request, by lower-case name. */
  readonly header: (name: string) => string | null;
  /** The flow that this browser holds for the state it brings, if it holds one. */
  readonly flow: Flow | undefined;
  readonly signedIn: User | undefined;
  /** The cookie of the session that a new one replaces. */
  readonly session: string | undefined;
}

/** A login that succeeded. */
export interface Completed {
  readonly facts: EndFacts;
  /** The new session's cookie. */
  readonly session: string;
  readonly next: string;
}

/** The second door: who came back, and what became of it. */
export async function complete(gate: Gate, backend: BaseAuth, back: Return): Promise<Completed> {
  const now = gate.now();
  const flow = await admit(gate, backend, back, now);

  const http = boundedHttp(backend, "callback", gate.bounds);
  const identity = await asking(backend, "callback", () =>
    backend.authComplete({
      http,
      redirectUri: callbackAddress(gate, backend, flow.state),
      callback: back.callback,
      headers: headersFor(backend, back),
      keep: flow.keep,
      once: (key, expiresAt) => gate.storage.used.add(`${backend.name} ${key}`, expiresAt, now),
      now,
    }),
  );

  const start: StartFacts = {
    identity,
    signedIn: flow.userId === null ? undefined : back.signedIn,
  };
  const advised = accepted(
    await runPhase(gate.pipeline, "before", start, {
      backend,
      http,
      users: gate.storage.users,
      now,
    }),
  );
  const { facts, session } = await write(gate, backend, advised, identity, back.session, now);
  await afterwards(gate, backend, facts, now);
  return { facts, session, next: flow.next };
}

/** Lets a callback in that belongs to a login of this browser, once. Asks no provider. */
async function admit(gate: Gate, backend: BaseAuth, back: Return, now: Date): Promise<Flow> {
  const refuse = (code: ErrorCode, message: string) =>
    new AuthError(code, {
      stage: "state",
      backend: backend.name,
      message: `${backend.name}: ${message}`,
    });

  const state = stateOf(backend, back.callback);
  if (state === undefined) throw refuse("state_missing", "the callback carries no state");
  const { flow } = back;
  if (!flow || !sameText(flow.state, state)) {
    throw refuse("state_unknown", "this browser holds no flow for this state");
  }
  if (flow.backend !== backend.name) {
    throw refuse("state_foreign", `the flow was begun for ${flow.backend}`);
  }
  if (flow.userId !== null && flow.userId !== back.signedIn?.id) {
    throw refuse("state_foreign", "the flow was begun by another user");
  }
  if (flow.expiresAt <= now.getTime()) throw refuse("state_expired", "the flow is too old");
  const first = await gate.storage.used
    .add(`state ${flow.state}`, new Date(flow.expiresAt), now)
    .catch((error: unknown) => {
      throw toAuthError(error);
    });
  if (!first) throw refuse("state_used", "the state was used before");
  return flow;
}

/** Runs the steps that write, and makes the session, in one transaction. */
async function write(
  gate: Gate,
  backend: BaseAuth,
  advised: object,
  identity: Identity,
  replaces: string | undefined,
  now: Date,
): Promise<{ readonly facts: EndFacts; readonly session: string }> {
  const outcome = await startedOver(gate.storage, async (tables) => {
    const may = { backend, tables, seal: gate.seal, now };
    const result = await runPhase(gate.pipeline, "within", advised, may);
    // A refusal commits what its steps wrote; thrown errors do not get here.
    if (result instanceof Refusal) return result;
    // `pipeline` has checked that its steps end with these.
    const facts = result as EndFacts;
    await tables.users.update(facts.user.id, { lastLoginAt: now }, now);
    const { provider, amr = null } = identity;
    const wanted = { userId: facts.user.id, backend: provider, amr, replaces };
    return { facts, session: await gate.sessions.start(tables, wanted, now) };
  });
  return accepted(outcome);
}

/** Steps that wait for the commit. The login stands, so what they throw is only logged. */
async function afterwards(
  gate: Gate,
  backend: BaseAuth,
  facts: EndFacts,
  now: Date,
): Promise<void> {
  const http = boundedHttp(backend, "pipeline", gate.bounds);
  try {
    accepted(await runPhase(gate.pipeline, "after", facts, { backend, http, now }));
  } catch (error) {
    const facts = { backend: backend.name, ...logFacts(toAuthError(error)) };
    gate.logger.error("a step after the login failed", facts);
  }
}

const mostAttempts = 6;

/** A transaction that starts over, from nothing, where it lost a race. */
async function startedOver<T>(
  storage: Storage,
  work: (tables: Tables) => Promise<T>,
  attempt = 1,
): Promise<T> {
  try {
    return await storage.transaction(work);
  } catch (error) {
    if (!(error instanceof Conflict) || attempt === mostAttempts) throw toAuthError(error);
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 5 * 2 ** attempt));
    return startedOver(storage, work, attempt + 1);
  }
}

/** What a backend says; what it throws that is no `AuthError` is a fault of its own code. */
async function asking<T>(backend: BaseAuth, stage: Stage, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof AuthError) throw error;
    const words = error instanceof Error ? error.message : "something that is not an Error";
    const message = `${backend.name} threw: ${words}`;
    throw new AuthError("application_fault", {
      stage,
      backend: backend.name,
      message,
      cause: error,
    });
  }
}

function accepted<T>(outcome: T | Refusal): T {
  if (outcome instanceof Refusal) throw outcome.error;
  return outcome;
}

function headersFor(backend: BaseAuth, { header }: Return): Readonly<Record<string, string>> {
  const named = backend.trustedHeaders().map((name) => [name, header(name)] as const);
  return Object.fromEntries(named.filter((entry): entry is [string, string] => entry[1] !== null));
}

function callbackAddress(gate: Gate, backend: BaseAuth, state: string): string {
  const address = gate.redirectUri(backend);
  return backend.redirectState ? `${address}?redirect_state=${state}` : address;
}

/** The state that a callback carries; undefined without one, or with several. */
export function stateOf(backend: BaseAuth, callback: URLSearchParams): string | undefined {
  const values = callback.getAll(backend.stateParameter ? "state" : "redirect_state");
  return values.length === 1 && values[0] !== "" ? values[0] : undefined;
}
