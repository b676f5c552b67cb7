import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import type { TestContext } from "node:test";
import { exportJWK, generateKeyPair, type JWK } from "jose";
import { Provider } from "oidc-provider";
import { client } from "../provider.ts";

// An OpenID provider that we did not write, on loopback: oidc-provider, which the OpenID
// Foundation has certified. The page that asks who you are answers itself.

/** How a provider differs from the usual. */
export interface Wanted {
  readonly redirectUri: string;
  /** What id_tokens are signed with; RS256 unless given. */
  readonly algorithm?: string;
  /** Take pushed authorization requests only. */
  readonly pushedOnly?: boolean;
  /** The client proves itself by signing with the other half of this key, and not by a secret. */
  readonly clientKey?: JWK;
}

/** A running provider. */
export interface IndependentProvider {
  readonly issuer: string;
  /** New keys; the old ones are gone. */
  rotate(): Promise<void>;
  /** What came in, as `POST /token`. */
  readonly requests: string[];
}

/** A provider that ends with the test. */
export async function startIndependentProvider(
  t: TestContext,
  wanted: Wanted,
): Promise<IndependentProvider> {
  const requests: string[] = [];
  let listener: RequestListener = () => {};
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url?.split("?")[0]}`);
    listener(request, response);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const rotate = async () => {
    listener = await listenerFor(issuer, wanted);
  };
  await rotate();
  return { issuer, rotate, requests };
}

async function listenerFor(
  issuer: string,
  { redirectUri, algorithm = "RS256", pushedOnly = false, clientKey }: Wanted,
): Promise<RequestListener> {
  const { privateKey } = await generateKeyPair(algorithm, { extractable: true });
  const provider = new Provider(issuer, {
    jwks: { keys: [{ ...(await exportJWK(privateKey)), use: "sig", alg: algorithm }] },
    clients: [
      {
        client_id: client.id,
        ...(clientKey
          ? { token_endpoint_auth_method: "private_key_jwt", jwks: { keys: [clientKey] } }
          : { client_secret: client.secret }),
        redirect_uris: [redirectUri],
        post_logout_redirect_uris: [new URL("/bye", redirectUri).href],
        grant_types: ["authorization_code", "refresh_token"],
        id_token_signed_response_alg: algorithm,
        require_auth_time: true,
      },
    ],
    enabledJWA: {
      idTokenSigningAlgValues: [algorithm],
      clientAuthSigningAlgValues: ["RS256", "PS256", "ES256", "ES384", "Ed25519", "EdDSA"],
    },
    features: {
      devInteractions: { enabled: false },
      revocation: { enabled: true },
      pushedAuthorizationRequests: {
        enabled: true,
        requirePushedAuthorizationRequests: pushedOnly,
      },
    },
    claims: {
      openid: ["sub"],
      email: ["email", "email_verified"],
      profile: ["name", "given_name", "family_name", "preferred_username"],
    },
    cookies: { keys: ["a key of the tests"] },
    scopes: ["openid", "offline_access"],
    issueRefreshToken: () => true,
    rotateRefreshToken: true,
    interactions: { url: (_: unknown, { uid }: { uid: string }) => `/interaction/${uid}` },
    findAccount: (_: unknown, accountId: string) => ({
      accountId,
      claims: () => ({ ...person, sub: accountId }),
    }),
  });
  const usual = provider.callback();
  return async (request, response) => {
    if (!request.url?.startsWith("/interaction/")) return usual(request, response);
    const { params } = await provider.interactionDetails(request, response);
    const grant = new provider.Grant({ accountId: person.sub, clientId: client.id });
    grant.addOIDCScope(params.scope ?? "");
    const result = { login: { accountId: person.sub }, consent: { grantId: await grant.save() } };
    await provider.interactionFinished(request, response, result);
  };
}

/** Who signs in. */
export const person = {
  sub: "248289761001",
  name: "Ada Lovelace",
  given_name: "Ada",
  family_name: "Lovelace",
  preferred_username: "ada",
  email: "ada@example.net",
  email_verified: true,
};

/** How the provider sends the browser back: to an address, or with a form to post. */
export interface WayBack {
  readonly location: string;
  readonly form?: URLSearchParams | undefined;
}

/** A browser's way through the provider's pages, with its cookies. */
export async function throughProvider(issuer: string, start: string): Promise<WayBack> {
  const cookies = new Map<string, string>();
  let location = start;
  for (let hops = 0; hops < 10 && location.startsWith(issuer); hops++) {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const answer = await fetch(location, { redirect: "manual", headers: { cookie } });
    for (const set of answer.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(set) ?? [];
      cookies.set(name, value);
    }
    const next = answer.headers.get("location");
    if (next === null) return formOf(await answer.text(), answer.status);
    location = new URL(next, location).href;
  }
  return { location };
}

function formOf(page: string, status: number): WayBack {
  const action = /<form[^>]*action="([^"]+)"/.exec(page)?.[1];
  if (action === undefined) throw new Error(`the provider stopped with ${status}: ${page}`);
  return { location: action, form: fieldsOf(page) };
}

/** The hidden fields of a page's form. */
export function fieldsOf(page: string): URLSearchParams {
  const inputs = page.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g);
  return new URLSearchParams([...inputs].map(([, name = "", value = ""]) => [name, read(value)]));
}

// As a browser reads an attribute that has been written for a page.
function read(value: string): string {
  const characters: Readonly<Record<string, string>> = { quot: '"', lt: "<", gt: ">", amp: "&" };
  return value
    .replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)))
    .replace(/&(quot|lt|gt|amp);/g, (_, name: string) => characters[name] ?? "");
}
