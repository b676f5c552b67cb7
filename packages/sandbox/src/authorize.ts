import { type Answer, redirect } from "./answer.ts";
import type { Consent } from "./grants.ts";
import type { Incoming } from "./incoming.ts";
import { errorPage } from "./pages/error-page.ts";
import { signInPage } from "./pages/sign-in-page.ts";
import { usualAmr } from "./people.ts";
import type { Provider } from "./provider.ts";
import { areSupported, scopesSupported, toScopes } from "./scopes.ts";

/** The parameters of an authorization request that the sign-in form carries along. */
export const requestParameters = [
  "client_id",
  "redirect_uri",
  "response_type",
  "scope",
  "state",
  "nonce",
  "code_challenge",
  "code_challenge_method",
  "prompt",
] as const;

/** A well-formed authorization request. */
interface Asked {
  readonly clientId: string;
  readonly redirectUri: string;
  readonly scopes: readonly string[];
  readonly nonce: string | undefined;
  readonly challenge: Consent["challenge"];
}

/**
 * GET /oauth2/authorize/: the page on which to choose whom to sign in as.
 *
 * PeeringDB skips it for a signed-in user who agreed before; here nobody is ever signed in, so it
 * always shows, which is also what `prompt=login` asks for.
 */
export function showSignIn(provider: Provider, { query }: Incoming): Answer {
  const checked = check(provider, query);
  if ("refused" in checked) return checked.refused;
  if (toScopes(query.get("prompt")).includes("none")) return sendBack(query, "login_required");
  const { clientId, redirectUri, scopes } = checked.asked;
  return signInPage({
    clientId,
    scopes,
    returnsTo: new URL(redirectUri).origin,
    people: [...provider.people.entries()],
    parameters: requestParameters.flatMap((name) => {
      const value = query.get(name);
      return value === null ? [] : [[name, value] as const];
    }),
  });
}

/** POST /oauth2/authorize/: the choice made on the page, answered with a redirect. */
export function decide(provider: Provider, { form }: Incoming): Answer {
  const checked = check(provider, form);
  if ("refused" in checked) return checked.refused;
  const decision = form.get("decision");
  if (decision === "deny") return sendBack(form, "access_denied");
  if (decision !== "approve") return errorPage(400, "The form has no decision: approve or deny.");

  const id = form.get("person") ?? "";
  const person = provider.people.find(id);
  if (person === undefined) return errorPage(400, `There is no person "${id}" here.`);
  const amr = form.get("amr")?.split(",") ?? usualAmr(person);
  const code = provider.grants.issueCode({
    ...checked.asked,
    person: id,
    amr: amr.map((method) => method.trim()).filter((method) => method !== ""),
    signedInAt: provider.now(),
  });
  return redirect(302, withParameters(checked.asked.redirectUri, { code, state: stateOf(form) }));
}

/**
 * The order of oauthlib: first what must not be answered with a redirect, then the rest.
 *
 * https://github.com/oauthlib/oauthlib/blob/v3.3.1/oauthlib/oauth2/rfc6749/grant_types/authorization_code.py#L318
 */
function check(
  { clients }: Provider,
  parameters: URLSearchParams,
): { asked: Asked } | { refused: Answer } {
  const clientId = parameters.get("client_id") ?? "";
  if (!clients.has(clientId)) {
    return { refused: errorPage(400, `The client_id "${clientId}" is not registered here.`) };
  }
  const redirectUri = parameters.get("redirect_uri") ?? "";
  const problem = clients.redirectProblem(redirectUri);
  if (problem !== undefined) return { refused: errorPage(400, problem) };

  const refuse = (error: string, description?: string) => ({
    refused: sendBack(parameters, error, description),
  });
  const responseType = parameters.get("response_type");
  if (responseType === null) {
    return refuse("invalid_request", "Missing response_type parameter.");
  }
  // Discovery advertises implicit and hybrid as well; PeeringDB's form registers for the code.
  if (responseType !== "code") return refuse("unsupported_response_type");
  const challenge = toChallenge(parameters);
  if (challenge === "unsupported") {
    return refuse("invalid_request", "Transform algorithm not supported.");
  }
  const scopes = toScopes(parameters.get("scope"));
  if (!areSupported(scopes)) return refuse("invalid_scope");
  return {
    asked: {
      clientId,
      redirectUri,
      scopes: scopes.length === 0 ? scopesSupported : scopes,
      nonce: parameters.get("nonce") ?? undefined,
      challenge,
    },
  };
}

/** Without a method it is plain. https://www.rfc-editor.org/rfc/rfc7636#section-4.3 */
function toChallenge(parameters: URLSearchParams): Consent["challenge"] | "unsupported" {
  const value = parameters.get("code_challenge");
  if (value === null) return undefined;
  const method = parameters.get("code_challenge_method") ?? "plain";
  return method === "S256" || method === "plain" ? { method, value } : "unsupported";
}

function sendBack(parameters: URLSearchParams, error: string, description?: string): Answer {
  const uri = parameters.get("redirect_uri") ?? "";
  const answer = { error, error_description: description, state: stateOf(parameters) };
  return redirect(302, withParameters(uri, answer));
}

function stateOf(parameters: URLSearchParams): string | undefined {
  return parameters.get("state") ?? undefined;
}

function withParameters(uri: string, parameters: Record<string, string | undefined>): string {
  const added = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined) added.append(name, value);
  }
  const url = new URL(uri);
  url.search = url.search === "" ? `${added}` : `${url.search}&${added}`; // its own query untouched
  return url.href;
}
