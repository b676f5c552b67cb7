import type { BaseAuth, Departure } from "./backend.ts";
import { AuthError, type ErrorCode, type Stage } from "./errors.ts";
import { type Gate, isRecent } from "./gate.ts";
import type { Held } from "./paused.ts";
import { type Completed, runPipeline, type Visitor, type Waiting } from "./pipeline-run.ts";
import { randomToken, sameText } from "./seal.ts";
import type { Flow, SignedIn } from "./session.ts";
import { toAuthError } from "./storage.ts";
import { untilWon } from "./transaction.ts";
import { boundedHttp } from "./wire/bounded-http.ts";

// The story of a login. A person leaves through the first door, `begin`, and comes back
// through the second, `complete`: the state is checked and used up, the backend says who
// this is, the pipeline makes a user of it, and one transaction writes it all. Where a step
// has a question first, the login waits, and `resume` goes on with it.

/** How long a person may take at the provider, in milliseconds. */
export const flowLifetime = 10 * 60 * 1000;

/** The first door: where to send the browser, and the flow that it must bring back. */
export async function begin(
  gate: Gate,
  backend: BaseAuth,
  wish: {
    readonly next: string;
    readonly signedIn: SignedIn | undefined;
    readonly data: Readonly<Record<string, string>>;
    readonly fields: Readonly<Record<string, string>>;
  },
): Promise<{ readonly departure: Departure; readonly flow: Flow }> {
  const now = gate.now();
  const state = randomToken();
  const departure = await asking(backend, "begin", () =>
    backend.authUrl({
      http: boundedHttp(backend, "begin", gate.bounds),
      redirectUri: callbackAddress(gate, backend, state),
      state,
      data: wish.data,
      now,
    }),
  );
  const { signedIn, next, fields } = wish;
  const flow: Flow = {
    backend: backend.name,
    tenant: gate.tenant,
    state,
    keep: departure.keep ?? {},
    next,
    fields,
    userId: signedIn?.user.id ?? null,
    recentlySignedIn: isRecent(gate, signedIn, now),
    expiresAt: now.getTime() + flowLifetime,
  };
  return { departure, flow };
}

/** What comes back through the second door. */
export interface Return extends Visitor {
  readonly callback: URLSearchParams;
  /** A header of the request, by lower-case name. */
  readonly header: (name: string) => string | null;
  /** The flow that this browser holds for the state it brings, if it holds one. */
  readonly flow: Flow | undefined;
}

/** The second door: who came back, and what became of it. */
export async function complete(
  gate: Gate,
  backend: BaseAuth,
  back: Return,
): Promise<Completed | Waiting> {
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
      once: (key, expiresAt) => useUp(gate, `${backend.name} ${key}`, expiresAt, now),
      now,
    }),
  );
  const { next, fields, userId, recentlySignedIn } = flow;
  const login = { next, fields, userId, recentlySignedIn, replies: {} };
  return runPipeline(
    gate,
    { backend, http, now, visitor: back },
    { ...login, backend: backend.name, tenant: gate.tenant, identity },
  );
}

/** Goes on with a paused login: the step that asked finds what was said. */
export async function resume(
  gate: Gate,
  backend: BaseAuth,
  held: Held,
  said: Readonly<Record<string, string>>,
  visitor: Visitor,
): Promise<Completed | Waiting> {
  const { login, byLink } = held;
  if (login.userId !== null && login.userId !== visitor.signedIn?.user.id) {
    const message = "the login was begun by another user";
    throw new AuthError("resume_foreign", { stage: "resume", backend: backend.name, message });
  }
  const now = gate.now();
  const http = boundedHttp(backend, "pipeline", gate.bounds);
  const reply = { said, keep: login.keep, byLink };
  const replies = { ...login.replies, [login.step]: reply };
  const outcome = await runPipeline(
    gate,
    { backend, http, now, visitor, held },
    { ...login, replies },
  );
  await gate.events.emit("resumed", { backend: backend.name, step: login.step });
  return outcome;
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
  if (flow.tenant !== gate.tenant) {
    throw refuse("state_foreign", "the flow was begun for another tenant");
  }
  if (flow.userId !== null && flow.userId !== back.signedIn?.user.id) {
    throw refuse("state_foreign", "the flow was begun by another user");
  }
  if (flow.expiresAt <= now.getTime()) throw refuse("state_expired", "the flow is too old");
  const first = await useUp(gate, `state ${flow.state}`, new Date(flow.expiresAt), now);
  if (!first) throw refuse("state_used", "the state was used before");
  return flow;
}

/** True for whoever uses the key first. A database that fails is no fault of the backend that asks. */
async function useUp(gate: Gate, key: string, expiresAt: Date, now: Date): Promise<boolean> {
  try {
    return await untilWon(() => gate.storage.used.add(key, expiresAt, now));
  } catch (error) {
    throw toAuthError(error);
  }
}

/** What a backend says; what it throws that is no `AuthError` is a fault of its own code. */
export async function asking<T>(
  backend: BaseAuth,
  stage: Stage,
  ask: () => Promise<T>,
): Promise<T> {
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
  const values = callback.getAll(
    backend.stateParameter ? backend.stateParameterName : "redirect_state",
  );
  return values.length === 1 && values[0] !== "" ? values[0] : undefined;
}
