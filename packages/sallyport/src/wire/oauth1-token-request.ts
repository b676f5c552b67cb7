import { AuthError, type ErrorCode } from "../errors.ts";
import type { Http, HttpAnswer } from "../http.ts";
import type { Tokens } from "../identity.ts";
import { randomToken } from "../seal.ts";
import { describe, retryAfterOf, statusFailure } from "./bounded-http.ts";
import {
  type Credentials,
  type Parameters,
  type SignatureMethod,
  type Signing,
  signedRequest,
} from "./oauth1-signature.ts";

/** A client of an OAuth 1 provider. */
export interface OAuth1Client {
  readonly backend: string;
  readonly credentials: Credentials;
  readonly signatureMethod: SignatureMethod;
  /** Where request tokens are had. */
  readonly requestToken: TokenEndpoint;
  /** Where access tokens are had. */
  readonly accessToken: TokenEndpoint;
}

/** An endpoint that hands out tokens. */
export interface TokenEndpoint {
  readonly url: string;
  readonly method: "GET" | "POST";
}

/** What a person is asked to authorize: temporary credentials (RFC 5849, section 2.1). */
export interface RequestToken {
  readonly token: string;
  readonly tokenSecret: string;
  /** The provider keeps to the callback it was given, and will send a verifier there. */
  readonly confirmed: boolean;
}

/**
 * Asks for a request token (RFC 5849, section 2.1).
 *
 * @throws `client_refused`, `provider_refused`, `answer_invalid`, and what
 * {@link Http.request} throws, at the stage `begin`.
 */
export async function fetchRequestToken(
  client: OAuth1Client,
  callback: string,
  http: Http,
  now: Date,
): Promise<RequestToken> {
  const { token, tokenSecret, fields } = await exchanged(
    { client, endpoint: client.requestToken, stage: "begin", refusal: "client_refused" },
    [["oauth_callback", callback]],
    http,
    now,
  );
  return { token, tokenSecret, confirmed: fields.oauth_callback_confirmed === "true" };
}

/**
 * Exchanges an authorized request token for an access token (RFC 5849, section 2.3).
 *
 * @throws as {@link fetchRequestToken}, at the stage `token`, and `code_refused` where the
 * provider refuses the request token or its verifier.
 */
export async function exchangeRequestToken(
  client: OAuth1Client,
  grant: { readonly requestToken: RequestToken; readonly verifier: string | undefined },
  http: Http,
  now: Date,
): Promise<Tokens> {
  const { token, tokenSecret } = grant.requestToken;
  const credentials = { ...client.credentials, token, tokenSecret };
  const access = await exchanged(
    {
      client: { ...client, credentials },
      endpoint: client.accessToken,
      stage: "token",
      // The client's own credentials were good a moment ago, when it got the request token.
      refusal: "code_refused",
    },
    grant.verifier === undefined ? [] : [["oauth_verifier", grant.verifier]],
    http,
    now,
  );
  return {
    accessToken: access.token,
    tokenSecret: access.tokenSecret,
    tokenType: "oauth1",
    answer: access.fields,
  };
}

/** How a request of this client's is signed now, with a nonce that nobody has used. */
export function signingOf(
  { credentials, signatureMethod: method }: Pick<OAuth1Client, "credentials" | "signatureMethod">,
  now: Date,
): Signing {
  // Letters and digits only, since some providers take nothing else.
  const nonce = randomToken(20).replace(/[-_]/g, "x");
  return { method, credentials, nonce, timestamp: Math.floor(now.getTime() / 1000) };
}

/** The fields of a form-encoded answer; undefined where it is none, or says something twice. */
export function parseForm({ text }: HttpAnswer): Readonly<Record<string, string>> | undefined {
  if (!/^[^\s<>{}"]+=[^\s<>{}"]*$/.test(text.trim())) return undefined;
  const pairs = [...new URLSearchParams(text.trim())];
  const fields = Object.fromEntries(pairs);
  return Object.keys(fields).length === pairs.length ? fields : undefined;
}

interface Exchange {
  readonly client: OAuth1Client;
  readonly endpoint: TokenEndpoint;
  readonly stage: "begin" | "token";
  /** What a 401 without further words means. */
  readonly refusal: ErrorCode;
}

async function exchanged(exchange: Exchange, more: Parameters, http: Http, now: Date) {
  const { client, endpoint } = exchange;
  const request = endpoint.method === "GET" ? endpoint : { ...endpoint, headers: form, body: "" };
  const signing = { ...signingOf(client, now), more };
  const answer = await http.request(await signedRequest(request, signing));
  const fields = parseForm(answer) ?? {};
  const { oauth_token: token = "", oauth_token_secret: tokenSecret } = fields;
  // A secret may be empty, where only the client's own signs.
  if (isGood(answer) && token && tokenSecret !== undefined) return { token, tokenSecret, fields };
  throw failure(exchange, answer, fields.oauth_problem);
}

function failure(exchange: Exchange, answer: HttpAnswer, problem = ""): AuthError {
  const { client, stage, refusal, endpoint } = exchange;
  const unreadable = isGood(answer) && problem === "";
  const unauthorized = answer.status === 401 || answer.status === 403;
  const otherwise = unreadable ? "answer_invalid" : unauthorized ? refusal : "provider_refused";
  const code = statusFailure(answer) ?? codeOf(problem) ?? otherwise;
  const where = new URL(endpoint.url).pathname;
  const said = problem && `, problem ${JSON.stringify(problem.slice(0, 60))}`;
  const message = `${client.backend}: expected a token from ${where} and got ${describe(answer)}${said}`;
  const retryAfter = retryAfterOf(answer);
  return new AuthError(code, { stage, backend: client.backend, message, retryAfter });
}

// http://wiki.oauth.net/w/page/12238543/ProblemReporting, which many providers follow.
function codeOf(problem: string): ErrorCode | undefined {
  if (/^(consumer_key|signature|timestamp|nonce|version)_/.test(problem)) return "client_refused";
  if (/^(token|verifier)_/.test(problem)) return "code_refused";
  if (/^(user_refused|permission_denied)$/.test(problem)) return "access_denied";
  return undefined;
}

function isGood({ status }: HttpAnswer): boolean {
  return status >= 200 && status < 300;
}

const form = { "content-type": "application/x-www-form-urlencoded" };
