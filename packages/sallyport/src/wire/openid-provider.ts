import { AuthError, type ErrorCode, type Stage } from "../errors.ts";
import { describe, statusFailure } from "./bounded-http.ts";
import {
  checkAuthentication,
  type OpenIdMessage,
  openId2,
  parseKeyValues,
} from "./openid-message.ts";
import { type Network, NotPublic, type PublicHttp, publicHttp } from "./public-http.ts";
import { discover, type OpenIdService } from "./yadis.ts";

// The two questions that a relying party asks the world.

/** Who asks, and what it means where the address is of no use. */
export interface OpenIdAsker {
  readonly backend: string;
  readonly stage: Stage;
  readonly network: Network;
  /** The code for an address that must not be asked, or is no OpenID. */
  readonly unusable: ErrorCode;
}

/**
 * The OpenID 2.0 services of an identifier, the best first and never none (section 7.3).
 *
 * @throws the asker's code, or what a provider's failure is called.
 */
export async function findServices(
  asker: OpenIdAsker,
  identifier: string,
): Promise<readonly [OpenIdService, ...OpenIdService[]]> {
  const { services, page } = await asking(asker, (http) => discover(http, identifier));
  const [first, ...others] = services;
  if (first) return [first, ...others];
  const code = statusFailure(page) ?? asker.unusable;
  throw failure(asker, code, `no OpenID 2.0 service was found (${describe(page)})`);
}

/** Whether an OP says that an answer is its own, which it does once (section 11.4.2). */
export async function isOwnAnswer(
  asker: OpenIdAsker,
  endpoint: string,
  answer: OpenIdMessage,
): Promise<boolean> {
  const said = await asking(asker, (http) => http.post(endpoint, checkAuthentication(answer)));
  const fields = said.status === 200 ? parseKeyValues(said.text) : undefined;
  if (fields?.get("ns") === openId2 && fields.has("is_valid")) {
    return fields.get("is_valid") === "true";
  }
  const code = statusFailure(said) ?? "answer_invalid";
  throw failure(asker, code, `expected a verification and got ${describe(said)}`);
}

async function asking<T>(asker: OpenIdAsker, ask: (http: PublicHttp) => Promise<T>): Promise<T> {
  try {
    return await ask(publicHttp(asker.backend, asker.stage, asker.network));
  } catch (error) {
    if (!(error instanceof NotPublic)) throw error;
    throw failure(asker, asker.unusable, error.message, error);
  }
}

function failure(
  { backend, stage }: OpenIdAsker,
  code: ErrorCode,
  message: string,
  cause?: unknown,
): AuthError {
  return new AuthError(code, { stage, backend, message: `${backend}: ${message}`, cause });
}
