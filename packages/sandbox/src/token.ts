import { createHash } from "node:crypto";
import { type Answer, json, oauthError } from "./answer.ts";
import type { IdTokenFault } from "./faults.ts";
import { ACCESS_SECONDS, type Access, type Consent } from "./grants.ts";
import { idToken } from "./id-token.ts";
import type { Incoming } from "./incoming.ts";
import type { Provider } from "./provider.ts";
import { toScopes } from "./scopes.ts";

/** What the answer to a token request is made from. */
interface Granted {
  readonly access: Access;
  readonly nonce: string | undefined;
  readonly idTokenFault: IdTokenFault | undefined;
}

/** POST /oauth2/token/: a code or a refresh token becomes an access token and a refresh token. */
export function issueToken(
  provider: Provider,
  request: Incoming,
  idTokenFault?: IdTokenFault,
): Answer | Promise<Answer> {
  switch (request.form.get("grant_type")) {
    case "authorization_code":
      return exchangeCode(provider, request, idTokenFault);
    case "refresh_token":
      return refreshTokens(provider, request, idTokenFault);
    default:
      // Also what a JSON body gets: Django reads forms only.
      return oauthError(400, "unsupported_grant_type");
  }
}

function exchangeCode(
  provider: Provider,
  request: Incoming,
  idTokenFault: IdTokenFault | undefined,
): Answer | Promise<Answer> {
  const { form } = request;
  const code = form.get("code");
  if (code === null) return oauthError(400, "invalid_request", "Missing code parameter.");
  const clientId = provider.clients.authenticate(form);
  if (clientId === undefined) return oauthError(401, "invalid_client");
  const consent = provider.grants.findCode(code, clientId);
  if (consent === undefined) return oauthError(400, "invalid_grant");
  const verifier = form.get("code_verifier");
  if (consent.challenge && verifier === null) {
    return oauthError(400, "invalid_request", "Code verifier required.");
  }
  if (!verifies(consent.challenge, verifier)) return oauthError(400, "invalid_grant");
  if (form.get("redirect_uri") !== consent.redirectUri) {
    return oauthError(400, "invalid_request", "Mismatching redirect URI.");
  }
  provider.grants.spendCode(code);
  const { person, scopes, amr, signedInAt, nonce } = consent;
  const access = { clientId, person, scopes, amr, signedInAt };
  return answerTokens(provider, request, { access, nonce, idTokenFault });
}

function refreshTokens(
  provider: Provider,
  request: Incoming,
  idTokenFault: IdTokenFault | undefined,
): Answer | Promise<Answer> {
  const { form } = request;
  const token = form.get("refresh_token");
  if (token === null) return oauthError(400, "invalid_request", "Missing refresh token parameter.");
  const clientId = provider.clients.authenticate(form);
  if (clientId === undefined) return oauthError(401, "invalid_client");
  const refresh = provider.grants.findRefresh(token, clientId);
  if (refresh === undefined) return oauthError(400, "invalid_grant");
  const original = provider.grants.scopesOf(refresh);
  const asked = toScopes(form.get("scope"));
  if (!asked.every((scope) => original.includes(scope))) return oauthError(400, "invalid_scope");
  provider.grants.revoke(token);
  const { person, signedInAt } = refresh;
  // PeeringDB finds the AMR through the code in the request's body, and a refresh has none.
  // https://github.com/peeringdb/peeringdb/blob/3b79bdd1/mainsite/oauth2/validators.py
  const access = {
    clientId,
    person,
    scopes: asked.length > 0 ? asked : original,
    amr: [],
    signedInAt,
  };
  return answerTokens(provider, request, { access, nonce: undefined, idTokenFault });
}

function answerTokens(
  provider: Provider,
  request: Incoming,
  { access, nonce, idTokenFault }: Granted,
): Answer | Promise<Answer> {
  const { accessToken, refreshToken } = provider.grants.issueTokens(access);
  const answer = (more: Record<string, string>) =>
    json(
      200,
      {
        access_token: accessToken,
        expires_in: ACCESS_SECONDS,
        token_type: "Bearer",
        scope: access.scopes.join(" "),
        refresh_token: refreshToken,
        ...more,
      },
      { "Cache-Control": "no-store", Pragma: "no-cache" },
    );
  // Signing is dear, and most applications at PeeringDB do not ask for an id_token.
  if (!access.scopes.includes("openid")) return answer({});
  const about = { access, accessToken, nonce, origin: request.origin, fault: idTokenFault };
  return idToken(provider, about).then((id_token) => answer({ id_token }));
}

function verifies(challenge: Consent["challenge"], verifier: string | null): boolean {
  if (challenge === undefined) return true; // PKCE is optional at PeeringDB: PKCE_REQUIRED is off
  const { method, value } = challenge;
  if (method === "plain") return verifier === value;
  return (
    createHash("sha256")
      .update(verifier ?? "")
      .digest("base64url") === value
  );
}
