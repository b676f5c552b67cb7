import type { BaseAuth } from "./backend.ts";
import { AuthError, logFacts } from "./errors.ts";
import type { Gate } from "./gate.ts";
import type { Http } from "./http.ts";
import { countMessage } from "./limits.ts";
import { type Held, idHashOf, type OpenLogin, type PausedLogin, sealPaused } from "./paused.ts";
import { type EndFacts, type PhaseEnd, runPhase, type StartFacts } from "./pipeline.ts";
import { randomToken } from "./seal.ts";
import type { SignedIn } from "./session.ts";
import { type Tables, toAuthError } from "./storage.ts";
import { inTransaction, untilWon } from "./transaction.ts";
import { boundedHttp } from "./wire/bounded-http.ts";

/** The browser that stands before a door. */
export interface Visitor {
  readonly signedIn: SignedIn | undefined;
  /** The cookie of the session that a new one replaces. */
  readonly session: string | undefined;
  /** What the browser calls itself; null where it does not say. */
  readonly userAgent: string | null;
}

/** A login that succeeded. */
export interface Completed {
  readonly kind: "completed";
  readonly facts: EndFacts;
  /** The new session's cookie. */
  readonly session: string;
}

/** A login that waits. */
export interface Waiting {
  readonly kind: "waiting";
  readonly id: string;
  readonly login: PausedLogin;
}

/** What surrounds one run of the pipeline. */
interface Run {
  readonly backend: BaseAuth;
  readonly http: Http;
  readonly now: Date;
  readonly visitor: Visitor;
  /** The paused login that this run goes on with. */
  readonly held?: Held;
}

/** Runs the pipeline: a new session, or a question first. */
export async function runPipeline(
  gate: Gate,
  run: Run,
  login: OpenLogin,
): Promise<Completed | Waiting> {
  const { backend, http, now, visitor } = run;
  const start: StartFacts = {
    identity: login.identity,
    tenant: gate.tenant,
    signedIn: login.userId === null ? undefined : visitor.signedIn?.user,
    recentlySignedIn: login.recentlySignedIn,
    next: login.next,
    fields: login.fields,
  };
  const may = { backend, http, users: gate.storage.users, now };
  const advised = await runPhase(gate.pipeline, "before", start, may, {
    replies: login.replies,
    trace: gate.trace,
  });
  const outcome = advised.kind === "done" ? await write(gate, run, login, advised.facts) : advised;
  if (outcome.kind === "refused") {
    const { error } = outcome;
    throw new AuthError(error.code, { ...error, backend: backend.name, message: error.message });
  }
  if (outcome.kind === "paused") return hold(gate, run, login, outcome);
  const facts = await afterwards(gate, run, outcome.facts);
  await tell(gate, backend.name, facts);
  return { ...outcome, facts };
}

/** Runs the steps that write, and makes the session, in one transaction. */
async function write(
  gate: Gate,
  { backend, now, visitor, held }: Run,
  { identity, replies }: OpenLogin,
  advised: object,
): Promise<Completed | Stopped> {
  const work = async (tables: Tables): Promise<Completed | Stopped> => {
    if (held && !(await tables.paused.remove(await idHashOf(held.id)))) {
      throw takenElsewhere(backend);
    }
    const may = { backend, tables, seal: gate.seal, now };
    const end = await runPhase(gate.pipeline, "within", advised, may, {
      replies,
      trace: gate.trace,
    });
    if (end.kind === "paused") throw new Undone(end);
    // A refusal commits what its steps wrote.
    if (end.kind === "refused") return end;
    // `pipeline` has checked that its steps end with these.
    const facts = end.facts as EndFacts;
    await tables.users.update(facts.user.id, { lastLoginAt: now }, now);
    const wanted = {
      userId: facts.user.id,
      backend: identity.provider,
      tenant: gate.tenant,
      associationId: facts.association?.id ?? null,
      amr: identity.amr ?? null,
      userAgent: visitor.userAgent,
      replaces: visitor.session,
    };
    return { kind: "completed", facts, session: await gate.sessions.start(tables, wanted, now) };
  };
  try {
    return await inTransaction(gate.storage, work);
  } catch (error) {
    if (error instanceof Undone) return error.end;
    throw error;
  }
}

type Stopped = Exclude<PhaseEnd, { kind: "done" }>;

/** Rolls the transaction back: nothing of a login that waits is written. */
class Undone extends Error {
  readonly end: Stopped;

  constructor(end: Stopped) {
    super("undone");
    this.end = end;
  }
}

/** How long a login that asks something waits, in seconds, unless its step says otherwise. */
const pauseLifetime = 3600;

/** Puts a login aside until somebody has said something. */
async function hold(
  gate: Gate,
  { backend, now, held }: Run,
  login: OpenLogin,
  { step, pause }: Extract<PhaseEnd, { kind: "paused" }>,
): Promise<Waiting> {
  const { lifetime = pauseLifetime, keep = {}, send, to } = pause.options;
  if (send && to !== undefined) await countMessage(gate, backend, to);
  const before = held?.login.step === step ? held.login : undefined;
  const id = held?.id ?? randomToken();
  const { [step]: _judged, ...replies } = login.replies;
  const waiting: PausedLogin = {
    ...login,
    replies,
    step,
    keep,
    asking: pause.asking,
    browser: held?.here ? held.login.browser : randomToken(),
    link: before?.link ?? (send ? randomToken() : null),
    expiresAt: now.getTime() + lifetime * 1000,
  };
  const record = await sealPaused(id, waiting, gate.seal);
  const { paused } = gate.storage;
  const isHeld = await untilWon(async () => {
    if (held) return paused.replace(record);
    await paused.add(record);
    return true;
  });
  if (!isHeld) {
    throw takenElsewhere(backend);
  }
  await send?.(`${gate.resumeUri(id)}?link=${waiting.link}`).catch(async (cause: unknown) => {
    // Nobody got a link: what was asked before counts again, and the step may send at once.
    if (held) await paused.replace(await sealPaused(id, held.login, gate.seal));
    else await paused.remove(record.idHash);
    const message = `step "${step}" could not send its link`;
    throw new AuthError("message_not_sent", {
      stage: "pipeline",
      backend: backend.name,
      message,
      cause,
    });
  });
  await gate.events.emit("paused", { backend: backend.name, step });
  return { kind: "waiting", id, login: waiting };
}

function takenElsewhere({ name }: BaseAuth): AuthError {
  const message = "another request went on with this login";
  return new AuthError("resume_unknown", { stage: "resume", backend: name, message });
}

/** Steps that wait for the commit. The login stands, so what they throw is only logged. */
async function afterwards(gate: Gate, { backend, now }: Run, facts: EndFacts): Promise<EndFacts> {
  const http = boundedHttp(backend, "pipeline", gate.bounds);
  try {
    const { seal, trace } = gate;
    const may = { backend, http, seal, now };
    const end = await runPhase(gate.pipeline, "after", facts, may, { trace });
    // Steps after the commit add facts and take none away.
    if (end.kind === "done") return end.facts as EndFacts;
    if (end.kind === "refused") throw end.error;
  } catch (error) {
    const failure = { backend: backend.name, ...logFacts(toAuthError(error)) };
    gate.logger.error("a step after the login failed", failure);
  }
  return facts;
}

async function tell({ events }: Gate, backend: string, facts: EndFacts): Promise<void> {
  const { user, isNew, association, isNewAssociation } = facts;
  await events.emit("login", { backend, user, isNew });
  if (association && isNewAssociation)
    await events.emit("connected", { backend, user, association });
}
