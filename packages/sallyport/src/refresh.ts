import type { BaseAuth } from "./backend.ts";
import { AuthError, type ErrorCode } from "./errors.ts";
import type { Gate } from "./gate.ts";
import type { JsonObject, Tokens } from "./identity.ts";
import type { Association } from "./storage.ts";
import { mergedExtraData, openToken, openTokens } from "./stored-tokens.ts";
import { backendSpan } from "./tracing.ts";
import { inTransaction, untilWon } from "./transaction.ts";
import { boundedHttp } from "./wire/bounded-http.ts";

/** What a refresh needs. */
export type RefreshGate = Pick<Gate, "storage" | "bounds" | "seal" | "events" | "trace" | "now">;

/**
 * Newer tokens than an association came with. However many ask at once, over however many
 * processes, one of them asks the provider and the others wait for what it stores: a refresh
 * token that rotates works once, and whoever sends it again may lose the grant.
 *
 * @throws `token_missing` without a refresh token, `token_revoked` where the provider no
 * longer honours it, and what the provider's outage is.
 */
export async function refresh(
  gate: RefreshGate,
  backend: BaseAuth,
  known: Association,
): Promise<Tokens> {
  // Longer than all requests of a refresh take, so that it ends only for who crashed.
  const lease = gate.bounds.loginTimeout + 5000;
  const giveUpAt = performance.now() + 2 * lease;
  for (let wait = 20; ; wait = Math.min(wait * 1.5, 500)) {
    const now = gate.now();
    const until = new Date(now.getTime() + lease);
    if (await untilWon(() => gate.storage.associations.lease(known.id, until, now))) {
      return renew(gate, backend, known, until);
    }
    const { newer } = await read(gate, backend, known);
    if (newer) return newer;
    if (performance.now() > giveUpAt) {
      throw failure(backend, "provider_timeout", "who else renews the tokens does not finish");
    }
    await new Promise((resolve) => setTimeout(resolve, wait * (0.5 + Math.random() / 2)));
  }
}

/** Renews the tokens for all who wait. */
async function renew(
  gate: RefreshGate,
  backend: BaseAuth,
  known: Association,
  until: Date,
): Promise<Tokens> {
  const { associations } = gate.storage;
  try {
    // Whoever held the lease before may have stored newer ones.
    const { association, newer } = await read(gate, backend, known);
    if (!newer) {
      return await gate.trace(backendSpan("refresh", backend), () =>
        exchange(gate, backend, association),
      );
    }
    await untilWon(() => associations.release(known.id, until));
    return newer;
  } catch (error) {
    // A lease ends by itself in the end; what went wrong before is what matters.
    await associations.release(known.id, until).catch(() => {});
    throw error;
  }
}

/** What is stored, and its tokens where they are newer than those known and still good. */
async function read({ storage, seal, now }: RefreshGate, backend: BaseAuth, known: Association) {
  const association = await storage.associations.get(known.id);
  if (!association) throw failure(backend, "token_missing", "the account is gone");
  const changed = association.extraData.access_token !== known.extraData.access_token;
  const tokens = changed ? await openTokens(association, seal) : undefined;
  return { association, newer: tokens && lasts(tokens, now()) ? tokens : undefined };
}

/** Whether an access token is good for so many seconds more. One without an end always is. */
export function lasts({ expiresAt }: Tokens, now: Date, seconds = 0): boolean {
  return expiresAt === undefined || expiresAt.getTime() - now.getTime() > seconds * 1000;
}

async function exchange(
  gate: RefreshGate,
  backend: BaseAuth,
  association: Association,
): Promise<Tokens> {
  const { seal, events, now } = gate;
  const used = await openToken(association, "refresh_token", seal);
  // Null is what a revoked one leaves behind.
  if (association.extraData.refresh_token === null) {
    throw failure(backend, "token_revoked", "the refresh token was revoked");
  }
  if (used === undefined || !backend.refreshToken) {
    throw failure(backend, "token_missing", "there is no refresh token");
  }
  const http = boundedHttp(backend, "refresh", gate.bounds);
  const outcome = await backend
    .refreshToken(used, http, now(), association.extraData)
    .catch((error: unknown) => {
      if (error instanceof AuthError && error.code === "token_revoked") return error;
      throw error;
    });
  const revoked = outcome instanceof AuthError;
  const changed = await replace(gate, backend, association, used, (stored) =>
    revoked
      ? { ...stored.extraData, refresh_token: null }
      : mergedExtraData(stored, { extraData: {}, tokens: outcome }, seal, now()),
  );
  const facts = { backend: backend.name, association: changed.association };
  if (changed.byLogin) return changed.byLogin;
  await events.emit(revoked ? "revoked" : "refreshed", facts);
  if (revoked) throw outcome;
  return outcome;
}

/**
 * Writes what the provider answered to a refresh token, and so ends the lease. Where a login
 * has brought another refresh token meanwhile, its tokens are newer, and stay.
 */
async function replace(
  { storage, seal, now }: RefreshGate,
  backend: BaseAuth,
  { id }: Association,
  used: string,
  change: (stored: Association) => JsonObject | Promise<JsonObject>,
): Promise<{ readonly association: Association; readonly byLogin?: Tokens | undefined }> {
  return inTransaction(storage, async ({ associations }) => {
    const association = await associations.get(id);
    if (!association) throw failure(backend, "token_missing", "the account is gone");
    const refreshToken = await openToken(association, "refresh_token", seal);
    if (refreshToken !== undefined && refreshToken !== used) {
      return { association, byLogin: await openTokens(association, seal) };
    }
    const extraData = await change(association);
    await associations.setExtraData(id, extraData, now());
    return { association: { ...association, extraData } };
  });
}

function failure({ name }: BaseAuth, code: ErrorCode, what: string): AuthError {
  return new AuthError(code, { stage: "refresh", backend: name, message: `${name}: ${what}` });
}
