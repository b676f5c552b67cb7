import { constants, createHmac, createPublicKey, generateKeyPairSync, verify } from "node:crypto";
import type { TestContext } from "node:test";
import type { Tokens, UserDetails } from "../src/identity.ts";
import type { BaseAuth, Http } from "../src/index.ts";
import { BaseOAuth1, type OAuth1Settings } from "../src/protocols/oauth1.ts";
import { client, Provider, type Recorded, type Reply } from "./provider.ts";
import { type Person, type Site, startSite } from "./site.ts";

// A small OAuth 1 provider on loopback. It reckons signatures by itself.

interface Issued {
  readonly secret: string;
  readonly callback: string;
  verifier?: string;
}

/** The client's key pair, for RSA-SHA1. */
export const clientKey = generateKeyPairSync("rsa", {
  modulusLength: 2048,
  privateKeyEncoding: { type: "pkcs8", format: "pem" },
  publicKeyEncoding: { type: "spki", format: "pem" },
});

export class OAuth1Provider extends Provider {
  /** What comes with every request token. */
  confirmation: Readonly<Record<string, string>> = { oauth_callback_confirmed: "true" };
  readonly #requestTokens = new Map<string, Issued>();
  readonly #accessTokens = new Map<string, string>();
  readonly #nonces = new Set<string>();
  #issued = 0;

  override standard(request: Recorded): Reply {
    if (request.path === "/authorize") return this.#authorize(request.query);
    const said = saidBy(request);
    if (this.#nonces.has(said.oauth_nonce ?? "")) return { status: 401, body: "nonce used" };
    this.#nonces.add(said.oauth_nonce ?? "");
    if (request.path === "/request_token") return this.#requestToken(request, said);
    if (request.path === "/access_token") return this.#accessToken(request, said);
    const secret = this.#accessTokens.get(said.oauth_token ?? "");
    if (secret === undefined || !this.#signed(request, secret)) return { status: 401 };
    return request.path === "/profile" ? { body: this.profile } : { status: 404 };
  }

  #requestToken(request: Recorded, said: Said): Reply {
    const callback = said.oauth_callback;
    if (!callback || !this.#signed(request, "")) return { status: 401, body: "no" };
    const [token, secret] = [this.#made("request"), this.#made("request-secret")];
    this.#requestTokens.set(token, { secret, callback });
    return form({ oauth_token: token, oauth_token_secret: secret, ...this.confirmation });
  }

  #authorize(query: URLSearchParams): Reply {
    const token = query.get("oauth_token") ?? "";
    const issued = this.#requestTokens.get(token);
    if (!issued) return { status: 400, body: "unknown token" };
    const back = new URL(issued.callback);
    back.searchParams.set("oauth_token", token);
    if ("oauth_callback_confirmed" in this.confirmation) {
      issued.verifier = this.#made("verifier");
      back.searchParams.set("oauth_verifier", issued.verifier);
    }
    return { status: 302, headers: { location: back.href } };
  }

  #accessToken(request: Recorded, said: Said): Reply {
    const issued = this.#requestTokens.get(said.oauth_token ?? "");
    this.#requestTokens.delete(said.oauth_token ?? "");
    const good = issued && issued.verifier === said.oauth_verifier;
    if (!good || !this.#signed(request, issued.secret)) return { status: 401, body: "no" };
    const [token, secret] = [this.#made("access"), this.#made("access-secret")];
    this.#accessTokens.set(token, secret);
    return form({ oauth_token: token, oauth_token_secret: secret, ...this.tokenExtras });
  }

  #made(kind: string): string {
    const secret = `${kind}-${++this.#issued}-${Math.random().toString(36).slice(2)}`;
    this.secrets.push(secret);
    return secret;
  }

  /** Whether the client signed this request, with the secret of the token in it. */
  #signed(request: Recorded, tokenSecret: string): boolean {
    const { oauth_signature: signature = "", ...said } = saidBy(request);
    if (said.oauth_consumer_key !== client.id || said.oauth_version !== "1.0") return false;
    const encoded = (text: string) =>
      Array.from(Buffer.from(text), (byte) =>
        /[\w.~-]/.test(String.fromCharCode(byte))
          ? String.fromCharCode(byte)
          : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`,
      ).join("");
    const pairs = [...request.query, ...request.form, ...Object.entries(said)]
      .map(([name, value]) => `${encoded(name)}=${encoded(value)}`)
      .sort()
      .join("&");
    const address = this.origin + request.path;
    const text = `${request.method}&${encoded(address)}&${encoded(pairs)}`;
    const key = `${encoded(client.secret)}&${encoded(tokenSecret)}`;
    const hmac = (hash: string) => createHmac(hash, key).update(text).digest("base64");
    switch (said.oauth_signature_method) {
      case "HMAC-SHA1":
        return signature === hmac("sha1");
      case "HMAC-SHA256":
        return signature === hmac("sha256");
      case "PLAINTEXT":
        return signature === key;
      default: {
        const publicKey = createPublicKey(clientKey.publicKey);
        const padded = { key: publicKey, padding: constants.RSA_PKCS1_PADDING };
        return verify("sha1", Buffer.from(text), padded, Buffer.from(signature, "base64"));
      }
    }
  }
}

type Said = Readonly<Record<string, string>>;

/** The protocol's parameters in a request's header. */
export function saidBy({ headers }: Recorded): Said {
  const fields = (headers.authorization ?? "").matchAll(/(\w+)="([^"]*)"/g);
  return Object.fromEntries(
    [...fields].map(([, name = "", value = ""]) => [name, decodeURIComponent(value)]),
  );
}

function form(fields: Readonly<Record<string, unknown>>): Reply {
  const pairs = Object.entries(fields).map(([name, value]) => [name, String(value)]);
  const headers = { "content-type": "application/x-www-form-urlencoded" };
  return { headers, body: new URLSearchParams(pairs).toString() };
}

/** A backend for the {@link OAuth1Provider}, with no quirk. */
export class ExampleOAuth1 extends BaseOAuth1<Person, OAuth1Settings & { readonly url?: string }> {
  override readonly name: string = "example";
  override readonly requestTokenUrl: string = "{url}/request_token";
  override readonly authorizationUrl: string = "{url}/authorize";
  override readonly accessTokenUrl: string = "{url}/access_token";

  override async userData(tokens: Tokens, http: Http, now: Date): Promise<Person> {
    const request = { url: this.fillIn("{url}/profile?lang=en&with=e%20mail", "profile") };
    return this.asJson(await this.oauthRequest(tokens, http, request, now)) as Person;
  }

  override getUserDetails({ login, email, name }: Person): UserDetails {
    return { username: login, email, emailVerified: true, fullName: name };
  }
}

/** The same provider under a second name. */
export class SecondOAuth1 extends ExampleOAuth1 {
  override readonly name: string = "second";
}

/** Settings that lead to a provider. */
export function oauth1Settings({ origin: url }: OAuth1Provider) {
  return { url, clientId: client.id, clientSecret: client.secret };
}

/** A provider that ends with the test. */
export async function startOAuth1Provider(t: TestContext): Promise<OAuth1Provider> {
  const provider = await new OAuth1Provider().listen();
  t.after(() => provider.close());
  return provider;
}

/** A site whose provider speaks OAuth 1. */
export async function startOAuth1Site(
  t: TestContext,
  {
    backends = (provider: OAuth1Provider): readonly BaseAuth[] => [
      new ExampleOAuth1(oauth1Settings(provider)),
      new SecondOAuth1(oauth1Settings(provider)),
    ],
    ...more
  } = {},
): Promise<Omit<Site, "provider"> & { readonly provider: OAuth1Provider }> {
  const provider = await startOAuth1Provider(t);
  const timeouts = { call: 300, login: 1000 };
  const site = await startSite(t, { backends: () => backends(provider), timeouts, ...more });
  return { ...site, provider };
}
