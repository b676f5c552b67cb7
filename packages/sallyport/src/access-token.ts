import type { BaseAuth } from "./backend.ts";
import { AuthError } from "./errors.ts";
import { lasts, type RefreshGate, refresh } from "./refresh.ts";
import type { User } from "./storage.ts";
import { openTokens } from "./stored-tokens.ts";

/** Which access token is wanted. */
export interface AccessTokenOptions {
  /** Of which of the user's accounts at the provider; the one that was connected first unless given. */
  readonly associationId?: number | undefined;
  /** Seconds for which it must be good still, else it is renewed first. Default 10. */
  readonly minimumLifetime?: number | undefined;
}

/**
 * An access token that can be used now: the stored one while it lasts, else a new one.
 *
 * @throws `association_unknown` where the user has no such account, and what {@link refresh}
 * throws.
 */
export async function accessToken(
  gate: RefreshGate,
  backend: BaseAuth,
  user: Pick<User, "id">,
  { associationId, minimumLifetime = 10 }: AccessTokenOptions = {},
): Promise<string> {
  const accounts = await gate.storage.associations.ofUser(user.id);
  const association = accounts.find(
    ({ id, provider }) =>
      provider === backend.name && (associationId === undefined || id === associationId),
  );
  if (!association) {
    const message = `${backend.name}: the user has no such account`;
    throw new AuthError("association_unknown", {
      stage: "refresh",
      backend: backend.name,
      message,
    });
  }
  const stored = await openTokens(association, gate.seal);
  if (stored && lasts(stored, gate.now(), minimumLifetime)) return stored.accessToken;
  return (await refresh(gate, backend, association)).accessToken;
}
