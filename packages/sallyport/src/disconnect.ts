import type { BaseAuth } from "./backend.ts";
import type { DisconnectEnd, DisconnectFacts } from "./disconnect-pipeline.ts";
import { AuthError, logFacts } from "./errors.ts";
import { type Gate, isRecent } from "./gate.ts";
import { runPhase } from "./pipeline.ts";
import type { SignedIn } from "./session.ts";
import { type Association, toAuthError } from "./storage.ts";
import { inTransaction } from "./transaction.ts";
import { boundedHttp } from "./wire/bounded-http.ts";

/** Which accounts are to go. */
export interface DisconnectWish {
  readonly signedIn: SignedIn;
  /** One of several accounts of the backend; undefined for all of them. */
  readonly associationId: number | undefined;
}

/**
 * The way out: accounts of a backend lead to their user no longer. The pipeline says whether
 * they may go and takes them away in one transaction; what it does after that, such as
 * revoking their tokens, changes nothing about it.
 *
 * @throws `association_unknown`, `last_way_in`, `sign_in_again`
 */
export async function disconnect(
  gate: Gate,
  backend: BaseAuth,
  { signedIn, associationId }: DisconnectWish,
): Promise<readonly Association[]> {
  const now = gate.now();
  const start: DisconnectFacts = {
    user: signedIn.user,
    recentlySignedIn: isRecent(gate, signedIn, now),
    associationId,
    waysIn: gate.waysIn(),
  };
  const end = await inTransaction(gate.storage, (tables) =>
    runPhase(
      gate.disconnectPipeline,
      "within",
      start,
      { backend, tables, seal: gate.seal, now },
      { trace: gate.trace },
    ),
  );
  if (end.kind === "refused") {
    const { error } = end;
    throw new AuthError(error.code, { ...error, stage: "disconnect", message: error.message });
  }
  if (end.kind === "paused") {
    const message = `step "${end.step}" paused, which a disconnect cannot`;
    throw new AuthError("application_fault", { stage: "disconnect", message });
  }
  // `disconnectPipeline` has checked that its steps end with these.
  const facts = end.facts as DisconnectEnd;
  const revoked = await afterwards(gate, backend, facts, now);
  for (const association of facts.removed) {
    await gate.events.emit("disconnected", {
      backend: backend.name,
      user: facts.user,
      association,
    });
  }
  for (const association of revoked) {
    await gate.events.emit("revoked", { backend: backend.name, association });
  }
  return facts.removed;
}

/**
 * Steps that wait for the commit. The accounts are gone, so what they throw is only logged.
 * Gives the accounts whose tokens were revoked.
 */
async function afterwards(
  gate: Gate,
  backend: BaseAuth,
  facts: DisconnectEnd,
  now: Date,
): Promise<readonly Association[]> {
  const http = boundedHttp(backend, "disconnect", gate.bounds);
  const may = { backend, http, seal: gate.seal, now };
  try {
    const end = await runPhase(gate.disconnectPipeline, "after", facts, may, {
      trace: gate.trace,
    });
    // Steps after the commit add facts and take none away.
    if (end.kind === "done") return (end.facts as DisconnectEnd).revoked ?? [];
    if (end.kind === "refused") throw end.error;
  } catch (error) {
    const failure = { backend: backend.name, ...logFacts(toAuthError(error)) };
    gate.logger.error("a step after the disconnect failed", failure);
  }
  return [];
}
