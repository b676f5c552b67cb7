import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import {
  backendSettings,
  type SettingEntry,
  sharedSettings,
  siteSettings,
  variableOf,
} from "../../packages/sallyport/src/settings.ts";
import { root } from "./markdown.ts";
import { replacedSettings } from "./replaced-settings.ts";

// The page is made from the catalogue: `UPDATE=1 npm test` writes it, anything else compares.
const path = "docs/reference/settings.md";

// The settings of social-core 5.1 and its applications, but for those of single protocols and backends.
const originals =
  `AUTHENTICATION_BACKENDS KEY SECRET SCOPE IGNORE_DEFAULT_SCOPE AUTH_EXTRA_ARGUMENTS
  AUTH_EXTRA_ARGUMENTS_OVERRIDE_ALLOWLIST REQUEST_TOKEN_EXTRA_ARGUMENTS EXTRA_DATA
  GET_ALL_EXTRA_DATA AUTHORIZATION_URL ACCESS_TOKEN_URL REVOKE_TOKEN_URL
  TOKEN_ENDPOINT_AUTH_METHOD ID_KEY USE_PKCE PKCE_CODE_CHALLENGE_METHOD PKCE_CODE_VERIFIER_LENGTH
  PIPELINE DISCONNECT_PIPELINE USER_FIELDS USERNAME_IS_FULL_EMAIL UUID_LENGTH SLUGIFY_USERNAMES
  SLUGIFY_FUNCTION CLEAN_USERNAMES CLEAN_USERNAME_FUNCTION FORCE_EMAIL_LOWERCASE
  PROTECTED_USER_FIELDS IMMUTABLE_USER_FIELDS NO_DEFAULT_PROTECTED_USER_FIELDS USER_FIELD_MAPPING
  WHITELISTED_EMAILS WHITELISTED_DOMAINS LOGIN_URL LOGIN_REDIRECT_URL LOGIN_ERROR_URL
  NEW_USER_REDIRECT_URL NEW_ASSOCIATION_REDIRECT_URL DISCONNECT_REDIRECT_URL INACTIVE_USER_URL
  SANITIZE_REDIRECTS ALLOWED_REDIRECT_HOSTS ALLOWED_REDIRECT_SCHEMES REDIRECT_IS_HTTPS
  FIELDS_STORED_IN_SESSION ALLOW_INACTIVE_USERS_LOGIN INACTIVE_USER_LOGIN PASSWORDLESS
  FORCE_EMAIL_VALIDATION EMAIL_VALIDATION_FUNCTION EMAIL_VALIDATION_URL PARTIAL_PIPELINE_TOKEN_NAME
  PARTIAL_PIPELINE_EXTERNAL_RESUME_CONFIRMATION_PARAMETER REVOKE_TOKENS_ON_DISCONNECT
  REQUESTS_TIMEOUT URLOPEN_TIMEOUT PROXIES VERIFY_SSL USER_AGENT STRATEGY STORAGE USER_MODEL
  UID_LENGTH EMAIL_LENGTH NONCE_SERVER_URL_LENGTH ASSOCIATION_SERVER_URL_LENGTH
  ASSOCIATION_HANDLE_LENGTH ACTIVE_USERS_FILTER URL_NAMESPACE TRAILING_SLASH RAISE_EXCEPTIONS
  SESSION_EXPIRATION MAX_SESSION_LENGTH ADMIN_* JSONFIELD_ENABLED JSONFIELD_CUSTOM
  POSTGRES_JSONFIELD REMEMBER_SESSION_NAME`.split(/\s+/);

const source = readFileSync(`${root}packages/sallyport/src/settings.ts`, "utf8");
const replaced = replacedSettings.flatMap(([names]) => names.split(", "));
const originalOf = (name: string) => variableOf(name).slice("SOCIAL_AUTH_".length);

test("settings.md says what the catalogue says", () => {
  const expected = wholePage();
  if (process.env.UPDATE) writeFileSync(root + path, expected);
  assert.equal(readFileSync(root + path, "utf8"), expected);
});

test("every setting of python-social-auth is either there or replaced", () => {
  const parts = [backendSettings, sharedSettings, siteSettings];
  const ours = parts.flatMap((part) => Object.keys(part)).map(originalOf);
  const answered = [...ours, ...replaced].filter((name) => originals.includes(name));
  assert.deepEqual(answered.sort(), [...originals].sort());
  assert.deepEqual(
    replaced.filter((name) => !originals.includes(name)),
    [],
  );
});

function wholePage(): string {
  return `# Settings

Settings by python-social-auth's names. The first place that has a setting counts:

1. the backend's constructor: \`new GitHubOAuth2({ whitelistedDomains: ["example.net"] })\`
2. the backend's variable: \`SOCIAL_AUTH_<BACKEND>_<NAME>\`, with the backend's name in capitals and
   \`_\` for \`-\`, as in \`SOCIAL_AUTH_GOOGLE_OAUTH2_WHITELISTED_DOMAINS\`
3. \`createAuth({ settings: { whitelistedDomains: ["example.net"] } })\`
4. the site's variable: \`SOCIAL_AUTH_<NAME>\`
5. the default

Beside \`settings\`, not in it, stand ${besideTheRest()}.

What a step is told in the code, as in \`authAllowed({ domains: ["example.net"] })\`, goes before all
of them: code says what an application is, settings how it runs.

In a variable a list is separated by spaces or commas, a map is written as a query
(\`prompt=consent&lang=de\`), and on and off are \`true\` and \`false\`. An empty variable counts as none.
What cannot be read is [\`settings_invalid\`](errors.md#settings_invalid) at the start, and the message
names the place. So is a setting whose step is not in the pipeline: it would do nothing.

A step of your own reads them with \`backend.setting("whitelistedDomains")\`, which has its type.

† is not python-social-auth's.

## Of one backend

Given to a backend, or in its variable, and nowhere else: what one provider is told is no other's
business. So there is no \`SOCIAL_AUTH_KEY\` or \`SOCIAL_AUTH_SECRET\` that every backend would send to
its provider, as python-social-auth has them. Where there is no default, the class has one.

${table(backendSettings)}
Protocols and single backends have [more](configuration.md#backends).

## Of a backend, else of the site

${table(sharedSettings)}
Where the defaults are not python-social-auth's: a taken user name gets 8 characters behind it and
not 16; a new user gets names, too, and not only an address; of the fields that a login may not
change only \`email\` is named, since nothing changes the others.

## Of the site

Given to \`createAuth\`, or in the site's variable.

${table(siteSettings)}
## Replaced

| python-social-auth | Here |
| --- | --- |
${replacedSettings.map(([names, instead]) => `| ${code(names.split(", "))} | ${instead} |\n`).join("")}
Users' fields are named as they are here: \`fullName\`, not \`fullname\`.
`;
}

function besideTheRest(): string {
  const config = readFileSync(`${root}packages/sallyport/src/auth.ts`, "utf8");
  const [, names = ""] = /^type Beside =\n(.*?);$/ms.exec(config) ?? [];
  const found = [...names.matchAll(/"(\w+)"/g)].map(([, name]) => `\`${name}\``);
  return `${found.slice(0, -1).join(", ")} and ${found.at(-1)}`;
}

function table(part: Readonly<Record<string, SettingEntry<unknown>>>): string {
  const steps = Object.values(part).some(({ step }) => step !== undefined);
  const step = steps ? ["Step"] : [];
  const head = ["Setting", "python-social-auth", "Takes", "Default", ...step, "Meaning"];
  const rows = Object.entries(part).map(([name, { kind, usual, step }]) => [
    `\`${name}\``,
    `\`${originalOf(name)}\`${originals.includes(originalOf(name)) ? "" : " †"}`,
    kind.expected,
    defaultOf(usual),
    ...(steps ? [step ? `\`${step}\`` : ""] : []),
    meaningOf(name),
  ]);
  const lines = [head, head.map(() => "---"), ...rows];
  return lines.map((cells) => `| ${cells.join(" | ")} |\n`).join("");
}

function defaultOf(usual: unknown): string {
  if (usual === undefined) return "";
  if (Array.isArray(usual)) return usual.length === 0 ? "none" : code(usual);
  return typeof usual === "object" ? "none" : `\`${usual}\``;
}

function meaningOf(name: string): string {
  const [, meaning] = new RegExp(`/\\*\\* (.*?) \\*/\\n  ${name}: entry\\(`).exec(source) ?? [];
  assert.ok(meaning, `${name} has a doc comment of one line`);
  return meaning;
}

function code(names: readonly unknown[]): string {
  return names.map((name) => `\`${name}\``).join(", ");
}
