import { hmac, signRsaSha1 } from "#platform";
import {
  type Contract,
  type ContractCase,
  callsAtBegin,
  expectNoDeparture,
  refusedCase,
} from "../contract.ts";
import { expectSame } from "../expect.ts";
import type { RehearsedFixture } from "../fixture.ts";
import { filledEach } from "../known.ts";
import type { CheckRequest, Sent } from "../strict-fetch.ts";
import type { Protocol } from "./protocol.ts";

/** OAuth 1.0a: every call is signed (RFC 5849, section 3), and the request token belongs to one login. */
export const oauth1: Protocol = {
  speaks: ({ calls }) => calls.some(({ oauth }) => oauth !== undefined),

  faults({ stage }) {
    if (stage === "begin") return { unauthorized: "client_refused" };
    return stage === "token" ? { unauthorized: "code_refused" } : {};
  },

  checkRequest(fixture, known): CheckRequest {
    const secrets = tokenSecretsOf(fixture);
    return async ({ oauth, method, url }, sent) => {
      const { oauth_nonce, oauth_timestamp, oauth_version, oauth_signature, ...own } =
        parametersOf(sent);
      const what = `${method} ${url}: what it is signed with`;
      expectSame(own, filledEach(oauth ?? {}, known), what);
      const { oauth_signature_method = "", oauth_token = "" } = own;
      const signed = {
        ...own,
        oauth_nonce: oauth_nonce ?? "",
        oauth_timestamp: oauth_timestamp ?? "",
        ...(oauth_version === undefined ? {} : { oauth_version }),
      };
      const clientSecret = String(fixture.settings.clientSecret);
      const keys = [clientSecret, secrets.get(oauth_token) ?? ""] as const;
      const right = await signatureOf(oauth_signature_method, sent, signed, keys);
      expectSame(oauth_signature, right, `${method} ${url}: its signature`);
    };
  },

  cases(contract) {
    const { fixture } = contract;
    const { oauth_verifier, ...unverified } = fixture.callback;
    const invalid = { code: "callback_invalid", stage: "callback" };
    const refuses = (what: string, callback: Readonly<Record<string, string>>) =>
      refusedCase(contract, `refuses ${what} before it asks anything`, invalid, {
        callback,
        calls: callsAtBegin(fixture),
      });
    // Whatever the provider calls the parameter, its value is the request token.
    const tokens = [...tokenSecretsOf(fixture).keys()];
    const name = Object.entries(fixture.callback).find(([, value]) => tokens.includes(value))?.[0];
    const { [name ?? ""]: token, ...withoutToken } = fixture.callback;
    return [
      ...(name === undefined || token === undefined
        ? []
        : [
            refuses("the token of another login", { ...fixture.callback, [name]: `${token}-2` }),
            refuses("a callback without a token", withoutToken),
          ]),
      ...(oauth_verifier === undefined
        ? []
        : [refuses("a callback without a verifier", unverified)]),
      ...unconfirmedCases(contract),
    ];
  },
};

// Without the confirmation anybody could have begun this login (https://oauth.net/advisories/2009-1/).
function unconfirmedCases({ fixture, start }: Contract): ContractCase[] {
  const confirmation = /&?oauth_callback_confirmed=true/;
  const calls = callsAtBegin(fixture).map((call) => {
    const body = String(call.answer.body ?? "").replace(confirmation, "");
    return { ...call, answer: { ...call.answer, body } };
  });
  const confirms = fixture.calls.some(({ answer }) => confirmation.test(String(answer.body)));
  if (!confirms) return [];
  return [
    {
      name: "does not leave with a request token whose callback is not confirmed",
      run: () => expectNoDeparture(start({ calls }), "answer_invalid"),
    },
  ];
}

/** The secrets of the tokens that the provider hands out, by token. */
function tokenSecretsOf({ calls }: RehearsedFixture): ReadonlyMap<string, string> {
  const secrets = new Map<string, string>();
  for (const { answer } of calls) {
    const body = typeof answer === "string" ? undefined : answer.body;
    const fields = new URLSearchParams(typeof body === "string" ? body : "");
    const token = fields.get("oauth_token");
    if (token !== null) secrets.set(token, fields.get("oauth_token_secret") ?? "");
  }
  return secrets;
}

type Parameters = Readonly<Record<string, string>>;

/** The protocol's parameters of a request's header (RFC 5849, section 3.5.1). */
function parametersOf({ headers }: Sent): Parameters {
  const [, list = ""] = /^OAuth (.*)$/.exec(headers.get("authorization") ?? "") ?? [];
  const pairs = list.matchAll(/([^\s,=]+)="([^"]*)"/g);
  return Object.fromEntries(
    [...pairs].map(([, name = "", value = ""]) => [
      decodeURIComponent(name),
      decodeURIComponent(value),
    ]),
  );
}

/** The one right signature (RFC 5849, section 3.4), worked out apart from the library's own code. */
async function signatureOf(
  method: string,
  { method: verb, url, headers, body }: Sent,
  own: Parameters,
  [clientSecret, tokenSecret]: readonly [string, string],
): Promise<string> {
  const isForm = headers.get("content-type")?.startsWith("application/x-www-form-urlencoded");
  const all = [
    ...url.searchParams,
    ...new URLSearchParams(isForm ? body : ""),
    ...Object.entries(own),
  ];
  const pairs = all.map((pair) => pair.map(escaped).join("=")).sort();
  const base = [verb, url.origin + url.pathname, pairs.join("&")].map(escaped).join("&");
  const key = `${escaped(clientSecret)}&${escaped(tokenSecret)}`;
  switch (method) {
    case "HMAC-SHA1":
      return toBase64(await hmac("SHA-1", key, base));
    case "HMAC-SHA256":
      return toBase64(await hmac("SHA-256", key, base));
    case "RSA-SHA1":
      return toBase64(await signRsaSha1(clientSecret, base));
    default:
      return key;
  }
}

function escaped(text: string): string {
  const hex = (character: string) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
  return encodeURIComponent(text).replace(/[!'()*]/g, hex);
}

function toBase64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}
