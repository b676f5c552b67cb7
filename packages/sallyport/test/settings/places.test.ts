import assert from "node:assert/strict";
import { test } from "node:test";
import { type AuthConfig, createAuth, type Environment, pipeline } from "../../src/index.ts";
import type { GivenToSite } from "../../src/settings.ts";
import { authAllowed } from "../../src/steps/auth-allowed.ts";
import { createUser } from "../../src/steps/create-user.ts";
import { getUsername } from "../../src/steps/get-username.ts";
import { socialDetails } from "../../src/steps/social-details.ts";
import { socialUid } from "../../src/steps/social-uid.ts";
import { socialUser } from "../../src/steps/social-user.ts";
import { memoryStorage } from "../../src/storage/memory.ts";
import { ExampleOAuth2, origin, SecondOAuth2, secret, settingsFor, startSite } from "../site.ts";
import { ada, bob, outcomeOf } from "./sight.ts";

const client = { clientId: "me", url: "https://provider.example" };

/** A site's backend, with what was given to it, to the site and to the environment. */
function started(
  toBackend: object,
  { env = {}, ...more }: Partial<AuthConfig> = {},
): ExampleOAuth2 {
  const backend = new ExampleOAuth2({ ...client, ...toBackend });
  createAuth({
    baseUrl: origin,
    secrets: [secret],
    storage: memoryStorage(),
    backends: [backend],
    env,
    ...more,
  });
  return backend;
}

test("the first place that has a setting counts", () => {
  const places: readonly [object, Partial<AuthConfig>][] = [
    [{ uuidLength: 5 }, {}],
    [{}, { env: { SOCIAL_AUTH_EXAMPLE_UUID_LENGTH: "6" } }],
    [{}, { settings: { uuidLength: 7 } }],
    [{}, { env: { SOCIAL_AUTH_UUID_LENGTH: "9" } }],
    [{}, {}],
  ];
  const found = places.map((_, from) => {
    const [toBackend, config] = places.slice(from).reduceRight(([own, all], [more, others]) => [
      { ...own, ...more },
      { ...all, ...others, env: { ...all.env, ...others.env } },
    ]);
    return started(toBackend, config).setting("uuidLength");
  });
  assert.deepEqual(found, [5, 6, 7, 9, 8]);
});

test("two backends of a site are told different things", async (t) => {
  const site = await startSite(t, {
    backends: (provider) => [
      new ExampleOAuth2(settingsFor(provider)),
      new SecondOAuth2({ ...settingsFor(provider), whitelistedDomains: [] }),
    ],
    settings: { whitelistedDomains: ["example.net"] },
  });
  assert.equal(await outcomeOf(site, bob), "account_not_allowed");
  assert.equal((await site.browser().signIn("second")).status, 303);
});

test("an empty variable opens nothing", async (t) => {
  const env = { SOCIAL_AUTH_EXAMPLE_WHITELISTED_DOMAINS: "" };
  const site = await startSite(t, { env, settings: { whitelistedDomains: ["example.net"] } });
  assert.equal(await outcomeOf(site, bob), "account_not_allowed");
});

test("what a step is told goes before the settings", async (t) => {
  const steps = pipeline(
    socialDetails,
    socialUid,
    authAllowed({ domains: ["example.org"] }),
    socialUser,
    getUsername(),
    createUser(),
  );
  const settings = { whitelistedDomains: ["example.net"] };
  const site = await startSite(t, { pipeline: steps, settings });
  assert.equal(await outcomeOf(site, ada), "account_not_allowed");
  assert.equal(await outcomeOf(site, bob), "in");
});

const mistakes: readonly [Environment, RegExp][] = [
  [{ SOCIAL_AUTH_EXAMPLE_UUID_LENGTH: "many" }, /^SOCIAL_AUTH_EXAMPLE_UUID_LENGTH must be a whole/],
  [{ SOCIAL_AUTH_UUID_LENGTH: "3" }, /^SOCIAL_AUTH_UUID_LENGTH must be a whole number, 4 to 32$/],
  [{ SOCIAL_AUTH_UUID_LENGTH: " " }, /^SOCIAL_AUTH_UUID_LENGTH/],
  [{ SOCIAL_AUTH_PASSWORDLESS: "yes" }, /^SOCIAL_AUTH_PASSWORDLESS must be true or false$/],
  [{ SOCIAL_AUTH_USER_FIELDS: "fullname" }, /^SOCIAL_AUTH_USER_FIELDS must be a list, each one of/],
  [{ SOCIAL_AUTH_USER_FIELD_MAPPING: "fullName" }, /^SOCIAL_AUTH_USER_FIELD_MAPPING must be a map/],
  [{ SOCIAL_AUTH_USER_FIELD_MAPPING: "fullName=email" }, /^SOCIAL_AUTH_USER_FIELD_MAPPING/],
  [{ SOCIAL_AUTH_RECENT_SIGN_IN: "-1" }, /^SOCIAL_AUTH_RECENT_SIGN_IN must be a whole number/],
  [{ SOCIAL_AUTH_LOGIN_ERROR_URL: "https://evil.example/" }, /loginErrorUrl must be a path/],
  [
    { SOCIAL_AUTH_LOGOUT_REDIRECT_URL: "https://evil.example/" },
    /logoutRedirectUrl must be a path/,
  ],
  [{ SOCIAL_AUTH_EXAMPLE_NEW_USER_REDIRECT_URL: "//evil.example" }, /example: newUserRedirectUrl/],
];

for (const [env, message] of mistakes) {
  test(`${JSON.stringify(env)} is refused at the start`, () => {
    assert.throws(() => started({}, { env }), { code: "settings_invalid", message });
  });
}

test("what is given in code is checked just so", () => {
  // As JavaScript would.
  const settings = { whitelistedDomains: { "example.net": true } } as unknown as GivenToSite;
  assert.throws(() => started({}, { settings }), {
    code: "settings_invalid",
    message: "createAuth: whitelistedDomains must be a list",
  });
  assert.throws(() => started({ scope: 1 }), {
    code: "settings_invalid",
    message: "backend example: scope must be a list",
  });
});

test("a setting without its step, which would do nothing, is refused at the start", () => {
  const steps = pipeline(socialDetails, socialUid, socialUser, getUsername(), createUser());
  const message = /whitelistedDomains of backend example needs step "auth-allowed" in the pipeline/;
  for (const [toBackend, config] of [
    [{ whitelistedDomains: ["example.net"] }, {}],
    [{}, { settings: { whitelistedDomains: ["example.net"] } }],
    [{}, { env: { SOCIAL_AUTH_WHITELISTED_DOMAINS: "example.net" } }],
  ] as const) {
    assert.ok(started(toBackend, config));
    assert.throws(() => started(toBackend, { ...config, pipeline: steps }), { message });
  }
  assert.ok(started({ whitelistedDomains: [], passwordless: false }, { pipeline: steps }));
});

test("a secret that stands in the wrong place is not quoted", () => {
  const env = { SOCIAL_AUTH_EXAMPLE_USE_PKCE: "hunter2-hunter2" };
  assert.throws(
    () => started({}, { env }),
    (error) => error instanceof Error && !error.message.includes("hunter2"),
  );
});
