import type { BaseAuth } from "./backend.ts";
import { AuthError } from "./errors.ts";
import { type Gate, isRecent } from "./gate.ts";
import type { Identity } from "./identity.ts";
import { asking } from "./login.ts";
import { type Completed, runPipeline, type Visitor, type Waiting } from "./pipeline-run.ts";
import { toAuthError } from "./storage.ts";
import { boundedHttp } from "./wire/bounded-http.ts";

/** A token that an application on a device was given, and who brings it. */
export interface BroughtToken {
  readonly token: string;
  readonly nonce: string | undefined;
  readonly visitor: Visitor;
  readonly next: string;
}

/**
 * A login without a browser: an application on a device was given a token, and brings it. The
 * backend makes sure that it was made for us; the pipeline is that of any login.
 *
 * @throws `token_not_accepted`, and what a login throws.
 */
export async function signInWithToken(
  gate: Gate,
  backend: BaseAuth,
  { token, nonce, visitor, next }: BroughtToken,
): Promise<Completed | Waiting> {
  const now = gate.now();
  const http = boundedHttp(backend, "identity", gate.bounds);
  const { signedIn } = visitor;
  try {
    const identity = await asking(backend, "identity", async (): Promise<Identity> => {
      if (backend.identityFromToken) return backend.identityFromToken(token, { http, nonce, now });
      const message = `${backend.name}: nothing says whom its tokens were made for`;
      throw new AuthError("token_not_accepted", {
        stage: "identity",
        backend: backend.name,
        message,
      });
    });
    const login = {
      tenant: gate.tenant,
      backend: backend.name,
      identity,
      next,
      fields: {},
      userId: signedIn?.user.id ?? null,
      recentlySignedIn: isRecent(gate, signedIn, now),
      replies: {},
    };
    return await runPipeline(gate, { backend, http, now, visitor }, login);
  } catch (thrown) {
    const error = toAuthError(thrown);
    await gate.events.emit("login-failed", { backend: backend.name, error });
    throw error;
  }
}
