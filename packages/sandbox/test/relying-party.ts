import { createHash } from "node:crypto";
import { after, before } from "node:test";
import { type Sandbox, type SandboxOptions, startSandbox } from "../src/index.ts";

export const redirectUri = "http://localhost:3000/complete/peeringdb";
export const credentials = { client_id: "sandbox-client", client_secret: "sandbox-secret" };
export const verifier = "a-verifier-of-forty-three-characters-or-more-1";

/** A clock that a test moves; starts in 2030. */
export class Clock {
  #at = Date.UTC(2030, 0, 1);
  readonly now = () => this.#at;

  advance(seconds: number): void {
    this.#at += seconds * 1000;
  }
}

/** A sandbox for the tests of one file or suite. */
export function sandboxForTests(options: SandboxOptions = {}): () => Sandbox {
  let sandbox: Sandbox;
  before(async () => {
    sandbox = await startSandbox(options);
  });
  after(() => sandbox.close());
  return () => sandbox;
}

/** An authorization request's address; undefined leaves a parameter out. */
export function authorizeUrl(
  { url }: Sandbox,
  parameters: Record<string, string | undefined> = {},
): string {
  const all = {
    client_id: "sandbox-client",
    redirect_uri: redirectUri,
    response_type: "code",
    scope: "profile email networks amr",
    state: "the-state",
    ...parameters,
  };
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(all)) {
    if (value !== undefined) query.set(name, value);
  }
  return `${url}/oauth2/authorize/?${query}`;
}

/** S256, for `code_challenge`. */
export const challenge = createHash("sha256").update(verifier).digest("base64url");

/** What a callback address says. */
export function callback(location: string): Record<string, string> {
  return Object.fromEntries(new URL(location).searchParams);
}

/** Signs somebody in, as far as the code. */
export async function codeFor(
  sandbox: Sandbox,
  person: number | string = 1001,
  parameters: Record<string, string | undefined> = {},
): Promise<string> {
  const location = await sandbox.signIn(authorizeUrl(sandbox, parameters), { person });
  return callback(location).code ?? "";
}

/** Posts a form. */
export function post(
  { url }: Sandbox,
  path: string,
  form: Record<string, string>,
  headers: Record<string, string> = {},
): Promise<Response> {
  return fetch(url + path, {
    method: "POST",
    body: new URLSearchParams(form),
    headers,
    redirect: "manual",
  });
}

/** Redeems a code. */
export function redeem(
  sandbox: Sandbox,
  code: string,
  more: Record<string, string> = {},
): Promise<Response> {
  const form = { grant_type: "authorization_code", code, redirect_uri: redirectUri };
  return post(sandbox, "/oauth2/token/", { ...credentials, ...form, ...more });
}

/** Redeems a refresh token. */
export function refresh(
  sandbox: Sandbox,
  refresh_token: string,
  more: Record<string, string> = {},
): Promise<Response> {
  const form = { grant_type: "refresh_token", refresh_token };
  return post(sandbox, "/oauth2/token/", { ...credentials, ...form, ...more });
}

/** The answer of the token endpoint, when all went well. */
export interface Tokens {
  readonly access_token: string;
  readonly refresh_token: string;
  readonly scope: string;
  readonly id_token?: string;
}

/** Signs somebody in, as far as the tokens. */
export async function tokensFor(
  sandbox: Sandbox,
  person: number | string = 1001,
  parameters: Record<string, string | undefined> = {},
): Promise<Tokens> {
  return tokensOf(await redeem(sandbox, await codeFor(sandbox, person, parameters)));
}

export async function tokensOf(response: Response): Promise<Tokens> {
  return (await response.json()) as Tokens;
}

/** A request with an access token. */
export function withToken({ url }: Sandbox, path: string, token: string): Promise<Response> {
  return fetch(url + path, { headers: { Authorization: `Bearer ${token}` } });
}

/** What /profile/v1 says. */
export async function profileOf(sandbox: Sandbox, token: string): Promise<Record<string, unknown>> {
  const response = await withToken(sandbox, "/profile/v1", token);
  return (await response.json()) as Record<string, unknown>;
}
