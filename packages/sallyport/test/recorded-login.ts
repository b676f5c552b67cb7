import { createPrivateKey, generateKeyPairSync, sign } from "node:crypto";
import type { BaseAuth } from "../src/backend.ts";
import type { HttpAnswer, HttpRequest } from "../src/http.ts";
import type { Identity, JsonObject } from "../src/identity.ts";
import { mergedExtraData } from "../src/stored-tokens.ts";
import { boundedHttp } from "../src/wire/bounded-http.ts";
import { once } from "./backend.ts";

// A login that python-social-auth's tests recorded, gone through again with one of our backends.

/** A class of a backend. The settings are those of OpenID 2.0, which asks over a network of its own. */
export type BackendClass = new (settings?: object) => BaseAuth;

/** A login as python-social-auth recorded it, and what it made of it. */
export interface RecordedLogin {
  readonly id: string;
  readonly backend: string;
  readonly protocol: string;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly uid_missing?: boolean;
  readonly redirect_uri: string;
  readonly expected: {
    readonly from_test: string;
    readonly uid: string;
    readonly details: Readonly<Record<string, unknown>>;
    readonly extra_data: Readonly<Record<string, unknown>>;
  };
  readonly scenarios: readonly {
    readonly test: string;
    readonly settings_changed_to?: Readonly<Record<string, unknown>>;
    readonly steps: readonly Step[];
  }[];
}

interface Step {
  readonly step: string;
  readonly request_data?: Readonly<Record<string, string>>;
  readonly outcome?: { readonly url?: string };
  readonly http?: readonly Exchange[];
}

interface Exchange {
  readonly request: { readonly method: string; readonly url: string };
  readonly response: {
    readonly status: number;
    readonly body?: string;
    readonly content_type?: string;
  };
}

/** Who came, and what would be kept with the association. */
export interface Replayed {
  readonly identity: Identity;
  readonly extraData: JsonObject;
}

/** The login again, from the authorization request on: the provider says what it said then. */
export async function replay(
  Backend: BackendClass,
  login: RecordedLogin,
  now: Date,
): Promise<Replayed> {
  const { steps, settings_changed_to } = scenarioOf(login);
  const provider = new RecordedProvider(login, steps, now);
  const transport = async (request: HttpRequest) => provider.answer(request);
  const backend = new Backend({ dialer: transport, resolver: async () => ["192.0.9.1"] });
  backend.bind(environmentOf(backend, { ...login.settings, ...settings_changed_to }, provider));
  const at = (stage: "begin" | "callback") =>
    boundedHttp(backend, stage, {
      transport,
      publicTransport: transport,
      callTimeout: 1000,
      loginTimeout: 5000,
    });

  const start = steps.find(({ step }) => step === "start");
  const back = steps.find((step) => step !== start);
  const sent = back?.request_data ?? {};
  const redirectUri = sent["openid.return_to"] ?? login.redirect_uri;
  const departure = await backend.authUrl({
    http: at("begin"),
    redirectUri,
    state: sent.state ?? sent.redirect_state ?? "the-state",
    data: start?.request_data ?? {},
    now,
  });
  const { keep = {} } = departure;
  const location = "location" in departure ? departure.location : redirectUri;
  provider.goOn(new URL(location).searchParams.get("nonce"), back);
  const identity = await backend.authComplete({
    http: at("callback"),
    redirectUri,
    callback: answeredWith(sent, start),
    headers: {},
    keep,
    once,
    now,
  });
  return { identity, extraData: await keptOf(identity, now) };
}

function scenarioOf({ scenarios, expected }: RecordedLogin) {
  const scenario = scenarios.find(({ test }) => test === expected.from_test);
  if (scenario) return scenario;
  throw new Error(`there is no scenario "${expected.from_test}"`);
}

// A name without a prefix is one that holds for every backend there.
function environmentOf(
  backend: BaseAuth,
  settings: Readonly<Record<string, unknown>>,
  { issuer }: RecordedProvider,
) {
  const texts = Object.entries(settings).map(([name, value]) => [
    name.startsWith("SOCIAL_AUTH_") ? name : backend.variable(name),
    asHandedOut(String(value)),
  ]);
  // Some recorded issuers are not where their discovery document is.
  return { ...Object.fromEntries(texts), [backend.variable("idTokenIssuer")]: issuer };
}

/** A key as providers hand it out: PKCS #8, where the recording has the form of before. */
function asHandedOut(value: string): string {
  if (!value.includes("BEGIN EC PRIVATE KEY")) return value;
  return createPrivateKey(value).export({ format: "pem", type: "pkcs8" }).toString();
}

/** What came back with the browser: the recording has our own request's parameters among it. */
function answeredWith(sent: Readonly<Record<string, string>>, start: Step | undefined) {
  const asked = new URL(start?.outcome?.url ?? "about:blank").searchParams;
  const ours = (name: string) => asked.has(name) && !/^(state|oauth_token)$/.test(name);
  return new URLSearchParams(Object.entries(sent).filter(([name]) => !ours(name)));
}

/** What login would store, in the clear. */
function keptOf(identity: Identity, now: Date): Promise<JsonObject> {
  const { provider, uid } = identity;
  const nothing = {
    id: 1,
    userId: 1,
    provider,
    uid,
    extraData: {},
    tenant: null,
    createdAt: now,
    updatedAt: now,
  };
  const open = async (text: string) => text;
  return mergedExtraData(nothing, identity, { close: open, open }, now);
}

const keys = generateKeyPairSync("rsa", { modulusLength: 2048 });
const keySet = {
  keys: [{ ...keys.publicKey.export({ format: "jwk" }), use: "sig", alg: "RS256", kid: "replay" }],
};

/** Answers as the recording does, and makes regular what no provider would say. */
class RecordedProvider {
  /** What its discovery document calls it. */
  readonly issuer: string | undefined;
  #left: Exchange[];
  #nonce: string | null = null;
  readonly #all: readonly Exchange[];
  readonly #protocol: string;
  readonly #now: number;
  #subject: unknown;

  constructor({ protocol }: RecordedLogin, steps: readonly Step[], now: Date) {
    this.#all = steps.flatMap(({ http }) => http ?? []);
    this.#left = [...this.#all];
    this.#protocol = protocol;
    this.#now = now.getTime() / 1000;
    const documents = this.#all.map(({ response }) => fieldsOf(response.body));
    const found = documents.find((document) => document.authorization_endpoint !== undefined);
    this.issuer = typeof found?.issuer === "string" ? found.issuer : undefined;
  }

  /** From now on it says what it said when the browser was back. */
  goOn(nonce: string | null, back: Step | undefined): void {
    this.#nonce = nonce;
    this.#left = [...(back?.http ?? [])];
  }

  answer(request: HttpRequest): HttpAnswer {
    const exchange = this.#find(request);
    if (!exchange) return { status: 404, headers: {}, text: "{}" };
    const { status, body = "", content_type = "" } = exchange.response;
    const text = this.#regular(request, body);
    return { status, headers: { "content-type": content_type }, text };
  }

  // By address alone: python-social-auth puts tokens into queries where we do not. An address
  // that is not in the recording has moved since: what was said next at another one counts.
  #find({ url, method = "GET" }: HttpRequest): Exchange | undefined {
    const there = (exchange: Exchange) => address(exchange.request.url) === address(url);
    const found =
      this.#left.find(there) ??
      this.#all.find(there) ??
      this.#left.find(({ request }) => request.method === method);
    if (found && this.#left.includes(found)) this.#left.splice(this.#left.indexOf(found), 1);
    return found;
  }

  #regular({ url }: HttpRequest, body: string): string {
    if (this.#protocol === "oauth1") return asOAuth1(body);
    const fields = fieldsOf(body);
    if (Array.isArray(fields.keys)) return JSON.stringify(keySet);
    if (typeof fields.id_token === "string") {
      return JSON.stringify({ ...fields, id_token: this.#signed(fields.id_token) });
    }
    // UserInfo always says `sub` (OpenID Connect Core, section 5.3.2).
    const isUserInfo = this.#protocol === "oidc" && this.#subject && !/well-known/.test(url);
    return isUserInfo ? JSON.stringify({ sub: this.#subject, ...fields }) : body;
  }

  /** The same claims, about this login, signed with a key that we have. */
  #signed(idToken: string): string {
    const claims = fieldsOf(Buffer.from(idToken.split(".")[1] ?? "", "base64url").toString());
    this.#subject = claims.sub;
    const mended = {
      ...claims,
      iss: this.issuer ?? claims.iss,
      nonce: this.#nonce ?? claims.nonce,
      iat: this.#now,
      exp: this.#now + 60,
    };
    const parts = [{ alg: "RS256", kid: "replay" }, mended];
    const text = parts.map((part) => base64url(JSON.stringify(part))).join(".");
    return `${text}.${sign("sha256", Buffer.from(text), keys.privateKey).toString("base64url")}`;
  }
}

// Where the recording answers like OAuth 2, or leaves out what 1.0a demands. A profile has none
// of these fields.
function asOAuth1(body: string): string {
  const { access_token, ...json } = fieldsOf(body);
  const form = access_token === undefined ? new URLSearchParams(body) : formOf(json);
  if (access_token !== undefined) form.set("oauth_token", String(access_token));
  if (!form.has("oauth_token")) return body;
  if (!form.has("oauth_token_secret")) form.set("oauth_token_secret", "the-secret");
  form.set("oauth_callback_confirmed", "true");
  return form.toString();
}

function formOf(fields: JsonObject): URLSearchParams {
  return new URLSearchParams(Object.entries(fields).map(([name, value]) => [name, String(value)]));
}

function fieldsOf(text = ""): JsonObject {
  try {
    return Object(JSON.parse(text)) as JsonObject;
  } catch {
    return {};
  }
}

function address(url: string): string | undefined {
  return url.split("?")[0]?.replace(/\/$/, "");
}

function base64url(text: string): string {
  return Buffer.from(text).toString("base64url");
}
