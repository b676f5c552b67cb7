import * as oauth from "oauth4webapi";
import { AuthError, type ErrorCode, type Stage } from "../errors.ts";
import type { Http, HttpAnswer, HttpRequest } from "../http.ts";
import { isJsonObject, type JsonObject, type Tokens } from "../identity.ts";
import type { Setting } from "../settings.ts";
import { describe, parseJson, retryAfterOf, statusFailure } from "./bounded-http.ts";
import { assertionType } from "./client-assertion.ts";

/** How a client can prove itself at the token endpoint (OpenID Connect Core, section 9). */
export type ClientAuthMethod = NonNullable<Setting<"tokenEndpointAuthMethod">>;

/** A client of an authorization server's token endpoint. */
export interface TokenClient {
  readonly backend: string;
  readonly clientId: string;
  readonly clientSecret: string | undefined;
  /** What proves the client in one request, by `private_key_jwt`; goes before a secret. */
  readonly clientAssertion?: string | undefined;
  readonly authMethod: ClientAuthMethod;
  readonly tokenUrl: string;
  /** Some providers take the request as a query; RFC 6749, section 3.2 knows POST only. */
  readonly method: "GET" | "POST";
  /** How a POST is written; `form` unless given. */
  readonly payload?: "form" | "json" | undefined;
  /** Handed the answer's `id_token`, unchecked; without it nobody looks at one. */
  readonly onIdToken?: ((idToken: unknown) => void) | undefined;
  /** The code for one of the provider's own error words; undefined leaves it to the standard ones. */
  readonly errorCode?: ((error: string) => ErrorCode | undefined) | undefined;
}

/**
 * Exchanges an authorization code (RFC 6749, section 4.1.3; RFC 7636, section 4.5).
 *
 * @throws `callback_invalid` without exactly one code, `code_refused`, `client_refused`,
 * `provider_refused`, `answer_invalid`, and what {@link Http.request} throws.
 */
export async function exchangeCode(
  client: TokenClient,
  grant: { callback: URLSearchParams; redirectUri: string; verifier: string | undefined },
  http: Http,
  now: Date,
): Promise<Tokens> {
  const exchange: Exchange = { client, stage: "token", onInvalidGrant: "code_refused" };
  const codes = grant.callback.getAll("code");
  if (codes.length !== 1 || codes[0] === "") {
    throw failure(
      { ...exchange, stage: "callback" },
      "callback_invalid",
      `expected one code and got ${codes.length}`,
    );
  }
  // The code alone goes on: login has checked the state, and without an issuer of its own
  // what a plain OAuth 2 server says as `iss` decides nothing.
  const { server, party, authentication, options } = conversation(exchange, http);
  const callback = oauth.validateAuthResponse(
    server,
    party,
    new URLSearchParams({ code: codes[0] as string }),
    oauth.skipStateCheck,
  );
  return tokensFrom(exchange, now, async () => {
    const response = await oauth.authorizationCodeGrantRequest(
      server,
      party,
      authentication,
      callback,
      grant.redirectUri,
      grant.verifier ?? oauth.nopkce,
      options,
    );
    return oauth.processAuthorizationCodeResponse(server, party, response);
  });
}

/**
 * Renews an access token (RFC 6749, section 6).
 *
 * @throws as {@link exchangeCode}, but `token_revoked` where the grant is no longer good.
 */
export async function exchangeRefreshToken(
  client: TokenClient,
  refreshToken: string,
  http: Http,
  now: Date,
): Promise<Tokens> {
  const exchange: Exchange = { client, stage: "refresh", onInvalidGrant: "token_revoked" };
  const { server, party, authentication, options } = conversation(exchange, http);
  return tokensFrom(exchange, now, async () => {
    const response = await oauth.refreshTokenGrantRequest(
      server,
      party,
      authentication,
      refreshToken,
      options,
    );
    return oauth.processRefreshTokenResponse(server, party, response);
  });
}

/** One conversation with a token endpoint: who asks, when, and what its refusal means. */
interface Exchange {
  readonly client: TokenClient;
  readonly stage: Stage;
  readonly onInvalidGrant: ErrorCode;
}

// What oauth4webapi is told about the two parties, and how it asks. Answers are made
// regular before it sees them, so that it can stay as strict as it is.
function conversation(exchange: Exchange, http: Http) {
  const { client } = exchange;
  const server: oauth.AuthorizationServer = {
    // Compared with nothing: an answer's id_token is none of its business, and `iss` is dropped.
    issuer: new URL(client.tokenUrl).origin,
    token_endpoint: client.tokenUrl,
  };
  const party: oauth.Client = { client_id: client.clientId };
  const authentication = authenticationOf(client);
  const options = {
    // Which addresses may be plain http is decided where the request is made.
    [oauth.allowInsecureRequests]: true,
    async [oauth.customFetch](
      url: string,
      init: { body?: unknown; headers: Record<string, string> },
    ): Promise<Response> {
      const form = new URLSearchParams(String(init.body));
      // What we call ourselves is said where the request is made, too.
      const { "user-agent": _its, ...headers } = init.headers;
      const answer = await http.request(toRequest(client, url, form, headers));
      return new ParsedResponse(regular(exchange, answer));
    },
  };
  return { server, party, authentication, options };
}

function toRequest(
  { method, payload }: TokenClient,
  url: string,
  form: URLSearchParams,
  headers: Readonly<Record<string, string>>,
): HttpRequest {
  if (method === "GET") return { url: `${url}${url.includes("?") ? "&" : "?"}${form}`, headers };
  if (payload !== "json") return { url, method, headers, body: String(form) };
  const body = JSON.stringify(Object.fromEntries(form));
  return { url, method, headers: { ...headers, "content-type": "application/json" }, body };
}

/**
 * The form and the headers with which a client proves itself at another endpoint than the
 * token endpoint: for revocation, or a pushed authorization request.
 */
export async function authenticatedForm(
  client: TokenClient,
  url: string,
  fields: URLSearchParams | Readonly<Record<string, string>>,
): Promise<{ readonly form: URLSearchParams; readonly headers: Readonly<Record<string, string>> }> {
  const form = new URLSearchParams(fields);
  const headers = new Headers({ accept: "application/json" });
  const server = { issuer: new URL(url).origin };
  await authenticationOf(client)(server, { client_id: client.clientId }, form, headers);
  return { form, headers: Object.fromEntries(headers) };
}

/** How oauth4webapi is told that a client proves itself so. */
function authenticationOf(client: TokenClient): oauth.ClientAuth {
  const { clientSecret, clientAssertion, authMethod } = client;
  if (clientAssertion !== undefined) return byAssertion(clientAssertion);
  if (clientSecret === undefined || authMethod === "none") return oauth.None();
  return authMethod === "client_secret_basic"
    ? oauth.ClientSecretBasic(clientSecret)
    : oauth.ClientSecretPost(clientSecret);
}

// RFC 7523, section 2.2. oauth4webapi's own signs by the clock of the machine.
function byAssertion(assertion: string): oauth.ClientAuth {
  return (_, { client_id: clientId }, form) => {
    form.set("client_id", clientId);
    form.set("client_assertion_type", assertionType);
    form.set("client_assertion", assertion);
  };
}

// oauth4webapi takes a Response only. Ours was read and parsed already, so it carries the
// value as it is: a body would be written just to be read again.
class ParsedResponse extends Response {
  readonly #value: JsonObject;

  constructor(value: JsonObject) {
    super(null, { headers: { "content-type": "application/json" } });
    this.#value = value;
  }

  override async json(): Promise<JsonObject> {
    return this.#value;
  }
}

function regular(exchange: Exchange, answer: HttpAnswer): JsonObject {
  const outage = statusFailure(answer);
  if (outage) {
    throw failure(exchange, outage, `the token endpoint answered with ${describe(answer)}`, answer);
  }
  const body = parseJson(answer);
  if (!isJsonObject(body)) {
    const code = answer.status === 401 ? "client_refused" : "answer_invalid";
    throw failure(exchange, code, `expected tokens and got ${describe(answer)}`);
  }
  // Some providers refuse with status 200, so the error counts and not the status.
  if (typeof body.error === "string") {
    const error = body.error;
    const code =
      exchange.client.errorCode?.(error) ?? standardErrors(exchange)[error] ?? "provider_refused";
    throw failure(
      exchange,
      code,
      `the token endpoint refused with ${printable(error)} (status ${answer.status})`,
    );
  }
  if (answer.status === 401 || answer.status === 403) {
    throw failure(
      exchange,
      "client_refused",
      `the token endpoint answered with status ${answer.status}`,
    );
  }
  if (answer.status !== 200 || typeof body.access_token !== "string" || body.access_token === "") {
    throw failure(
      exchange,
      "answer_invalid",
      `the token answer has no access_token (${describe(answer)})`,
    );
  }
  const { id_token: unchecked, ...rest } = body;
  exchange.client.onIdToken?.(unchecked);
  return { token_type: "bearer", ...Object.fromEntries(Object.entries(rest).flatMap(plain)) };
}

// What is null or empty is left out, and a list of scopes is the text that it stands for.
function plain([name, value]: [string, JsonObject[string]]): [string, JsonObject[string]][] {
  if (value === null || (value === "" && name !== "scope")) return [];
  return [[name, name === "scope" && Array.isArray(value) ? value.join(" ") : value]];
}

async function tokensFrom(
  exchange: Exchange,
  now: Date,
  ask: () => Promise<oauth.TokenEndpointResponse>,
): Promise<Tokens> {
  const answer = await ask().catch((error: unknown) => {
    if (error instanceof AuthError) throw error;
    // oauth4webapi's error holds the answer, tokens included; only its words go on.
    throw failure(exchange, "answer_invalid", error instanceof Error ? error.message : "no tokens");
  });
  return {
    accessToken: answer.access_token,
    tokenType: answer.token_type,
    refreshToken: answer.refresh_token,
    scope: answer.scope,
    expiresAt:
      answer.expires_in === undefined
        ? undefined
        : new Date(now.getTime() + answer.expires_in * 1000),
    answer: answer as JsonObject,
  };
}

// RFC 6749, section 5.2.
function standardErrors({ onInvalidGrant }: Exchange): Readonly<Record<string, ErrorCode>> {
  return {
    invalid_client: "client_refused",
    unauthorized_client: "client_refused",
    invalid_grant: onInvalidGrant,
  };
}

function failure(
  { client: { backend }, stage }: Exchange,
  code: ErrorCode,
  message: string,
  answer?: HttpAnswer,
): AuthError {
  const retryAfter = answer && retryAfterOf(answer);
  return new AuthError(code, { stage, backend, message: `${backend}: ${message}`, retryAfter });
}

// A provider's word, short and plain enough for a line in a log.
function printable(word: string): string {
  return JSON.stringify(word.slice(0, 60));
}
