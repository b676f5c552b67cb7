import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { BaseAuth } from "../src/backend.ts";
import type { HttpAnswer, HttpRequest } from "../src/http.ts";
import { BaseOAuth2 } from "../src/protocols/oauth2.ts";
import { boundedHttp } from "../src/wire/bounded-http.ts";
import { failureOf, now, once, redirectUri } from "./backend.ts";

// Logins that python-social-auth's own tests record, through our backends of the same names.
// They belong to that project, so they lie beside the repository and not in it.
const file = new URL("../../../../shared/cases/python-social-auth.json", import.meta.url);

interface Exchange {
  readonly request: { readonly method: string; readonly url: string };
  readonly response: {
    readonly status: number;
    readonly body?: string;
    readonly content_type?: string;
  };
}

interface Recorded {
  readonly id: string;
  readonly backend: string;
  readonly protocol: string;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly uid_missing?: boolean;
  readonly expected: {
    readonly from_test: string;
    readonly uid: string;
    readonly details: Readonly<Record<string, string | null | undefined>>;
  };
  readonly scenarios: readonly {
    readonly test: string;
    readonly settings_changed_to?: Readonly<Record<string, unknown>>;
    readonly steps: readonly { readonly step: string; readonly http?: readonly Exchange[] }[];
  }[];
}

/** What differs on purpose, by backend: the field, and why. `login`: the whole login. */
const differences: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  slack: { login: "users.identity is retired; Sign in with Slack answers by OpenID Connect" },
  orcid: { email: "addresses are private unless shown, and none is asked for" },
  "twitter-oauth2": { email: "no page of X's promises one" },
};

test("the recorded logins are beside the repository", () => {
  assert.ok(existsSync(file), `${file.pathname} is missing: it is needed to replay its logins`);
});

const recorded = (existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : []) as Recorded[];
const backends = await oauth2Backends();

for (const login of recorded.filter(({ protocol }) => /^oauth2/.test(protocol))) {
  const Backend = backends.get(login.backend);
  const different = differences[login.backend] ?? {};
  if (!Backend || different.login || !login.expected) continue;

  test(`${login.id}: who it was there is who it is here`, async () => {
    const replayed = replay(Backend, login);
    if (login.uid_missing) {
      assert.equal((await failureOf(replayed)).code, "uid_missing");
      return;
    }
    const { uid, details } = await replayed;
    const { expected } = login;
    assert.equal(uid, expected.uid);
    const fields = [
      ["username", details.username],
      ["email", details.email],
      ["fullname", details.fullName],
      ["first_name", details.firstName],
      ["last_name", details.lastName],
    ] as const;
    for (const [name, value] of fields.filter(([name]) => !different[name])) {
      assert.equal(value ?? "", expected.details[name] ?? "", name);
    }
  });
}

type BackendClass = new () => BaseOAuth2<object>;

async function oauth2Backends(): Promise<ReadonlyMap<string, BackendClass>> {
  const found = new Map<string, BackendClass>();
  for (const module of readdirSync(new URL("../src/backends/", import.meta.url))) {
    const exported: object = await import(`../src/backends/${module}`);
    for (const value of Object.values(exported)) {
      const isClass = typeof value === "function" && value.prototype instanceof BaseAuth;
      if (isClass && value.prototype instanceof BaseOAuth2) found.set(new value().name, value);
    }
  }
  return found;
}

/** The login again: the provider says what it said then. */
async function replay(Backend: BackendClass, login: Recorded) {
  const scenario = login.scenarios.find(({ test }) => test === login.expected.from_test);
  const settings = { ...login.settings, ...scenario?.settings_changed_to };
  const backend = new Backend();
  backend.bind(
    Object.fromEntries(Object.entries(settings).map(([name, value]) => [name, String(value)])),
  );
  const exchanges = (scenario?.steps ?? []).flatMap(({ http }) => http ?? []);
  const transport = async (request: HttpRequest) => answerTo(request, exchanges);
  const http = boundedHttp(backend, "callback", {
    transport,
    publicTransport: transport,
    callTimeout: 1000,
    loginTimeout: 5000,
  });
  const callback = new URLSearchParams({ code: "the-code" });
  return backend.authComplete({ http, redirectUri, callback, headers: {}, keep: {}, once, now });
}

// By address alone: python-social-auth puts tokens into queries where we do not.
function answerTo(request: HttpRequest, exchanges: readonly Exchange[]): HttpAnswer {
  const address = (url: string) => url.split("?")[0]?.replace(/\/$/, "");
  const found = exchanges.find(({ request: then }) => address(then.url) === address(request.url));
  if (!found) return { status: 404, headers: {}, text: "{}" };
  const { status, body = "", content_type = "" } = found.response;
  return { status, headers: { "content-type": content_type }, text: body };
}
