import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { BaseAuth } from "../src/backend.ts";
import { failureOf } from "./backend.ts";
import { type BackendClass, type RecordedLogin, replay } from "./recorded-login.ts";

// Logins that python-social-auth's own tests record, through our backends of the same names.
// They belong to that project, so they lie beside the repository and not in it.
const file = new URL("../../../../shared/cases/python-social-auth.json", import.meta.url);

/**
 * What differs on purpose, by backend: the field, or `extra_data.<name>`, and why. `login` is the
 * whole login. What stands here must differ, but for what concerns every backend (`*`), or every
 * one of a protocol (`* oauth1`).
 */
const differences: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "*": {
    "extra_data.expires_in": "kept as expires_on, the time itself, from which it can be told",
    "extra_data.expires": "kept as expires_on",
    "extra_data.id_token": "signed anew for the replay; kept sealed",
    "extra_data._oidc_id_token_context": "speaks of the replay's own nonce and issuer",
  },
  "* oauth1": {
    "extra_data.access_token": "the pair is kept as access_token and oauth_token_secret",
  },
  oidc: { "extra_data.id": "the id_token has it; the recording's UserInfo leaves sub out" },
  "google-openidconnect": { uid: "sub stays with an account for good; the address may change" },
  "apple-id": {
    "extra_data.token_type": "said also where the provider leaves it out: no other is taken",
  },
  slack: { login: "users.identity is retired; Sign in with Slack answers by OpenID Connect" },
  orcid: { email: "addresses are private unless shown, and none is asked for" },
  "twitter-oauth2": { email: "no page of X's promises one" },
};

const [meta, ...recorded] = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : [];
const backends = await allBackends();
const here = (recorded as readonly RecordedLogin[]).filter(({ backend }) => backends.has(backend));

test("the recorded logins are beside the repository", () => {
  assert.ok(existsSync(file), `${file.pathname} is missing: it is needed to replay its logins`);
  assert.ok(here.length > 0, "none of them is of a backend that is here");
});

for (const login of here.filter(({ backend }) => !differences[backend]?.login)) {
  test(`${login.id}: who it was there is who it is here`, async () => {
    const replayed = replay(backendOf(login), login, new Date(meta.frozen_time));
    if (login.uid_missing) {
      assert.equal((await failureOf(replayed)).code, "uid_missing");
      return;
    }
    const { identity, extraData } = await replayed;
    const { username, email, fullName, firstName, lastName } = identity.details;
    const ours: Readonly<Record<string, unknown>> = {
      uid: identity.uid,
      ...{ username, email, fullname: fullName, first_name: firstName, last_name: lastName },
      ...underExtraData(extraData),
    };
    const everywhere = { ...differences["*"], ...differences[`* ${login.protocol}`] };
    const { uid, details, extra_data } = login.expected;
    const theirs = { uid, ...onlyKnown(details), ...underExtraData(extra_data) };
    for (const [field, value] of Object.entries(theirs)) {
      if (everywhere[field]) continue;
      const [our, their] = [saying(ours[field]), saying(value)];
      if (differences[login.backend]?.[field]) assert.notDeepEqual(our, their, field);
      else assert.deepEqual(our, their, field);
    }
  });
}

test("what is listed as different belongs to a backend", () => {
  const listed = Object.keys(differences).filter((name) => !name.startsWith("*"));
  assert.deepEqual(
    listed.filter((name) => !backends.has(name)),
    [],
  );
});

/** Every class that a module in backends/ exports, by the name that it gives itself. */
async function allBackends(): Promise<ReadonlyMap<string, BackendClass>> {
  const found = new Map<string, BackendClass>();
  for (const module of readdirSync(new URL("../src/backends/", import.meta.url))) {
    const exported: object = await import(`../src/backends/${module}`);
    for (const value of Object.values(exported)) {
      if (value?.prototype instanceof BaseAuth) found.set(new value().name, value);
    }
  }
  return found;
}

function backendOf({ backend }: RecordedLogin): BackendClass {
  const found = backends.get(backend);
  assert.ok(found, `${backend} is not here`);
  return found;
}

/** The details that we know, too. The others are a backend's own there, and in the profile here. */
function onlyKnown(details: Readonly<Record<string, unknown>>) {
  const known = ["username", "email", "fullname", "first_name", "last_name"];
  return Object.fromEntries(Object.entries(details).filter(([name]) => known.includes(name)));
}

function underExtraData(fields: Readonly<Record<string, unknown>>) {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [`extra_data.${name}`, value]),
  );
}

/** Nothing, null and the empty text say the same: that there is none. */
function saying(value: unknown): unknown {
  return value ?? "";
}
